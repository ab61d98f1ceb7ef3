-- Where a conversation lives on and whose it is.
select
    conversations.conversation_id,
    merges.survivor_conversation_id,
    merges.excluded_reason,
    links.customer_id,
    customers.account_id,
    customers.segment
from {{ ref('int_conversations') }} as conversations
inner join {{ ref('int_conversation_merges') }} as merges
    on conversations.conversation_id = merges.conversation_id
left join {{ ref('int_contact_customers') }} as links
    on
        conversations.source_system = links.source_system
        and conversations.contact_remote_id = links.remote_id
left join {{ ref('int_customers') }} as customers
    on links.customer_id = customers.customer_id
