with contacts as (
    select
        customer_id,
        min(contact_at) as first_contact_at,
        max(contact_at) as last_contact_at
    from {{ ref('int_customer_contacts') }}
    group by customer_id
),

refusals as (
    select customer_id, source_system, stated_at
    from {{ ref('customer_consents') }}
    where purpose = 'do_not_contact'
),

issues as (
    select
        customer_id,
        count(*) as issues,
        count(*) filter (where not is_solved) as open_issues
    from {{ ref('fct_issues') }}
    where customer_id is not null
    group by customer_id
)

select
    customers.customer_id,

    -- personal data
    customers.name as customer_name,
    customers.given_name,
    customers.surname,
    customers.email,
    customers.emails,
    customers.phone,
    customers.phones,
    customers.date_of_birth,
    customers.address,
    customers.postcode,

    -- who they are to us
    customers.account_id,
    customers.account_name,
    customers.segment,
    customers.owner,
    customers.country,
    customers.contact_records,
    -- Who bought something after it is back, whatever the CRM says.
    case
        when coalesce(greatest(purchases.last_order_at, purchases.last_subscribed_at) < standing.customer_until, true)
            then standing.customer_until
    end as customer_until,

    -- how to reach them
    preferences.preferred_channel,
    coalesce(customers.profile_language, preferences.written_language) as language,
    customers.time_zone,
    customers.do_not_contact or refusals.customer_id is not null as do_not_contact,
    refusals.source_system as do_not_contact_source,
    refusals.stated_at as do_not_contact_since,
    customers.consent,

    -- history
    customers.created_at,
    contacts.first_contact_at,
    contacts.last_contact_at,
    coalesce(talks.conversations, 0) as conversations,
    coalesce(talks.unresolved_conversations, 0) as unresolved_conversations,
    coalesce(issues.issues, 0) as issues,
    coalesce(issues.open_issues, 0) as open_issues,
    coalesce(purchases.orders, 0) as orders,
    purchases.order_amount,
    purchases.last_order_at,
    coalesce(purchases.subscriptions, 0) as subscriptions,
    coalesce(purchases.active_subscriptions, 0) as active_subscriptions,
    purchases.amount_per_month,
    purchases.currency,
    lifetime.lifetime_value,
    lifetime.lifetime_currency,
    lifetime.lifetime_values
from {{ ref('int_customers') }} as customers
left join contacts
    on customers.customer_id = contacts.customer_id
left join {{ ref('int_customer_preferences') }} as preferences
    on customers.customer_id = preferences.customer_id
left join refusals
    on customers.customer_id = refusals.customer_id
left join {{ ref('int_customer_conversations') }} as talks
    on customers.customer_id = talks.customer_id
left join issues
    on customers.customer_id = issues.customer_id
left join {{ ref('int_customer_value') }} as purchases
    on customers.customer_id = purchases.customer_id
left join {{ ref('int_account_standing') }} as standing
    on customers.account_id = standing.account_id
left join {{ ref('int_customer_lifetime') }} as lifetime
    on customers.customer_id = lifetime.customer_id
order by customers.customer_id
