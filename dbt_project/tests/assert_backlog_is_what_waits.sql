-- The backlog, added up from moves in and out, equals the stays that last over each midnight: the two are
-- worked out independently. Looked at on the last day and on every seventh before it.
with days as (
    select distinct metric_date from {{ ref('kpi_daily') }}
    where ({{ last_metric_date() }} - metric_date) % 7 = 0
),

waiting as (
    select days.metric_date, evidence.channel, evidence.team, evidence.topic, evidence.segment, sum(evidence.numerator) as conversations
    from {{ ref('kpi_evidence') }} as evidence
    inner join days
        on days.metric_date between evidence.first_date and evidence.last_date
    where evidence.kpi = 'backlog'
    group by all
),

backlog as (
    select daily.metric_date, daily.channel, daily.team, daily.topic, daily.segment, daily.numerator as conversations
    from {{ ref('kpi_daily') }} as daily
    inner join days
        on daily.metric_date = days.metric_date
    where daily.kpi = 'backlog'
)

(select * from waiting except select * from backlog)
union all
(select * from backlog except select * from waiting)
