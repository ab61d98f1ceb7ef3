with source as (
    {{ file_drop_rows("holidays", ["schedule_id", "date_from", "start_local"]) }}
),

renamed as (
    select
        source_system,
        {{ md5_hash(["coalesce(schedule_id, '')", "coalesce(date_from, '')", "coalesce(start_local, '')"]) }} as remote_id,
        cast(null as timestamp with time zone) as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_text('schedule_id') }} as schedule_id,
        {{ to_date('date_from') }} as date_from,
        {{ to_date('date_to') }} as date_to,
        {{ clean_text('name') }} as name,
        {{ clean_text('start_local') }} as start_local,
        {{ clean_text('end_local') }} as end_local
    from source
)

select *
from renamed
