-- What was said in chats. An offline message is said once; a chat's history has joins, tags and ratings as well.
with source as (

    select
        *,
        coalesce(deleted, false) as is_deleted
    from {{ source('raw_zendesk', 'chats') }}

),

entries as (

    {{ json_list_rows('source', 'history', ['id', 'timestamp', 'is_deleted', '_loaded_at']) }}

),

said as (

    select
        id,
        position,
        coalesce({{ json_text('element', 'timestamp') }}, timestamp) as said_at,
        lower(coalesce({{ json_text('element', 'nick') }}, '')) as nick,
        lower(coalesce({{ json_text('element', 'sender_type') }}, '')) as sender,
        {{ json_text('element', 'msg') }} as body,
        is_deleted,
        _loaded_at
    from entries
    where {{ json_text('element', 'type') }} in ('chat.msg', 'chat.file')

    union all

    select id, 0, timestamp, 'visitor', 'visitor', message, is_deleted, _loaded_at
    from source
    where type = 'offline_msg'

),

named as (

    select
        *,
        case when nick like 'agent:%' then split_part(nick, ':', 2) end as agent_number
    from said

)

select
    named.id || '-' || cast(named.position as varchar) as message_id,
    named.id as chat_id,
    named.position,
    {{ to_timestamp_utc('named.said_at') }} as sent_at,
    case
        when named.nick like 'visitor%' or named.sender = 'visitor' then 'customer'
        -- A trigger greets whoever waits: nobody answers.
        when named.agent_number = 'trigger' or named.sender = 'trigger' then 'system'
        when coalesce(of_agent.author_type, of_number.author_type) = 'bot' then 'bot'
        else 'agent'
    end as author_type,
    case
        when named.agent_number <> 'trigger' then coalesce(agents.user_id, named.agent_number)
    end as agent_id,
    -- A chat that was deleted says nothing any more.
    case when not named.is_deleted then named.body end as body,
    named.is_deleted,
    {{ newest(['named._loaded_at', 'agents.loaded_at', 'of_agent.loaded_at', 'of_number.loaded_at']) }} as loaded_at
from named
left join {{ ref('base_zendesk__chat_agents') }} as agents on named.agent_number = agents.chat_agent_id
left join {{ ref('base_zendesk__users') }} as of_agent on agents.user_id = of_agent.user_id
left join {{ ref('base_zendesk__users') }} as of_number on named.agent_number = of_number.user_id
