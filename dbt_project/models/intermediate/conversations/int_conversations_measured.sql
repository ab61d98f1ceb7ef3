{{ config(materialized="view") }}
-- Everything known of a conversation in one row: what `fct_conversations` publishes and the KPIs add up.
select
    profiles.*,
    resolution.status,
    resolution.is_solved,
    resolution.first_solved_at,
    resolution.resolved_at,
    resolution.reopens,
    durations.first_response_at,
    durations.first_response_minutes,
    durations.first_response_business_minutes,
    durations.response_minutes,
    durations.response_business_minutes,
    durations.first_resolution_minutes,
    durations.first_resolution_business_minutes,
    durations.resolution_minutes,
    durations.resolution_business_minutes,
    {% for kind in ["requester_wait", "agent_wait", "on_hold"] %}
    waits.{{ kind }}_minutes,
    waits.{{ kind }}_business_minutes,
    {% endfor %}
    coalesce(durations.turns, 0) as turns,
    coalesce(durations.answered_turns, 0) as answered_turns,
    coalesce(changes.team_transfers, 0) as team_transfers,
    coalesce(changes.escalations, 0) as escalations,
    profiles.agent_messages
    + case when profiles.channel = 'phone' then profiles.answered_calls else 0 end as agent_contacts,
    issues.issue_id,
    issues.issue_topic,
    case when profiles.excluded_reason is null then issues.contact_number end as contact_number,
    coalesce(recontacts.is_repeat_contact, false) as is_repeat_contact,
    recontacts.is_fcr,
    recontacts.is_contained,
    coalesce(recontacts.is_handed_off, false) as is_handed_off,
    targets.first_response_target_minutes,
    targets.resolution_target_minutes,
    schedules.schedule_key
from {{ ref('int_conversation_profiles') }} as profiles
inner join {{ ref('int_conversation_resolution') }} as resolution
    on profiles.conversation_id = resolution.conversation_id
inner join {{ ref('int_conversation_waits') }} as waits
    on profiles.conversation_id = waits.conversation_id
left join {{ ref('int_conversation_durations') }} as durations
    on profiles.conversation_id = durations.conversation_id
left join {{ ref('int_conversation_changes') }} as changes
    on profiles.conversation_id = changes.conversation_id
left join {{ ref('int_conversation_recontacts') }} as recontacts
    on profiles.conversation_id = recontacts.conversation_id
-- A merged conversation is part of the issue it lives on in.
left join {{ ref('int_conversation_issues') }} as issues
    on profiles.survivor_conversation_id = issues.conversation_id
left join {{ ref('int_conversation_targets') }} as targets
    on profiles.conversation_id = targets.conversation_id
left join {{ ref('int_conversation_schedules') }} as schedules
    on profiles.conversation_id = schedules.conversation_id
