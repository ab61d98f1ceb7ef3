with source as (
    {{ file_drop_rows("orders", ["order_id"]) }}
),

renamed as (
    select
        source_system,
        {{ clean_text('order_id') }} as remote_id,
        cast(null as timestamp with time zone) as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_text('contact_id') }} as contact_remote_id,
        {{ to_timestamp_utc('ordered_at') }} as ordered_at,
        {{ to_double('amount') }} as amount,
        upper({{ clean_text('currency') }}) as currency,
        case when {{ to_boolean('is_deleted') }} then 'voided' else coalesce({{ clean_word('status') }}, 'paid') end as status
    from source
)

select *
from renamed
