-- A customer's conversations that count.
select
    customer_id,
    count(*) as conversations,
    count(*) filter (where not is_solved) as unresolved_conversations
from {{ ref('fct_conversations') }}
where customer_id is not null and excluded_reason is null
group by customer_id
