-- Chats and offline messages as conversations. One that became a ticket counts as that: it is merged into it.
select
    ---------- ids
    'zendesk' as source_system,
    chat_id as remote_id,
    -- Tags and a ticket's number come after the end.
    coalesce(case when not is_offline and not is_deleted then ended_at end, updated_at) as remote_updated_at,
    is_deleted as remote_was_deleted,
    ticket_id as merged_into_remote_id,
    {{ newest(['loaded_at', 'team_loaded_at', 'said_loaded_at']) }} as loaded_at,

    ---------- text and timestamps
    case when has_bot and not has_agent then 'chatbot' else 'chat' end as channel,
    started_at as opened_at,
    visitor_id as contact_remote_id,
    cast(null as varchar) as subject,
    case
        when is_deleted then 'deleted'
        when is_offline then case when is_unread then 'open' else 'closed' end
        -- The export has ended chats only. One that nobody answered was missed.
        when has_agent or has_bot then 'solved'
        else 'closed'
    end as status,
    cast(null as varchar) as priority,
    team,
    agent_id as assignee_agent_remote_id,
    {{ null_columns("conversations", ["brand", "schedule_id"]) }},
    tags,
    case when is_deleted then updated_at end as deleted_at,
    coalesce(tags like '%"spam"%', false) as is_spam,
    {{ null_columns("conversations", ["follow_up_of_remote_id", "bot_resolution"]) }}
from {{ ref('base_zendesk__chats') }}
