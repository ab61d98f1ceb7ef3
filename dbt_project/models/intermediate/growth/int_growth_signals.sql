-- What speaks for offering a customer more. A sign that is not there has no row; what is unknown adds nothing.
with since as (
    select
        customers.customer_id,
        least(customers.created_at, customers.first_contact_at, purchases.first_bought_at) as known_since,
        purchases.active_subscriptions,
        purchases.added_subscriptions_180d,
        purchases.orders_90d - purchases.orders_prev_90d as orders_growth
    from {{ ref('dim_customers') }} as customers
    left join {{ ref('int_growth_purchases') }} as purchases
        on customers.customer_id = purchases.customer_id
),

asked as (
    select
        customer_id,
        feature,
        count(*) filter (where is_recent) as lately,
        count(*) filter (where not is_recent) as earlier
    from {{ ref('int_growth_contacts') }}
    group by customer_id, feature
),

surveys as (
    select
        customer_id,
        {{ latest('score', 'answered_at', 'response_id') }} filter (
            where survey_type = 'nps' and answered_at > {{ as_of() }} - {{ days(365) }}
        ) as nps_last,
        {{ latest('case when is_satisfied then 1 else 0 end', 'answered_at', 'response_id') }} filter (
            where is_satisfied is not null and answered_at > {{ as_of() }} - {{ days(180) }}
        ) as csat_last_satisfied
    from {{ ref('fct_survey_responses') }}
    where customer_id is not null and is_response and excluded_reason is null
    group by customer_id
),

signals as (
    select customer_id, feature, cast(lately as double) as signal
    from asked
    where feature <> 'how_to_growth'

    -- Who is new has no earlier 90 days: everything they do would be rising.
    union all
    select asked.customer_id, asked.feature, asked.lately - asked.earlier
    from asked
    inner join since
        on asked.customer_id = since.customer_id
    where asked.feature = 'how_to_growth' and since.known_since <= {{ as_of() }} - {{ days(180) }}

    union all
    select customer_id, 'orders_growth', orders_growth
    from since
    where known_since <= {{ as_of() }} - {{ days(180) }}

    {% for feature in ["active_subscriptions", "added_subscriptions_180d"] %}
    union all
    select customer_id, '{{ feature }}', {{ feature }}
    from since
    {% endfor %}

    {% for feature in ["nps_last", "csat_last_satisfied"] %}
    union all
    select customer_id, '{{ feature }}', {{ feature }}
    from surveys
    {% endfor %}

    union all
    select customer_id, 'tenure_days', floor({{ minutes_between('known_since', as_of()) }} / 1440)
    from since
)

select *
from signals
where signal > 0
