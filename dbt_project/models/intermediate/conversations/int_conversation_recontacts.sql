{{ config(materialized="view") }}
-- Did one contact do? A further contact is the next conversation that the same customer opened about the
-- same topic, on any channel (int_conversation_repeats). Inside its window nothing is decided: the answers
-- are NULL (pending).
with last_messages as (
    select messages.conversation_id, max(messages.sent_at) as sent_at
    from {{ ref('fct_messages') }} as messages
    inner join {{ ref('int_conversation_outcomes') }} as outcomes
        on messages.conversation_id = outcomes.conversation_id
    where outcomes.is_bot_conversation
    group by messages.conversation_id
),

counted as (
    select
        outcomes.*,
        coalesce(last_messages.sent_at, outcomes.opened_at) as last_message_at,
        repeats.next_contact_at,
        repeats.is_repeat_contact
    from {{ ref('int_conversation_outcomes') }} as outcomes
    inner join {{ ref('int_conversation_repeats') }} as repeats
        on outcomes.conversation_id = repeats.conversation_id
    left join last_messages
        on outcomes.conversation_id = last_messages.conversation_id
    where outcomes.excluded_reason is null
),

agent_contacts as (
    select customer_id, contact_at
    from {{ ref('int_agent_contacts') }}
),

agent_contacts_since as (
    select
        counted.conversation_id,
        min(agent_contacts.contact_at) as contact_at
    from counted
    inner join agent_contacts
        on
            counted.customer_id = agent_contacts.customer_id
            and agent_contacts.contact_at >= counted.opened_at
            and agent_contacts.contact_at
            <= counted.last_message_at + {{ var('containment_window_days') }} * interval 24 hour
    where counted.is_bot_conversation
    group by counted.conversation_id
)

select
    counted.conversation_id,
    counted.is_repeat_contact,
    case
        when
            counted.is_solved
            and counted.resolved_at + {{ var('fcr_window_days') }} * interval 24 hour <= {{ as_of() }}
            then
                counted.reopens = 0
                and counted.team_transfers = 0
                and coalesce(
                    counted.next_contact_at > counted.resolved_at + {{ var('fcr_window_days') }} * interval 24 hour,
                    true
                )
    end as is_fcr,
    counted.is_bot_conversation and counted.agent_messages + counted.answered_calls > 0 as is_handed_off,
    case
        when
            counted.is_bot_conversation
            and counted.last_message_at + {{ var('containment_window_days') }} * interval 24 hour <= {{ as_of() }}
            then
                counted.agent_messages + counted.answered_calls = 0
                and agent_contacts_since.contact_at is null
    end as is_contained
from counted
left join agent_contacts_since
    on counted.conversation_id = agent_contacts_since.conversation_id
