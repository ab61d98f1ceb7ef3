-- Texts leave the warehouse here, so only what `ml/redaction` has made of them is read, and only the beginning.
-- The setting says whether they leave at all: without it the conversations are there, and no words.
with alerts as (
    select
        *,
        row_number() over (partition by topic, metric_date order by opened_at desc nulls last, conversation_id) as position
    from {{ ref('kpi_topic_alerts') }}
),

told as (
    -- What customers wrote in public: their first message about the topic, else their first.
    select
        alerts.topic,
        alerts.conversation_id,
        texts.redacted_text as said,
        row_number() over (
            partition by alerts.topic, alerts.conversation_id
            order by
                case when alerts.topic in (messages.topic, messages.own_topic) then 0 else 1 end,
                messages.sent_at,
                messages.message_id
        ) as place
    from alerts
    inner join {{ ref('fct_messages') }} as messages
        on alerts.conversation_id = messages.conversation_id
    inner join {{ source('ml', 'redacted_texts') }} as texts
        on messages.text_hash = texts.text_hash
    where
        alerts.position <= {{ var('topic_examples') }}
        and messages.speaker = 'customer'
        and messages.is_public
        and texts.redacted_text <> ''
        and {{ run_value('HEEDLINE_EXAMPLE_TEXTS', 'true') }}
)

select
    {{ md5_hash(['alerts.topic', 'alerts.conversation_id']) }} as kpi_topic_examples_id,
    alerts.topic,
    alerts.metric_date,
    alerts.incident_id,
    alerts.position,
    alerts.conversation_id,
    conversations.source_system,
    conversations.remote_id,
    alerts.channel,
    alerts.opened_at,
    {{ beginning_of('told.said', var('topic_example_characters')) }} as example_text
from alerts
inner join {{ ref('fct_conversations') }} as conversations
    on alerts.conversation_id = conversations.conversation_id
left join told
    on
        alerts.topic = told.topic
        and alerts.conversation_id = told.conversation_id
        and told.place = 1
where alerts.position <= {{ var('topic_examples') }}
order by alerts.metric_date, alerts.topic, alerts.position
