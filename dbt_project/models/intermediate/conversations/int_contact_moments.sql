-- Every moment at which a customer reached out or an agent reached them, on any channel.
with moments as (
    select conversation_id, sent_at as contact_at, speaker as reached_by
    from {{ ref('int_conversation_messages') }}
    where speaker in ('customer', 'agent')

    union all

    select conversation_id, first_agent_at, 'agent'
    from {{ ref('int_conversation_calls') }}
    where first_agent_at is not null

    union all

    select conversation_id, opened_at, 'customer'
    from {{ ref('int_conversation_profiles') }}
    where is_customer_opened
)

select
    profiles.customer_id,
    moments.conversation_id,
    moments.contact_at,
    moments.reached_by
from moments
inner join {{ ref('int_conversation_profiles') }} as profiles
    on moments.conversation_id = profiles.conversation_id
where profiles.customer_id is not null and profiles.excluded_reason is null
