{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="response_id", on_schema_change="fail", meta={"scope_without": true}) }}
select
    scores.response_id,
    scores.source_system,
    scores.remote_id,
    scores.survey_type,
    scores.conversation_id,
    scores.customer_id,
    scores.agent_id,
    scores.channel,
    scores.team,
    scores.topic,
    scores.segment,
    scores.excluded_reason,
    scores.sent_at,
    scores.responded_at,
    scores.asked_at,
    scores.answered_at,
    scores.score,
    scores.lowest as scale_min,
    scores.highest as scale_max,
    scores.is_response,
    scores.is_satisfied,
    scores.is_easy,
    scores.nps_class,
    scores.is_latest_for_conversation,
    scores.comment_hash,
    tags.sentiment_score as comment_sentiment_score,
    tags.topic as comment_topic
from {{ ref('int_survey_scores') }} as scores
left join {{ ref('int_text_tags') }} as tags
    on scores.comment_hash = tags.text_hash
order by scores.response_id
