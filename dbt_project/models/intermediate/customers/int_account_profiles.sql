-- The best known value of each field of an account: from its newest record that has one. An account that
-- only a mail domain tells of is called what most of its people say their company is, else by the domain
-- when several customers share it (the domain of one person alone may be their name).
with ranked as (
    select
        *,
        row_number() over (
            partition by account_id
            order by remote_updated_at desc nulls last, source_system, remote_id
        ) as recency
    from {{ ref('int_account_records') }}
),

recorded as (
    select
        account_id,
        min_by(name, recency) filter (where name is not null) as account_name,
        min(domain) as domain,
        min_by(segment, recency) filter (where segment is not null) as segment,
        min_by(owner, recency) filter (where owner is not null) as owner,
        min(created_at) as created_at,
        count(*) as account_records
    from ranked
    group by account_id
),

said_names as (
    select
        accounts.account_id,
        trim(contacts.company) as company,
        row_number() over (
            partition by accounts.account_id order by count(*) desc nulls last, trim(contacts.company)
        ) as place
    from {{ ref('int_contact_accounts') }} as accounts
    inner join {{ ref('int_contacts') }} as contacts
        on
            accounts.source_system = contacts.source_system
            and accounts.remote_id = contacts.remote_id
    where accounts.basis = 'domain' and trim(contacts.company) <> ''
    group by accounts.account_id, trim(contacts.company)
),

by_domain as (
    select
        accounts.account_id,
        min(accounts.domain) as domain,
        count(distinct links.customer_id) as customers
    from {{ ref('int_contact_accounts') }} as accounts
    inner join {{ ref('int_contact_customers') }} as links
        on
            accounts.source_system = links.source_system
            and accounts.remote_id = links.remote_id
    where accounts.basis = 'domain'
    group by accounts.account_id
)

select
    coalesce(recorded.account_id, by_domain.account_id) as account_id,
    coalesce(
        recorded.account_name, said_names.company, recorded.domain, case when by_domain.customers > 1 then by_domain.domain end
    ) as account_name,
    coalesce(recorded.domain, by_domain.domain) as domain,
    recorded.segment,
    recorded.owner,
    recorded.created_at,
    coalesce(recorded.account_records, 0) as account_records,
    case when recorded.account_id is not null then 'crm' else 'domain' end as basis
from recorded
full outer join by_domain
    on recorded.account_id = by_domain.account_id
left join said_names
    on by_domain.account_id = said_names.account_id and said_names.place = 1
