-- First contact resolution of issues: over all their conversations, dated by when the last was solved. The
-- channel and team are those the issue began and ended with.
select
    {{ metric_date('resolved_at') }} as metric_date,
    first_channel as channel,
    team,
    topic,
    segment,
    'fcr_issues' as kpi,
    'share' as kind,
    {{ exact_sum('case when is_fcr then 1 else 0 end') }} as numerator,
    cast(count(*) as double) as denominator,
    cast(null as double) as squares
from {{ ref('fct_issues') }}
where is_fcr is not null and resolved_at is not null
group by all
