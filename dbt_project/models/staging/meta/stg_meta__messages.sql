with messages as (

    select * from {{ ref('base_meta__messages') }}

)

select
    ---------- ids
    'meta' as source_system,
    id as remote_id,
    sent_at as remote_updated_at,
    is_deleted as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    thread_id as conversation_remote_id,

    ---------- what was said, and by whom
    sent_at,
    case when is_own then 'agent' else 'customer' end as author_type,
    author_id as author_remote_id,
    -- Direct messages too: their customer reads them.
    true as is_public,
    body
from messages
