-- Handing merged conversations' messages on neither loses nor doubles one.
with unified as (
    select count(*) as messages
    from {{ ref('int_messages') }} as messages
    inner join {{ ref('int_conversations') }} as conversations
        on
            messages.source_system = conversations.source_system
            and messages.conversation_remote_id = conversations.remote_id
    where not messages.remote_was_deleted
)

select unified.messages
from unified
cross join (select count(*) as messages from {{ ref('fct_messages') }}) as published
where unified.messages <> published.messages
