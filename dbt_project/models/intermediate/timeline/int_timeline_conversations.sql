{{ config(materialized="view") }}
-- What happened in conversations: messages, calls, changes of status, team and priority.
with profiles as (
    select * from {{ ref('int_conversation_profiles') }} where customer_id is not null
),

events as (
    select
        profiles.customer_id,
        profiles.survivor_conversation_id as conversation_id,
        profiles.channel,
        profiles.excluded_reason,
        events.*
    from {{ ref('int_conversation_events') }} as events
    inner join profiles
        on
            events.source_system = profiles.source_system
            and events.conversation_remote_id = profiles.remote_id
    where events.event_type in ('team', 'priority', 'merged')
)

select
    'message:' || message_id as timeline_id,
    customer_id,
    sent_at as occurred_at,
    case when speaker = 'note' then 'note' else 'message' end as kind,
    channel,
    source_system,
    remote_id,
    conversation_id,
    case when speaker = 'note' then 'agent' else speaker end as actor_type,
    case speaker
        when 'customer' then
            'wrote'
            || coalesce(' about ' || {{ words('topic') }}, '')
            || case when sentiment in ('negative', 'positive') then ', ' || sentiment else '' end
        when 'agent' then 'agent wrote'
        when 'note' then 'private note of an agent'
        else speaker || ' wrote'
    end as summary,
    excluded_reason
from {{ ref('fct_messages') }}
where customer_id is not null

union all

select
    'call:' || {{ md5_hash(['calls.source_system', 'calls.remote_id']) }},
    profiles.customer_id,
    calls.ring_at,
    'call',
    profiles.channel,
    calls.source_system,
    calls.remote_id,
    profiles.survivor_conversation_id,
    case when calls.direction = 'outbound' then 'agent' else 'customer' end,
    coalesce(calls.direction || ' ', '') || 'call ' || coalesce(calls.outcome, 'running')
    || coalesce(', talked for ' || {{ number_text('round(case when calls.talk_seconds >= 0 then calls.talk_seconds end / 60.0, 1)') }} || ' min', ''),
    profiles.excluded_reason
from {{ ref('int_calls') }} as calls
inner join profiles
    on
        calls.source_system = profiles.source_system
        and calls.conversation_remote_id = profiles.remote_id

union all

select
    'status:' || spans.conversation_id || ':' || cast(spans.event_number as varchar),
    profiles.customer_id,
    spans.started_at,
    case when spans.event_number = 0 then 'conversation_opened' else 'status_change' end,
    profiles.channel,
    profiles.source_system,
    profiles.remote_id,
    profiles.survivor_conversation_id,
    case when spans.event_number = 0 and profiles.is_customer_opened then 'customer' else 'system' end,
    case
        when spans.event_number = 0 then 'opened' || coalesce(' about ' || {{ words('profiles.topic') }}, '')
        else spans.previous_status || ' → ' || spans.status
    end,
    profiles.excluded_reason
from {{ ref('int_status_spans') }} as spans
inner join profiles
    on spans.conversation_id = profiles.conversation_id

union all

select
    'event:' || {{ md5_hash(['source_system', 'remote_id']) }},
    customer_id,
    occurred_at,
    case event_type when 'merged' then 'merged' else event_type || '_change' end,
    channel,
    source_system,
    remote_id,
    conversation_id,
    coalesce(actor_type, 'system'),
    case event_type
        when 'merged' then 'merged into another conversation'
        else event_type || ' ' || coalesce(old_value || ' → ', '') || coalesce(new_value, 'none')
    end,
    excluded_reason
from events
