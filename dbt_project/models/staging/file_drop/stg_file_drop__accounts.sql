with source as (
    {{ file_drop_rows("accounts", ["account_id"]) }}
),

renamed as (
    select
        source_system,
        {{ clean_text('account_id') }} as remote_id,
        {{ to_timestamp_utc('updated_at') }} as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_text('name') }} as name,
        {{ clean_word('domain') }} as domain,
        {{ clean_text('segment') }} as segment,
        {{ clean_text('owner') }} as owner,
        {{ to_timestamp_utc('created_at') }} as created_at,
        {{ clean_text('customer_status') }} as customer_status,
        {{ to_timestamp_utc('customer_until') }} as customer_until
    from source
)

select *
from renamed
