-- Whether an incident hits customers of one plan, country or segment: far more of them wrote than of all others. Both
-- ends of 95 % intervals have to agree, so that trying many groups hardly ever raises one by chance.
with writers as (
    select distinct alerts.incident_id, alerts.customer_id
    from {{ ref('kpi_topic_alerts') }} as alerts
    inner join {{ ref('int_incidents') }} as incidents
        on alerts.incident_id = incidents.incident_id
    where alerts.customer_id is not null
),

traits as (
    select *
    from {{ ref('int_incident_traits') }}
    where trait <> 'account_id'
),

sizes as (
    select
        trait,
        shared_value,
        count(*) as customers
    from traits
    group by trait, shared_value
),

totals as (
    select trait, count(distinct customer_id) as customers
    from traits
    group by trait
),

writing as (
    select
        writers.incident_id,
        traits.trait,
        count(distinct writers.customer_id) as writers
    from writers
    inner join traits
        on writers.customer_id = traits.customer_id
    group by writers.incident_id, traits.trait
),

hits as (
    select
        writers.incident_id,
        traits.trait,
        traits.shared_value,
        count(*) as writers
    from writers
    inner join traits
        on writers.customer_id = traits.customer_id
    group by writers.incident_id, traits.trait, traits.shared_value
),

compared as (
    select
        hits.*,
        sizes.customers,
        writing.writers - hits.writers as other_writers,
        totals.customers - sizes.customers as other_customers
    from hits
    inner join sizes
        on hits.trait = sizes.trait and hits.shared_value = sizes.shared_value
    inner join writing
        on hits.incident_id = writing.incident_id and hits.trait = writing.trait
    inner join totals
        on hits.trait = totals.trait
),

bounds as (
    select
        *,
        {{ wilson_bound('writers', 'customers', '-') }} as share_low,
        {{ wilson_bound('other_writers', 'other_customers', '+') }} as other_share_high
    from compared
)

select
    *,
    coalesce(
        writers >= {{ var('incident_group_from') }} and share_low >= {{ var('incident_group_lift') }} * other_share_high,
        false
    ) as is_hit
from bounds
