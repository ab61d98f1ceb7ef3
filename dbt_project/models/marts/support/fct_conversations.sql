{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="conversation_id", on_schema_change="fail", meta={"scope": "int_conversation_answers"}) }}
-- A conversation of which nothing but these answers is new keeps what was published of it.
{% set answers = ["issue_id", "issue_contact_number", "is_fcr", "is_repeat_contact", "is_handed_off", "is_contained"] %}
{% set own %}
    ---------- ids
    conversation_id,
    source_system,
    remote_id,
    survivor_conversation_id,
    customer_id,
    account_id,
    agent_id,

    ---------- dimensions
    channel,
    team,
    brand,
    priority,
    segment,
    topic,
    own_topic,
    status,
    excluded_reason,

    ---------- timestamps
    opened_at,
    first_response_at,
    call_answered_at,
    first_solved_at,
    resolved_at,

    ---------- durations
    {% for measure in ["first_response", "response", "first_resolution", "resolution", "requester_wait", "agent_wait", "on_hold"] %}
    {{ measure }}_minutes,
    {{ measure }}_business_minutes,
    {% endfor %}
    handle_minutes,
    first_response_target_minutes,
    resolution_target_minutes,

    ---------- counts
    customer_messages,
    agent_messages,
    bot_messages,
    answered_calls,
    turns,
    answered_turns,
    reopens,
    team_transfers,
    escalations,

    ---------- answers
    is_customer_opened,
    is_solved,
    is_one_touch,
    is_one_touch_zendesk,
    is_abandoned,
    is_bot_conversation,

    ---------- voice of the customer
    csat_score,
    is_csat_satisfied,
    sentiment_score,
    sentiment_sum,
    sentiment_shift,
    lowest_sentiment_score,
    sentiment_path,
    tagged_messages,
    negative_messages,
    churn_intent,
    complaint,
    escalation_request,
    refund_request
{% endset %}
with known as (
    select {{ own }}
    from {{ ref('int_conversations_measured') }}
    {% if is_delta() %}
    union all
    select {{ own }}
    from {{ held('fct_conversations') }}
    where {{ in_scope('conversation_id', 'int_conversation_answers') }} and not {{ in_scope('conversation_id') }}
    {% endif %}
)

select
    known.*,
    {% for answer in answers %}
    answers.{{ answer }}{{ "," if not loop.last }}
    {% endfor %}
from known
inner join {{ ref('int_conversation_answers') }} as answers
    on known.conversation_id = answers.conversation_id
order by known.conversation_id
