{{ config(materialized="view") }}
-- Everything that is known of a conversation by itself in one row, as `fct_conversations` publishes it. What its
-- customer's other conversations decide about it: int_conversation_answers.
{% set durations = ["first_response", "response", "first_resolution", "resolution"] %}
{% set waits = ["requester_wait", "agent_wait", "on_hold"] %}
with surveys as (
    select conversation_id, max(score) as csat_score, bool_or(is_satisfied) as is_csat_satisfied
    from {{ ref('int_survey_scores') }}
    where survey_type = 'csat' and is_latest_for_conversation and conversation_id is not null
    group by conversation_id
),

profiles as (
    select
        *,
        agent_messages + case when channel = 'phone' then answered_calls else 0 end as agent_contacts
    from {{ ref('int_conversation_profiles') }}
)

select
    profiles.* exclude (handle_minutes, sentiment_sum, tagged_messages, negative_messages, agent_contacts),
    cast(profiles.handle_minutes as double) as handle_minutes,
    coalesce(profiles.sentiment_sum, 0) as sentiment_sum,
    coalesce(profiles.tagged_messages, 0) as tagged_messages,
    coalesce(profiles.negative_messages, 0) as negative_messages,
    resolution.status,
    resolution.is_solved,
    resolution.first_solved_at,
    resolution.resolved_at,
    resolution.reopens,
    coalesce(resolution.is_solved and profiles.agent_contacts = 1, false) as is_one_touch,
    coalesce(resolution.is_solved and profiles.agent_contacts < 2, false) as is_one_touch_zendesk,
    durations.first_response_at,
    {% for measure in durations %}
    cast(durations.{{ measure }}_minutes as double) as {{ measure }}_minutes,
    cast(durations.{{ measure }}_business_minutes as double) as {{ measure }}_business_minutes,
    {% endfor %}
    {% for kind in waits %}
    cast(waits.{{ kind }}_minutes as double) as {{ kind }}_minutes,
    cast(waits.{{ kind }}_business_minutes as double) as {{ kind }}_business_minutes,
    {% endfor %}
    coalesce(durations.turns, 0) as turns,
    coalesce(durations.answered_turns, 0) as answered_turns,
    coalesce(changes.team_transfers, 0) as team_transfers,
    coalesce(changes.escalations, 0) as escalations,
    targets.first_response_target_minutes,
    targets.resolution_target_minutes,
    surveys.csat_score,
    surveys.is_csat_satisfied
from profiles
inner join {{ ref('int_conversation_resolution') }} as resolution
    on profiles.conversation_id = resolution.conversation_id
inner join {{ ref('int_conversation_waits') }} as waits
    on profiles.conversation_id = waits.conversation_id
left join {{ ref('int_conversation_durations') }} as durations
    on profiles.conversation_id = durations.conversation_id
left join {{ ref('int_conversation_changes') }} as changes
    on profiles.conversation_id = changes.conversation_id
left join {{ ref('int_conversation_targets') }} as targets
    on profiles.conversation_id = targets.conversation_id
left join surveys
    on profiles.conversation_id = surveys.conversation_id
