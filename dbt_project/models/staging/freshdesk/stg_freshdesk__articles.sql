with source as (

    select * from {{ source('raw_freshdesk', 'articles') }}

),

deletions as (

    select * from {{ source('raw_freshdesk', 'deletions') }} where kind = 'articles'

)

select
    ---------- ids
    'freshdesk' as source_system,
    cast(source.id as varchar) as remote_id,
    {{ to_timestamp_utc('source.updated_at') }} as remote_updated_at,
    -- Nobody sees a draft (status 1).
    coalesce(deletions.gone, false) or coalesce(source.status <> 2, false) as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['source._loaded_at', 'deletions._loaded_at']) }} as loaded_at,

    ---------- text
    source.title,
    cast(null as varchar) as url,
    {{ json_text('source.hierarchy', '[0].data.language') }} as locale,

    ---------- timestamps
    {{ to_timestamp_utc('source.created_at') }} as created_at,
    {{ to_timestamp_utc('source.updated_at') }} as updated_at
from source
left join deletions on source.id = deletions.id
