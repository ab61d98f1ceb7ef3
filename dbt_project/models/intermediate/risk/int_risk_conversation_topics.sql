-- What a conversation was known to be about at an instant, by the rule of int_conversation_tags: later messages may give
-- it another topic.
select
    messages.conversation_id,
    instants.as_of,
    {{ earliest(
        'messages.topic',
        'case when messages.topic in (' ~ quoted(var('vague_topics')) ~ ') then 1 else 0 end, messages.sent_at',
        'length(messages.remote_id), messages.remote_id'
    ) }} as topic
from {{ ref('fct_messages') }} as messages
inner join {{ ref('int_risk_instants') }} as instants
    on
        messages.sent_at <= instants.as_of
        and messages.sent_at > instants.as_of - {{ days(120) }}
where messages.speaker = 'customer' and messages.topic is not null and messages.customer_id is not null
group by messages.conversation_id, instants.as_of
