-- Every moment at which a customer reached out, on any channel.
select customer_id, conversation_id, sent_at as contact_at
from {{ ref('fct_messages') }}
where speaker = 'customer' and customer_id is not null and excluded_reason is null

union all

select customer_id, conversation_id, opened_at
from {{ ref('fct_conversations') }}
where is_customer_opened and customer_id is not null and excluded_reason is null
