select
    ---------- ids
    'drift' as source_system,
    message_id as remote_id,
    created_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    conversation_id as conversation_remote_id,

    ---------- what was said, and by whom
    created_at as sent_at,
    author_type,
    author_id as author_remote_id,
    is_public,
    body
from {{ ref('base_drift__messages') }}
where trim(body) <> ''
