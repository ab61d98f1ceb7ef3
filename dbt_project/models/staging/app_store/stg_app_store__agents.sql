with reviews as (

    select * from {{ ref('base_app_store__reviews') }}

)

select
    ---------- ids
    'app_store' as source_system,
    app_id as remote_id,
    max(responded_at) as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    max(loaded_at) as loaded_at,

    ---------- text
    {{ null_columns("agents", ["name", "email", "team"]) }},
    'agent' as role,
    cast(null as varchar) as time_zone,

    ---------- timestamps
    min(responded_at) as active_from,
    cast(null as timestamp with time zone) as active_to
from reviews
where response is not null
group by app_id
