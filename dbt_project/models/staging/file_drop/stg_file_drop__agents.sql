with source as (
    {{ file_drop_rows("agents", ["agent_id"]) }}
),

renamed as (
    select
        source_system,
        {{ clean_text('agent_id') }} as remote_id,
        cast(null as timestamp with time zone) as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_text('name') }} as name,
        {{ clean_text('email') }} as email,
        {{ clean_text('team') }} as team,
        coalesce({{ clean_word('role') }}, 'agent') as role,
        {{ clean_text('time_zone') }} as time_zone,
        {{ to_timestamp_utc('active_from') }} as active_from,
        {{ to_timestamp_utc('active_to') }} as active_to
    from source
)

select *
from renamed
