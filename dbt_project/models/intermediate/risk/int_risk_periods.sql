-- When somebody was a customer: by what they bought, and by what the CRM says of their account. Its end closes what began
-- before it. Its word alone tells of who is not known to have bought, or not enough to make a period, unless a colleague
-- has: who uses what others of the account pay for is no customer who could leave.
with bought as (
    select * from {{ ref('int_risk_purchase_periods') }}
),

firsts as (
    select
        bought.customer_id,
        customers.account_id,
        min(bought.started_at) as bought_at
    from bought
    inner join {{ ref('int_customers') }} as customers
        on bought.customer_id = customers.customer_id
    group by bought.customer_id, customers.account_id
),

called as (
    select
        customers.customer_id,
        customers.account_id,
        standing.customer_until,
        coalesce(customers.created_at, accounts.created_at) as created_at
    from {{ ref('int_customers') }} as customers
    inner join {{ ref('int_account_standing') }} as standing
        on customers.account_id = standing.account_id
    inner join {{ ref('int_account_profiles') }} as accounts
        on customers.account_id = accounts.account_id
    where standing.is_customer or standing.customer_until is not null
),

-- From the first order, where there are any too few; a record may be older than the first purchase by years.
told as (
    select
        called.customer_id,
        coalesce(least(purchases.first_order_at, firsts.bought_at), called.created_at) as started_at,
        least(called.customer_until, firsts.bought_at) as ended_at
    from called
    left join firsts
        on called.customer_id = firsts.customer_id
    left join {{ ref('int_risk_purchases') }} as purchases
        on called.customer_id = purchases.customer_id and purchases.as_of = {{ as_of() }}
    where
        firsts.customer_id is not null
        or called.account_id not in (select firsts.account_id from firsts where firsts.account_id is not null)
)

select
    bought.customer_id,
    bought.kind,
    bought.started_at,
    case
        when bought.started_at < called.customer_until then least(bought.ended_at, called.customer_until)
        else bought.ended_at
    end as ended_at
from bought
left join called
    on bought.customer_id = called.customer_id

union all

select customer_id, 'crm' as kind, started_at, ended_at
from told
where started_at < ended_at or (started_at is not null and ended_at is null)
