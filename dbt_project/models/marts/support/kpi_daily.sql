with measures as (
    select * from {{ ref('int_kpis_conversations') }}
    union all
    select * from {{ ref('int_kpis_flow') }}
    union all
    select * from {{ ref('int_kpis_backlog') }}
    union all
    select * from {{ ref('int_kpis_surveys') }}
    union all
    select * from {{ ref('int_kpis_issues') }}
),

valued as (
    select
        *,
        {{ kpi_value() }} as value,
        100 * {{ normal_half_width('numerator', 'squares', 'denominator') }} as nps_half_width
    from measures
)

select
    {{ md5_hash([
        'kpi', 'cast(metric_date as varchar)', "coalesce(channel, '')", "coalesce(team, '')",
        "coalesce(topic, '')", "coalesce(segment, '')",
    ]) }} as kpi_daily_id,
    metric_date,
    channel,
    team,
    topic,
    segment,
    kpi,
    kind,
    numerator,
    denominator,
    value,
    {{ kpi_interval('valued', '-') }} as interval_low,
    {{ kpi_interval('valued', '+') }} as interval_high,
    coalesce(denominator >= {{ var('reliable_from') }}, kind in ('count', 'level')) as is_reliable
from valued
order by metric_date, kpi, kpi_daily_id
