with messages as (

    select * from {{ ref('base_email__threads') }}

)

select
    ---------- ids
    'email' as source_system,
    message_id as remote_id,
    sent_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    thread_id as conversation_remote_id,

    ---------- timestamps and text
    sent_at,
    author_type,
    from_address as author_remote_id,
    true as is_public,
    body
from messages
