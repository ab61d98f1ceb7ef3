-- Incidents whose last flagged day is not long ago (var incident_days). Not everybody who wrote on a flagged day wrote
-- because of the incident: `excess_share` of them did, the others came as on any day.
with days as (
    select *
    from {{ ref('kpi_topics_trending') }}
    where is_trending
),

channels as (
    select
        incident_id,
        channel,
        row_number() over (partition by incident_id order by count(*) desc nulls last, channel) as place
    from {{ ref('kpi_topic_alerts') }}
    group by incident_id, channel
),

incidents as (
    select
        incident_id,
        min(topic) as topic,
        min(metric_date) as incident_first_date,
        max(metric_date) as incident_last_date,
        cast(sum(conversations) as bigint) as conversations,
        coalesce({{ exact_sum('expected') }}, 0) as expected
    from days
    group by incident_id
)

select
    incidents.*,
    incidents.incident_last_date = {{ last_complete_date() }} as is_ongoing,
    channels.channel,
    greatest(0.0, 1 - incidents.expected / incidents.conversations) as excess_share
from incidents
left join channels
    on incidents.incident_id = channels.incident_id and channels.place = 1
where incidents.incident_last_date > {{ last_complete_date() }} - {{ var('incident_days') }}
