-- Paths of solved issues: one that is still open may yet go elsewhere.
with issues as (
    select
        *,
        {{ period_start('month', metric_date('resolved_at')) }} as period_start,
        channel_switches >= {{ var('journey_channels') }} as is_folded,
        -- Folded by its own length and not by rank: a path that moved in and out of the rest would have no history.
        case
            when channel_switches >= {{ var('journey_channels') }}
                then split_part(channels, ' > ', 1) || ' > ' || split_part(channels, ' > ', 2) || ' > ...'
            else channels
        end as path
    from {{ ref('fct_issues') }}
    where resolved_at is not null
),

paths as (
    select
        period_start,
        path,
        is_folded,
        min(first_channel) as first_channel,
        count(*) as issues,
        cast(sum(count(*)) over (partition by period_start) as bigint) as issues_in_period,
        cast(sum(contacts) as bigint) as contacts,
        cast(sum(channel_switches) as bigint) as channel_switches,
        count(*) filter (where is_fcr) as fcr_numerator,
        count(is_fcr) as fcr_denominator,
        {{ exact_avg('resolution_minutes') }} as resolution_minutes,
        {{ median('resolution_minutes') }} as median_resolution_minutes,
        cast(sum(agents) as double) / count(*) as agents_per_issue,
        cast(sum(teams) as double) / count(*) as teams_per_issue
    from issues
    group by period_start, path, is_folded
)

select
    {{ md5_hash(['cast(period_start as varchar)', 'path']) }} as kpi_journeys_id,
    period_start,
    {{ period_end('month', 'period_start') }} as period_end,
    {{ period_end('month', 'period_start') }} <= {{ last_metric_date() }} as is_complete,
    path,
    is_folded,
    first_channel,
    issues,
    issues_in_period,
    cast(issues as double) / issues_in_period as share_of_issues,
    {{ wilson_bound('issues', 'issues_in_period', '-') }} as share_low,
    {{ wilson_bound('issues', 'issues_in_period', '+') }} as share_high,
    contacts,
    cast(contacts as double) / issues as contacts_per_issue,
    channel_switches,
    channel_switches > 0 as has_switch,
    fcr_numerator,
    fcr_denominator,
    cast(fcr_numerator as double) / nullif(fcr_denominator, 0) as fcr,
    {{ wilson_bound('fcr_numerator', 'fcr_denominator', '-') }} as fcr_low,
    {{ wilson_bound('fcr_numerator', 'fcr_denominator', '+') }} as fcr_high,
    fcr_denominator >= {{ var('reliable_from') }} as is_reliable,
    resolution_minutes,
    median_resolution_minutes,
    agents_per_issue,
    teams_per_issue
from paths
order by period_start, issues desc nulls last, path
