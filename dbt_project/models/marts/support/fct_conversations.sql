{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="conversation_id", on_schema_change="fail") }}
with surveys as (
    select conversation_id, max(score) as csat_score, bool_or(is_satisfied) as is_csat_satisfied
    from {{ ref('int_survey_scores') }}
    where survey_type = 'csat' and is_latest_for_conversation and conversation_id is not null
    group by conversation_id
)

select
    ---------- ids
    measured.conversation_id,
    measured.source_system,
    measured.remote_id,
    measured.survivor_conversation_id,
    measured.customer_id,
    measured.account_id,
    measured.agent_id,
    measured.issue_id,

    ---------- dimensions
    measured.channel,
    measured.team,
    measured.brand,
    measured.priority,
    measured.segment,
    measured.topic,
    measured.status,
    measured.excluded_reason,

    ---------- timestamps
    measured.opened_at,
    measured.first_response_at,
    measured.call_answered_at,
    measured.first_solved_at,
    measured.resolved_at,

    ---------- durations
    {% for measure in ["first_response", "response", "first_resolution", "resolution", "requester_wait", "agent_wait", "on_hold"] %}
    cast(measured.{{ measure }}_minutes as double) as {{ measure }}_minutes,
    cast(measured.{{ measure }}_business_minutes as double) as {{ measure }}_business_minutes,
    {% endfor %}
    cast(measured.handle_minutes as double) as handle_minutes,
    measured.first_response_target_minutes,
    measured.resolution_target_minutes,

    ---------- counts
    measured.customer_messages,
    measured.agent_messages,
    measured.bot_messages,
    measured.answered_calls,
    measured.turns,
    measured.answered_turns,
    measured.reopens,
    measured.team_transfers,
    measured.escalations,
    measured.contact_number as issue_contact_number,

    ---------- answers
    measured.is_customer_opened,
    measured.is_solved,
    coalesce(measured.is_solved and measured.agent_contacts = 1, false) as is_one_touch,
    coalesce(measured.is_solved and measured.agent_contacts < 2, false) as is_one_touch_zendesk,
    measured.is_fcr,
    measured.is_repeat_contact,
    measured.is_abandoned,
    measured.is_bot_conversation,
    measured.is_handed_off,
    measured.is_contained,

    ---------- voice of the customer
    surveys.csat_score,
    surveys.is_csat_satisfied,
    measured.sentiment_score,
    coalesce(measured.sentiment_sum, 0) as sentiment_sum,
    measured.sentiment_shift,
    coalesce(measured.tagged_messages, 0) as tagged_messages,
    coalesce(measured.negative_messages, 0) as negative_messages
from {{ ref('int_conversations_measured') }} as measured
left join surveys
    on measured.conversation_id = surveys.conversation_id
order by measured.conversation_id
