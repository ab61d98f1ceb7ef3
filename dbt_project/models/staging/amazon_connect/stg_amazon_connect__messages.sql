with conversations as (

    select * from {{ ref('base_amazon_connect__conversations') }}

),

-- Of a call, the caller's words as one message; of a chat, what each said.
words as (

    select
        conversation_id, conversation_id as message_id, said_at, 'customer' as author_type,
        cast(null as varchar) as agent_id, caller_text as body, updated_at, loaded_at
    from {{ ref('base_amazon_connect__transcripts') }}
    where caller_text is not null

    union all

    select
        conversation_id, leg_id || '-' || turn_id as message_id, said_at, author_type,
        agent_id, content as body, updated_at, loaded_at
    from {{ ref('base_amazon_connect__turns') }}
    where vendor_channel = 'CHAT' and said_at is not null

)

select
    ---------- ids
    'amazon_connect' as source_system,
    words.message_id as remote_id,
    words.updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['words.loaded_at', 'conversations.loaded_at']) }} as loaded_at,
    words.conversation_id as conversation_remote_id,

    ---------- timestamps and text
    words.said_at as sent_at,
    words.author_type,
    case words.author_type
        when 'customer' then conversations.contact_id
        when 'agent' then words.agent_id
    end as author_remote_id,
    true as is_public,
    words.body
from words
inner join conversations on words.conversation_id = conversations.conversation_id
