-- Why a customer is held to be touched by an incident, and how surely: they wrote themselves, somebody of their account
-- did, or the incident hits all of their plan, country or segment. Without one of these nobody is.
with incidents as (
    select *, {{ words('topic') }} as topic_words
    from {{ ref('int_incidents') }}
),

writers as (
    select incident_id, customer_id
    from {{ ref('kpi_topic_alerts') }}
    where customer_id is not null
    group by incident_id, customer_id
),

accounts as (
    select
        writers.incident_id,
        traits.shared_value as account_id,
        count(*) as writers
    from writers
    inner join {{ ref('int_incident_traits') }} as traits
        on writers.customer_id = traits.customer_id and traits.trait = 'account_id'
    group by writers.incident_id, traits.shared_value
),

likely as (
    select
        incidents.incident_id,
        traits.customer_id,
        'colleague' as feature,
        'a colleague wrote' as label,
        'colleagues who wrote about ' || incidents.topic_words || ': ' || accounts.writers as reason,
        incidents.excess_share as certainty
    from accounts
    inner join incidents
        on accounts.incident_id = incidents.incident_id
    inner join {{ ref('int_incident_traits') }} as traits
        on accounts.account_id = traits.shared_value and traits.trait = 'account_id'

    union all
    -- How many of the group's letters would not be there if it wrote like all others, at the least.
    select
        incidents.incident_id,
        traits.customer_id,
        hits.trait,
        'their ' || hits.trait || ' is hit',
        'of customers with ' || hits.trait || ' ' || hits.shared_value || ' ' || hits.writers || ' of '
        || hits.customers || ' wrote about ' || incidents.topic_words || ', of all others '
        || hits.other_writers || ' of ' || hits.other_customers,
        1 - hits.other_share_high / hits.share_low
    from {{ ref('int_incident_groups') }} as hits
    inner join incidents
        on hits.incident_id = incidents.incident_id
    inner join {{ ref('int_incident_traits') }} as traits
        on hits.trait = traits.trait and hits.shared_value = traits.shared_value
    where hits.is_hit
)

select
    writers.incident_id,
    writers.customer_id,
    'wrote' as feature,
    'wrote about it' as label,
    'wrote about ' || incidents.topic_words || ' themselves' as reason,
    incidents.excess_share as certainty
from writers
inner join incidents
    on writers.incident_id = incidents.incident_id

union all
select likely.*
from likely
left join writers
    on likely.incident_id = writers.incident_id and likely.customer_id = writers.customer_id
where writers.customer_id is null
