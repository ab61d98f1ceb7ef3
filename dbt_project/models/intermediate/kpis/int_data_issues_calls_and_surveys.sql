-- Calls and survey answers that cannot be as the source says; one row per rule and record.
with calls as (
    select calls.*, conversations.conversation_id
    from {{ ref('int_calls') }} as calls
    left join {{ ref('int_conversations') }} as conversations
        on calls.source_system = conversations.source_system and calls.conversation_remote_id = conversations.remote_id
),

answered as (
    select *
    from calls
    where outcome = 'answered'
),

negative as (
    {% for part in ["talk", "hold", "wrap"] %}
    select source_system, remote_id, '{{ part }}' as part, {{ part }}_seconds as seconds
    from calls
    where {{ part }}_seconds < 0
    {{ "union all" if not loop.last }}
    {% endfor %}
),

surveys as (
    select
        responses.source_system,
        responses.remote_id,
        responses.survey_type,
        responses.conversation_remote_id,
        scored.conversation_id,
        scored.score,
        scored.scale_min as lowest,
        scored.scale_max as highest,
        scored.is_response
    from {{ ref('int_survey_responses') }} as responses
    inner join {{ ref('fct_survey_responses') }} as scored
        on responses.source_system = scored.source_system and responses.remote_id = scored.remote_id
)

select 'call_without_conversation' as rule, source_system, 'calls' as entity, remote_id, conversation_remote_id as found
from calls
where conversation_id is null

union all

select 'call_answered_before_ring', source_system, 'calls', remote_id, 'answered' || {{ early('answered_at', 'ring_at', 'it rang') }}
from answered
where answered_at < ring_at

union all

select 'call_ended_before_answer', source_system, 'calls', remote_id, 'ended' || {{ early('ended_at', 'greatest(answered_at, ring_at)', 'it was answered') }}
from answered
where answered_at is not null and ended_at < greatest(answered_at, ring_at)

union all

select 'call_without_answer_time', source_system, 'calls', remote_id, null
from answered
where answered_at is null

union all

select
    'call_duration_negative', source_system, 'calls', remote_id,
    string_agg(part || ' ' || {{ number_text('seconds') }} || ' s', ', ' order by part)
from negative
group by source_system, remote_id

union all

-- A call that runs has no talk yet.
select 'call_talk_missing', source_system, 'calls', remote_id, null
from answered
where talk_seconds is null and ended_at is not null

union all

select
    'survey_score_outside_scale', source_system, 'survey_responses', remote_id,
    upper(survey_type) || ' ' || {{ number_text('score') }} || ' on ' || {{ number_text('lowest') }} || '–' || {{ number_text('highest') }}
from surveys
where score is not null and not is_response

union all

select 'survey_without_conversation', source_system, 'survey_responses', remote_id, conversation_remote_id
from surveys
where conversation_remote_id is not null and conversation_id is null
