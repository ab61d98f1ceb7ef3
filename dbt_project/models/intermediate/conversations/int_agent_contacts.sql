{{ config(materialized="view") }}
-- Every moment at which an agent reached a customer, on any channel.
with moments as (
    select conversation_id, sent_at as contact_at
    from {{ ref('int_conversation_messages') }}
    where speaker = 'agent'

    union all

    select conversation_id, first_agent_at
    from {{ ref('int_conversation_calls') }}
    where first_agent_at is not null
)

select profiles.customer_id, moments.conversation_id, moments.contact_at
from moments
inner join {{ ref('int_conversation_profiles') }} as profiles
    on moments.conversation_id = profiles.conversation_id
where profiles.customer_id is not null and profiles.excluded_reason is null
