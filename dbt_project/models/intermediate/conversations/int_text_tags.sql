-- What is said about each text: by the models in use, and by people where they corrected them.
{% set columns = [
    "text_hash", "model_version", "sentiment", "sentiment_score", "topic", "topics", "churn_intent", "complaint",
    "escalation_request", "refund_request", "urgency", "language", "language_supported", "confidence",
] %}
with ranked as (
    -- A text that the model in use has not seen keeps what an earlier one said.
    select
        tags.*,
        row_number() over (
            partition by tags.text_hash
            order by case when tagger.version is null then 1 else 0 end, tags.model_version desc nulls last
        ) as recency
    from {{ source('ml', 'message_tags') }} as tags
    left join {{ source('ml', 'models_in_use') }} as tagger
        on tagger.model = 'tagger' and tags.model_version = tagger.version
),

own_topics as (
    select
        topics.text_hash,
        topics.topic
    from {{ source('ml', 'message_topics') }} as topics
    inner join {{ source('ml', 'models_in_use') }} as own
        on own.model = 'own_topics' and topics.head_version = own.version
    where topics.topic is not null
)

select
    {% for column in columns %}
    ranked.{{ column }},
    {% endfor %}
    own_topics.topic as own_topic,
    false as is_corrected
from ranked
left join own_topics
    on ranked.text_hash = own_topics.text_hash
where
    ranked.recency = 1
    and not exists (
        select 1 from {{ source('ml', 'corrected_tags') }} as corrected
        where ranked.text_hash = corrected.text_hash
    )

union all

select
    {% for column in columns %}
    {{ column }},
    {% endfor %}
    own_topic,
    is_corrected
from {{ source('ml', 'corrected_tags') }}
