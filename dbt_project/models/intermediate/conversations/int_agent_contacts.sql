{{ config(materialized="view") }}
-- Every moment at which an agent reached a customer, on any channel. Messages are the published ones: those of the
-- customer's other conversations count, too, and not all of these are worked out in this build.
with moments as (
    select conversation_id, sent_at as contact_at
    from {{ ref('fct_messages') }}
    where speaker = 'agent'

    union all

    select conversation_id, call_answered_at
    from {{ ref('int_conversation_outcomes') }}
    where call_answered_at is not null
)

select outcomes.customer_id, moments.conversation_id, moments.contact_at
from moments
inner join {{ ref('int_conversation_outcomes') }} as outcomes
    on moments.conversation_id = outcomes.conversation_id
where outcomes.customer_id is not null and outcomes.excluded_reason is null
