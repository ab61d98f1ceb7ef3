-- How fast bots answer: in each bot conversation the turns customer → bot, from the first unanswered message.
-- A bot answers at once: at the same instant its message counts as the later one.
with spoken as (
    select
        messages.conversation_id,
        messages.sent_at,
        messages.speaker,
        messages.remote_id,
        lag(messages.speaker) over in_order as previous_speaker
    from {{ ref('fct_messages') }} as messages
    inner join {{ ref('fct_conversations') }} as conversations
        on messages.conversation_id = conversations.conversation_id
    where conversations.is_bot_conversation and messages.speaker in ('customer', 'bot', 'agent')
    window in_order as (
        partition by messages.conversation_id
        order by
            messages.sent_at,
            case messages.speaker when 'customer' then 1 when 'bot' then 2 else 3 end,
            length(messages.remote_id),
            messages.remote_id
    )
),

changes as (
    select
        *,
        lead(sent_at) over in_order as answered_at,
        lead(speaker) over in_order as answered_by
    from spoken
    where previous_speaker is null or (previous_speaker = 'customer') <> (speaker = 'customer')
    window in_order as (
        partition by conversation_id
        order by
            sent_at,
            case speaker when 'customer' then 1 when 'bot' then 2 else 3 end,
            length(remote_id),
            remote_id
    )
)

select
    conversation_id,
    count(*) as bot_replies,
    {{ exact_sum(minutes_between('sent_at', 'answered_at')) }} as bot_response_minutes
from changes
where speaker = 'customer' and answered_by = 'bot'
group by conversation_id
