-- Whom to tell of a trending issue before they ask. An entry keeps its name while the incident goes on, so that nobody
-- is told twice. Who wrote and was helped knows: listed last.
with touched as (
    select
        *,
        row_number() over (
            partition by incident_id, customer_id order by certainty desc nulls last, feature, reason
        ) as place
    from {{ ref('int_incident_touches') }}
),

grounds as (
    select
        incident_id,
        customer_id,
        max(certainty) as score,
        {{ text_list('reason', 'place', 'place <= 3', '; ') }} as top_reasons,
        {{ json_list_agg(
            json_object({'feature': 'feature', 'label': 'label', 'reason': 'reason', 'contribution': 'certainty'}), 'place'
        ) }} as reasons
    from touched
    group by incident_id, customer_id
),

written as (
    select
        incident_id,
        customer_id,
        min(opened_at) as first_written_at,
        bool_or(is_unsolved) as is_unsolved,
        {{ json_list_agg('conversation_id', 'opened_at, conversation_id') }} as evidence_conversation_ids
    from {{ ref('kpi_topic_alerts') }}
    where customer_id is not null
    group by incident_id, customer_id
),

candidates as (
    select
        grounds.*,
        incidents.* exclude (incident_id, conversations, expected),
        customers.* exclude (customer_id),
        written.first_written_at,
        coalesce(written.evidence_conversation_ids, '[]') as evidence_conversation_ids,
        {{ value_per_month() }} as value_per_month,
        case
            when written.customer_id is null then 'unaware'
            when written.is_unsolved then 'waiting'
            else 'aware'
        end as band
    from grounds
    inner join {{ ref('int_incidents') }} as incidents
        on grounds.incident_id = incidents.incident_id
    inner join {{ ref('dim_customers') }} as customers
        on grounds.customer_id = customers.customer_id
    left join {{ ref('int_customer_value') }} as purchases
        on grounds.customer_id = purchases.customer_id
    left join written
        on grounds.incident_id = written.incident_id and grounds.customer_id = written.customer_id
)

select
    row_number() over (
        order by
            case when band = 'aware' then 1 else 0 end,
            score * value_per_month desc nulls last,
            score desc nulls last,
            customer_id,
            incident_id
    ) as rank,
    {{ md5_hash(['customer_id', 'incident_id']) }} as entry_id,
    customer_id,
    customer_name,
    email,
    phone,
    account_name,
    owner,
    incident_id,
    topic,
    channel,
    incident_first_date,
    incident_last_date,
    is_ongoing,
    score,
    band,
    first_written_at is not null as has_written,
    first_written_at,
    cast(value_per_month as double) as value_per_month,
    currency,
    top_reasons,
    reasons,
    evidence_conversation_ids,
    last_contact_at,
    {{ as_of() }} as as_of,
    'incident-1-{{ local_md5(tojson([
        var("trending_false_alarms_per_quarter"), var("incident_group_from"), var("incident_group_lift"),
    ]))[:8] }}' as model_version
from candidates
order by rank
