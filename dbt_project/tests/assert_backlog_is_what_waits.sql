-- The last day's backlog, added up from moves in and out, equals the conversations that are unsolved by
-- their status history: the two are worked out independently.
with waiting as (
    select count(*) as conversations
    from {{ ref('int_status_spans') }} as spans
    inner join {{ ref('fct_conversations') }} as conversations
        on spans.conversation_id = conversations.conversation_id
    where
        conversations.excluded_reason is null
        and not spans.is_solved
        and {{ metric_date('spans.started_at') }} <= {{ last_metric_date() }}
        and (spans.ended_at is null or {{ metric_date('spans.ended_at') }} > {{ last_metric_date() }})
),

backlog as (
    select coalesce(sum(numerator), 0) as conversations
    from {{ ref('kpi_daily') }}
    where kpi = 'backlog' and metric_date = {{ last_metric_date() }}
)

select waiting.conversations as waiting, backlog.conversations as backlog
from waiting
cross join backlog
where waiting.conversations <> backlog.conversations
