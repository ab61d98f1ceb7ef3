with calls as (

    select * from {{ ref('base_salesforce__calls') }}

),

spoken_to_later as (

    {{ spoken_to_later('calls', 'call_id', 'contact_id', 'ring_at', 'ended_at') }}

),

told as (

    select
        case_id as remote_id, updated_at, is_deleted, master_id, loaded_at, channel, opened_at, contact_id, subject,
        status, priority, team, agent_id, tags
    from {{ ref('base_salesforce__cases') }}

    union all

    select
        chat_id, coalesce(ended_at, updated_at), is_deleted, null, loaded_at, channel, opened_at, contact_id, null,
        status, null, null, agent_id, '[]'
    from {{ ref('base_salesforce__chats') }}
    where conversation_id = chat_id

    union all

    select
        calls.call_id, coalesce(spoken_to_later.spoken_at, calls.ended_at), calls.is_deleted, null,
        {{ newest(['calls.loaded_at', 'spoken_to_later.loaded_at']) }}, 'phone', calls.ring_at, calls.contact_id,
        calls.subject,
        case
            when calls.outcome = 'answered' or spoken_to_later.spoken_at is not null then 'solved'
            when {{ voicemail_waits('calls.outcome', 'calls.ring_at') }} then 'open'
            else 'closed'
        end,
        null, null, calls.agent_id, '[]'
    from calls
    left join spoken_to_later on calls.call_id = spoken_to_later.call_id
    where calls.conversation_id = calls.call_id

)

select
    ---------- ids
    'salesforce' as source_system,
    remote_id,
    updated_at as remote_updated_at,
    is_deleted as remote_was_deleted,
    master_id as merged_into_remote_id,
    loaded_at,

    ---------- text and timestamps
    channel,
    opened_at,
    contact_id as contact_remote_id,
    subject,
    status,
    priority,
    team,
    agent_id as assignee_agent_remote_id,
    {{ null_columns("conversations", ["brand", "schedule_id"]) }},
    coalesce(tags, '[]') as tags,
    -- When it was deleted is told by the last change alone.
    case when is_deleted then updated_at end as deleted_at,
    false as is_spam,
    {{ null_columns("conversations", ["follow_up_of_remote_id", "bot_resolution"]) }}
from told
