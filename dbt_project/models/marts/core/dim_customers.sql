with contacts as (
    select
        customer_id,
        min(contact_at) filter (where reached_by = 'customer') as first_contact_at,
        max(contact_at) filter (where reached_by = 'customer') as last_contact_at
    from {{ ref('int_contact_moments') }}
    group by customer_id
),

channels as (
    select
        customer_id,
        channel,
        row_number() over (partition by customer_id order by count(*) desc nulls last, channel) as place
    from {{ ref('int_conversations_measured') }}
    where customer_id is not null and excluded_reason is null
    group by customer_id, channel
)

select
    customers.customer_id,

    -- personal data
    customers.name as customer_name,
    customers.given_name,
    customers.surname,
    customers.email,
    customers.phone,
    customers.date_of_birth,
    customers.address,
    customers.postcode,

    -- who they are to us
    customers.company_id,
    customers.account_name,
    customers.segment,
    customers.owner,
    customers.country,
    customers.language,
    customers.time_zone,
    customers.do_not_contact,
    customers.consent,
    customers.contact_records,
    channels.channel as preferred_channel,

    -- history
    customers.created_at,
    contacts.first_contact_at,
    contacts.last_contact_at,
    coalesce(talks.conversations, 0) as conversations,
    coalesce(talks.unresolved_conversations, 0) as unresolved_conversations,
    coalesce(purchases.orders, 0) as orders,
    purchases.order_amount,
    purchases.last_order_at,
    coalesce(purchases.subscriptions, 0) as subscriptions,
    coalesce(purchases.active_subscriptions, 0) as active_subscriptions,
    purchases.amount_per_month,
    purchases.currency
from {{ ref('int_customers') }} as customers
left join contacts
    on customers.customer_id = contacts.customer_id
left join channels
    on customers.customer_id = channels.customer_id and channels.place = 1
left join {{ ref('int_customer_conversations') }} as talks
    on customers.customer_id = talks.customer_id
left join {{ ref('int_customer_value') }} as purchases
    on customers.customer_id = purchases.customer_id
order by customers.customer_id
