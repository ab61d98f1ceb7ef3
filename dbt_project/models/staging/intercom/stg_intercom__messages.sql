with said as (

    select
        message_id,
        conversation_id,
        created_at,
        updated_at,
        author_type,
        author_id,
        true as is_public,
        body,
        0 as position,
        loaded_at
    from {{ ref('base_intercom__sources') }}
    where message_id is not null

    union all

    -- Any part may carry words: a reply that reopens, a note with an assignment.
    select
        part_id as message_id,
        conversation_id,
        created_at,
        updated_at,
        author_type,
        author_id,
        part_type not in ('note', 'note_and_reopen') as is_public,
        body,
        position,
        loaded_at
    from {{ ref('base_intercom__parts') }}
    where body is not null and trim(body) <> ''

),

-- First messages and parts are numbered apart: should both hold a number, the first message's is marked.
numbered as (

    select
        *,
        count(*) over (partition by message_id) as holders,
        max(loaded_at) over (partition by message_id) as decided_at
    from said

)

select
    ---------- ids
    'intercom' as source_system,
    case when position = 0 and holders > 1 then 'source-' || message_id else message_id end as remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    decided_at as loaded_at,
    conversation_id as conversation_remote_id,

    ---------- what was said, and by whom
    created_at as sent_at,
    author_type,
    author_id as author_remote_id,
    is_public,
    body
from numbered
