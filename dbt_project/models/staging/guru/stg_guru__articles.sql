with cards as (

    select * from {{ ref('base_guru__cards') }}

)

select
    ---------- ids
    'guru' as source_system,
    card_id as remote_id,
    updated_at as remote_updated_at,
    is_gone as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text
    title,
    url,
    cast(null as varchar) as locale,

    ---------- timestamps
    created_at,
    updated_at
from cards
