{{ config(materialized="view") }}
-- The conversation as a game of two: every change of turn customer → agent starts at the first unanswered
-- customer message and ends at the next public agent message. An answer comes after what it answers: at
-- the same instant the agent's message counts as the earlier one.
with spoken as (
    select
        conversation_id,
        sent_at,
        speaker,
        agent_id,
        lag(speaker) over (
            partition by conversation_id order by sent_at, speaker, length(remote_id), remote_id
        ) as previous_speaker
    from {{ ref('int_conversation_messages') }}
    where speaker in ('customer', 'agent')
),

-- Only where the turn changes: from here on speakers alternate.
changes as (
    select
        *,
        row_number() over (partition by conversation_id order by sent_at, speaker) as change_number
    from spoken
    where previous_speaker is null or previous_speaker <> speaker
),

paired as (
    select
        *,
        lead(sent_at) over (partition by conversation_id order by change_number) as answered_at,
        lead(agent_id) over (partition by conversation_id order by change_number) as answering_agent_id
    from changes
)

select
    conversation_id,
    row_number() over (partition by conversation_id order by change_number) as turn_number,
    sent_at as asked_at,
    answered_at,
    answering_agent_id as agent_id
from paired
where speaker = 'customer'
