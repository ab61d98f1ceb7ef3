with conversations as (

    select * from {{ ref('base_amazon_connect__conversations') }}

),

-- A voicemail is dealt with when the same number is spoken to afterwards.
spoken_to_later as (

    {{ spoken_to_later('conversations', 'conversation_id', 'contact_id', 'started_at', 'answered_at') }}

)

select
    ---------- ids
    'amazon_connect' as source_system,
    conversations.conversation_id as remote_id,
    coalesce(spoken_to_later.spoken_at, conversations.ended_at, conversations.updated_at) as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['conversations.loaded_at', 'spoken_to_later.loaded_at']) }} as loaded_at,

    ---------- text and timestamps
    case conversations.vendor_channel when 'VOICE' then 'phone' when 'CHAT' then 'chat' else 'email' end as channel,
    conversations.started_at as opened_at,
    conversations.contact_id as contact_remote_id,
    case when conversations.vendor_channel = 'EMAIL' then conversations.subject end as subject,
    case
        when conversations.ended_at is null then 'open'
        when conversations.answered_at is not null then 'solved'
        when spoken_to_later.spoken_at is not null then 'solved'
        when {{ voicemail_waits('conversations.outcome', 'conversations.started_at') }} then 'open'
        else 'closed'
    end as status,
    cast(null as varchar) as priority,
    conversations.team,
    conversations.agent_id as assignee_agent_remote_id,
    {{ null_columns("conversations", ["brand", "schedule_id", "tags", "deleted_at"]) }},
    false as is_spam,
    {{ null_columns("conversations", ["follow_up_of_remote_id", "bot_resolution"]) }}
from conversations
left join spoken_to_later on conversations.conversation_id = spoken_to_later.conversation_id
