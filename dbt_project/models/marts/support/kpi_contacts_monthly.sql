with contacts as (
    select
        {{ period_start('month', metric_date('opened_at')) }} as period_start,
        segment,
        count(*) as contacts,
        count(distinct customer_id) as contacting_customers
    from {{ ref('fct_conversations') }}
    where excluded_reason is null and is_customer_opened and customer_id is not null
    group by all
),

joined as (
    select
        -- Before that, who was active is not all on record.
        (select min(period_start) from contacts) + interval {{ var('active_customer_months') - 1 }} month as known_from,
        active.period_start,
        active.segment,
        active.active_customers,
        coalesce(contacts.contacts, 0) as contacts,
        coalesce(contacts.contacting_customers, 0) as contacting_customers
    from {{ ref('int_active_customers') }} as active
    left join contacts
        on active.period_start = contacts.period_start and active.segment is not distinct from contacts.segment
    where active.active_customers > 0
)

select
    {{ md5_hash(['cast(period_start as varchar)', "coalesce(segment, '')"]) }} as kpi_contacts_monthly_id,
    period_start,
    {{ period_end('month', 'period_start') }} as period_end,
    {{ period_end('month', 'period_start') }} <= {{ last_metric_date() }} as is_complete,
    segment,
    contacts,
    active_customers,
    cast(contacts as double) / active_customers as contact_rate,
    contacting_customers,
    cast(contacting_customers as double) / active_customers as contacting_share,
    {{ wilson_bound('contacting_customers', 'active_customers', '-') }} as contacting_share_low,
    {{ wilson_bound('contacting_customers', 'active_customers', '+') }} as contacting_share_high,
    active_customers >= {{ var('reliable_from') }} and coalesce(period_start >= known_from, false) as is_reliable
from joined
order by period_start, segment nulls first
