-- Rates look at the 365 days before `as_of`, like every other rate over what was decided in them.
{% set lately = "> " ~ as_of() ~ " - " ~ days(365) %}
with customers as (
    select
        account_id,
        count(*) as customers,
        max(last_contact_at) as last_contact_at,
        cast(sum(conversations) as bigint) as conversations,
        cast(sum(unresolved_conversations) as bigint) as unresolved_conversations,
        cast(sum(issues) as bigint) as issues,
        cast(sum(open_issues) as bigint) as open_issues,
        cast(sum(active_subscriptions) as bigint) as active_subscriptions,
        count(*) filter (where do_not_contact) as customers_not_to_contact
    from {{ ref('dim_customers') }}
    where account_id is not null
    group by account_id
),

conversations as (
    select
        account_id,
        {{ exact_avg('first_response_minutes', 'first_response_at ' ~ lately) }} as first_response_minutes,
        {{ exact_avg('resolution_minutes', 'resolved_at ' ~ lately) }} as resolution_minutes,
        count(*) filter (where is_csat_satisfied is not null and opened_at {{ lately }}) as csat_answers,
        count(*) filter (where is_csat_satisfied and opened_at {{ lately }}) as csat_satisfied,
        count(*) filter (where is_fcr is not null and resolved_at {{ lately }}) as fcr_decided,
        count(*) filter (where is_fcr and resolved_at {{ lately }}) as fcr_resolved,
        {{ exact_avg('sentiment_score', 'opened_at ' ~ lately) }} as sentiment_score
    from {{ ref('fct_conversations') }}
    where account_id is not null and excluded_reason is null
    group by account_id
)

select
    ---------- who
    accounts.account_id, accounts.account_name, accounts.domain, accounts.segment, accounts.owner,
    accounts.basis, accounts.account_records, accounts.created_at, standing.customer_status, standing.customer_until,

    ---------- what they do
    coalesce(customers.customers, 0) as customers,
    customers.last_contact_at,
    {% for count in ["conversations", "unresolved_conversations", "issues", "open_issues", "active_subscriptions", "customers_not_to_contact"] %}
    coalesce(customers.{{ count }}, 0) as {{ count }},
    {% endfor %}

    ---------- how they fare
    conversations.first_response_minutes, conversations.resolution_minutes,
    coalesce(conversations.csat_answers, 0) as csat_answers,
    cast(conversations.csat_satisfied as double) / nullif(conversations.csat_answers, 0) as csat,
    coalesce(conversations.fcr_decided, 0) as fcr_decided,
    cast(conversations.fcr_resolved as double) / nullif(conversations.fcr_decided, 0) as fcr,
    conversations.sentiment_score,

    ---------- what they pay
    amounts.amount_per_month, amounts.currency, amounts.amounts_per_month,
    amounts.lifetime_value, amounts.lifetime_currency, amounts.lifetime_values
from {{ ref('int_account_profiles') }} as accounts
left join customers on accounts.account_id = customers.account_id
left join conversations on accounts.account_id = conversations.account_id
left join {{ ref('int_account_standing') }} as standing on accounts.account_id = standing.account_id
left join {{ ref('int_account_amounts') }} as amounts on accounts.account_id = amounts.account_id
-- A domain of people who all belong to other accounts makes none.
where accounts.basis = 'crm' or customers.customers > 0
order by accounts.account_id
