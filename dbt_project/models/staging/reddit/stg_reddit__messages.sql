with messages as (

    select * from {{ ref('base_reddit__messages') }}

)

select
    ---------- ids
    'reddit' as source_system,
    name as remote_id,
    coalesce(edited_at, sent_at) as remote_updated_at,
    is_deleted as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    thread_id as conversation_remote_id,

    ---------- what was said, and by whom
    sent_at,
    case when is_own then 'agent' else 'customer' end as author_type,
    author_fullname as author_remote_id,
    true as is_public,
    body
from messages
