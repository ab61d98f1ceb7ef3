{{ config(materialized="view") }}
-- Topic, mood and signals of a conversation, from its tagged customer messages. The topic is that of the first
-- message: it says what they came for, later ones answer and thank. A vague topic (var `vague_topics`) gives way to
-- the first message that has another. The path of the mood names each stretch of messages of one mood.
with tagged as (
    select
        messages.conversation_id,
        tags.*,
        row_number() over (
            partition by messages.conversation_id order by messages.sent_at, length(messages.remote_id), messages.remote_id
        ) as message_number,
        count(*) over (partition by messages.conversation_id) as messages_tagged,
        lag(tags.sentiment) over (
            partition by messages.conversation_id order by messages.sent_at, length(messages.remote_id), messages.remote_id
        ) as sentiment_before
    from {{ ref('int_conversation_messages') }} as messages
    inner join {{ ref('int_text_tags') }} as tags
        on messages.text_hash = tags.text_hash
    where messages.speaker = 'customer'
),

topics as (
    select
        conversation_id,
        topic,
        row_number() over (
            partition by conversation_id
            order by case when topic in ({{ quoted(var('vague_topics')) }}) then 1 else 0 end, message_number
        ) as place
    from tagged
),

own_topics as (
    select
        conversation_id,
        min_by(own_topic, message_number) as own_topic
    from tagged
    where own_topic is not null
    group by conversation_id
),

moods as (
    select
        conversation_id,
        count(*) as tagged_messages,
        count(*) filter (where sentiment = 'negative') as negative_messages,
        {{ exact_sum('sentiment_score') }} as sentiment_sum,
        {{ exact_avg('sentiment_score') }} as sentiment_score,
        {{ exact_avg('sentiment_score', 'messages_tagged >= 3 and message_number * 3 > messages_tagged * 2') }}
        - {{ exact_avg('sentiment_score', 'messages_tagged >= 3 and (message_number - 1) * 3 < messages_tagged') }}
            as sentiment_shift,
        min(sentiment_score) as lowest_sentiment_score,
        {{ text_list('sentiment', 'message_number', "sentiment is distinct from sentiment_before", " > ") }} as sentiment_path,
        max(churn_intent) as churn_intent,
        max(complaint) as complaint,
        max(escalation_request) as escalation_request,
        max(refund_request) as refund_request
    from tagged
    group by conversation_id
)

select moods.*, topics.topic, own_topics.own_topic
from moods
left join own_topics
    on moods.conversation_id = own_topics.conversation_id
left join topics
    on moods.conversation_id = topics.conversation_id and topics.place = 1
