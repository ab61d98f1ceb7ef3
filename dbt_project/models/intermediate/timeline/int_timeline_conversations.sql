{{ config(materialized="view") }}
-- What happened in conversations: messages, calls, changes of status, team and priority.
with conversations as (
    select * from {{ ref('fct_conversations') }} where customer_id is not null and {{ in_scope('survivor_conversation_id', 'int_timeline_scope') }}
),

events as (
    select
        conversations.customer_id,
        conversations.survivor_conversation_id as conversation_id,
        conversations.channel,
        conversations.excluded_reason,
        events.*
    from {{ ref('int_conversation_events') }} as events
    inner join conversations
        on
            events.source_system = conversations.source_system
            and events.conversation_remote_id = conversations.remote_id
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
where customer_id is not null and {{ in_scope('conversation_id', 'int_timeline_scope') }}

union all

select
    'call:' || {{ md5_hash(['calls.source_system', 'calls.remote_id']) }},
    conversations.customer_id,
    calls.ring_at,
    'call',
    conversations.channel,
    calls.source_system,
    calls.remote_id,
    conversations.survivor_conversation_id,
    case when calls.direction = 'outbound' then 'agent' else 'customer' end,
    coalesce(calls.direction || ' ', '') || 'call ' || coalesce(calls.outcome, 'running')
    || coalesce(', talked for ' || {{ number_text('round(case when calls.talk_seconds >= 0 then calls.talk_seconds end / 60.0, 1)') }} || ' min', ''),
    conversations.excluded_reason
from {{ ref('int_calls') }} as calls
inner join conversations
    on
        calls.source_system = conversations.source_system
        and calls.conversation_remote_id = conversations.remote_id

union all

select
    'status:' || spans.status_span_id,
    conversations.customer_id,
    spans.started_at,
    case when spans.span_number = 1 then 'conversation_opened' else 'status_change' end,
    conversations.channel,
    conversations.source_system,
    conversations.remote_id,
    conversations.survivor_conversation_id,
    case when spans.span_number = 1 and conversations.is_customer_opened then 'customer' else 'system' end,
    case
        when spans.span_number = 1 then 'opened' || coalesce(' about ' || {{ words('conversations.topic') }}, '')
        else spans.previous_status || ' → ' || spans.status
    end,
    conversations.excluded_reason
from {{ ref('fct_status_spans') }} as spans
inner join conversations
    on spans.conversation_id = conversations.conversation_id

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
