{{ config(materialized="view") }}
-- When we owed the customer a word, and what ended it: their question until the next public agent message or
-- until it was solved (first_response, next_response), and each public agent message until the next one, as
-- long as it is unsolved (periodic_update). On the phone only the wait of the first answered call counts.
{% set in_order = "partition by conversation_id order by happened_at, place, length(remote_id), remote_id" %}
with moments as (
    -- At one instant: reopened, answered, asked, solved.
    select
        messages.conversation_id,
        messages.sent_at as happened_at,
        messages.speaker as kind,
        case messages.speaker when 'agent' then 2 else 3 end as place,
        messages.remote_id,
        0 as step
    from {{ ref('int_conversation_messages') }} as messages
    inner join {{ ref('int_conversations') }} as conversations
        on messages.conversation_id = conversations.conversation_id
    where messages.speaker in ('customer', 'agent') and conversations.channel <> 'phone'

    union all

    select
        conversation_id,
        case when event_number = 0 then cast('1970-01-01T00:00:00Z' as timestamp with time zone) else started_at end,
        case when event_number > 0 and is_solved then 'solve' else 'status' end,
        case when is_solved then 4 else 1 end,
        cast(event_number as varchar),
        case when not is_solved then 1 when was_solved or event_number = 0 then 0 else -1 end
    from {{ ref('int_status_spans') }}
    where event_number = 0 or is_solved <> was_solved
),

placed as (
    select
        *,
        sum(step) over ({{ in_order }} rows between unbounded preceding and current row) as unsolved
    from moments
    where exists (select 1 from {{ ref('int_sla_policy_matches') }})
),

spoken as (
    select
        *,
        lag(kind) over ({{ in_order }}) as previous_kind
    from placed
    where kind in ('customer', 'agent', 'solve')
),

turned as (
    select
        *,
        lead(happened_at) over ({{ in_order }}) as ended_at,
        lead(kind) over ({{ in_order }}) as ended_by
    from spoken
    where previous_kind is null or (kind = 'customer') <> (previous_kind = 'customer')
),

questions as (
    select
        *,
        row_number() over ({{ in_order }}) as target_number
    from turned
    where kind = 'customer'
),

updates as (
    select
        *,
        lead(happened_at) over ({{ in_order }}) as ended_at,
        lead(kind) over ({{ in_order }}) as ended_by
    from placed
    where kind in ('agent', 'solve')
)

select
    conversation_id,
    case when target_number = 1 then 'first_response' else 'next_response' end as metric,
    target_number,
    happened_at as started_at,
    ended_at,
    coalesce(ended_by = 'solve', false) as is_ended_by_solve
from questions

union all

select
    conversation_id,
    'periodic_update',
    row_number() over ({{ in_order }}),
    happened_at,
    ended_at,
    coalesce(ended_by = 'solve', false)
from updates
-- What was said in the moment of solving owes nothing more.
where kind = 'agent' and unsolved > 0 and (ended_at is null or ended_at > happened_at)

union all

select calls.conversation_id, 'first_response', 1, calls.asked_at, calls.answered_at, false
from {{ ref('int_conversation_calls') }} as calls
inner join {{ ref('int_conversations') }} as conversations
    on calls.conversation_id = conversations.conversation_id
where conversations.channel = 'phone' and calls.asked_at is not null
