with comments as (

    select
        *,
        coalesce({{ json_text('element', 'author_id') }}, updater_id) as author_id,
        {{ to_boolean(json_text('element', 'public')) }} as is_public
    from {{ ref('base_zendesk__event_children') }}
    where event_type in ('Comment', 'VoiceComment')

),

tickets as (

    select * from {{ source('raw_zendesk', 'tickets') }}

),

users as (

    select * from {{ ref('base_zendesk__users') }}

),

chats as (

    select * from {{ ref('base_zendesk__chat_tickets') }}

),

renamed as (

    select
        ---------- ids
        'zendesk' as source_system,
        comments.child_id as remote_id,
        comments.occurred_at as remote_updated_at,
        false as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        {{ newest(['comments.loaded_at', 'tickets._loaded_at', 'users.loaded_at', 'chats.loaded_at']) }} as loaded_at,
        comments.ticket_id as conversation_remote_id,

        ---------- what was said, and by whom
        comments.occurred_at as sent_at,
        case
            -- The whole chat as one text: its messages are told by the chat.
            when comments.via_relation = 'merge' or chats.has_words then 'system'
            when comments.via_channel like 'answer_bot%' or users.author_type = 'bot' then 'bot'
            when comments.via_channel in ('rule', 'automation', 'trigger', 'system') or comments.author_id = '-1'
                then 'system'
            -- Staff who ask for help are customers of that ticket.
            when comments.author_id = cast(tickets.requester_id as varchar) then 'customer'
            when users.author_type is not null then users.author_type
            -- Only staff can write privately; anyone else unknown is a deleted end user.
            when comments.is_public then 'customer'
            else 'agent'
        end as author_type,
        case when comments.author_id <> '-1' then comments.author_id end as author_remote_id,
        coalesce(comments.is_public, true) and not coalesce(chats.has_words, false) as is_public,
        coalesce({{ json_text('comments.element', 'plain_body') }}, {{ json_text('comments.element', 'body') }}) as body
    from comments
    left join tickets on comments.ticket_id = cast(tickets.id as varchar)
    left join users on comments.author_id = users.user_id
    left join chats
        on comments.ticket_id = chats.ticket_id and comments.via_channel in ('chat', 'chat_transcript', 'chat_offline_message')

)

select * from renamed

union all

select
    'zendesk', message_id, sent_at, is_deleted, null, loaded_at, chat_id, sent_at, author_type, agent_id, true, body
from {{ ref('base_zendesk__chat_messages') }}
