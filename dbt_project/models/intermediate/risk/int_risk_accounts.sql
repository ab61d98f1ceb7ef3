-- What the customers of one account did before an instant, together.
with members as (
    select customer_id, account_id
    from {{ ref('int_customers') }}
    where account_id is not null
),

done as (
    select customer_id, as_of, contacts_30d, 0 as negative_messages_30d, 0 as left_90d
    from {{ ref('int_risk_contacts') }}
    union all
    select customer_id, as_of, 0 as contacts_30d, negative_messages_30d, 0 as left_90d
    from {{ ref('int_risk_moods') }}
    union all
    select departures.customer_id, instants.as_of, 0 as contacts_30d, 0 as negative_messages_30d, 1 as left_90d
    from {{ ref('int_risk_departures') }} as departures
    inner join {{ ref('int_risk_instants') }} as instants
        on
            departures.left_at <= instants.as_of
            and departures.left_at > instants.as_of - {{ days(90) }}
)

select
    members.account_id,
    done.as_of,
    cast(sum(done.contacts_30d) as bigint) as contacts_30d,
    cast(sum(done.negative_messages_30d) as bigint) as negative_messages_30d,
    cast(sum(done.left_90d) as bigint) as left_90d
from done
inner join members
    on done.customer_id = members.customer_id
group by members.account_id, done.as_of
