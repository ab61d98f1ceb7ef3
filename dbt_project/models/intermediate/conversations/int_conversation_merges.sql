-- Which conversation a conversation lives on in (itself, unless merged), and why it leaves every count.
select
    conversations.conversation_id,
    coalesce(chains.survivor_id, conversations.conversation_id) as survivor_conversation_id,
    case
        when chains.survivor_id <> conversations.conversation_id or chains.merge_fault = 'merged_into_unknown' then 'merged'
        when
            conversations.deleted_at is not null
            or conversations.remote_was_deleted
            or coalesce(conversations.status = 'deleted', false)
            then 'deleted'
        when conversations.is_spam then 'spam'
    end as excluded_reason
from {{ ref('int_conversations') }} as conversations
left join {{ ref('int_conversation_merge_chains') }} as chains
    on conversations.conversation_id = chains.conversation_id
