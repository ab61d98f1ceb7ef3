with source as (
    {{ file_drop_rows("schedule_assignments", ["schedule_id", "scope", "value", "valid_from"]) }}
),

renamed as (
    select
        source_system,
        {{ md5_hash(["coalesce(schedule_id, '')", "coalesce(scope, '')", "coalesce(value, '')", "coalesce(valid_from, '')"]) }} as remote_id,
        cast(null as timestamp with time zone) as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_text('schedule_id') }} as schedule_id,
        {{ clean_word('scope') }} as scope,
        {{ clean_text('value') }} as value,
        {{ to_date('valid_from') }} as valid_from,
        {{ to_date('valid_to') }} as valid_to
    from source
)

select *
from renamed
