-- The best known value of each field: from the contact record that changed last and has one.
with domains as (
    select company_domain, min(company_id) as company_id
    from {{ ref('int_account_companies') }}
    where company_domain is not null
    group by company_domain
),

companies as (
    select distinct company_id, company_name, segment, owner
    from {{ ref('int_account_companies') }}
),

contacts as (
    select
        links.customer_id,
        contacts.*,
        coalesce(accounts.company_id, domains.company_id) as company_id,
        row_number() over (
            partition by links.customer_id
            order by
                contacts.remote_updated_at desc nulls last,
                contacts.created_at desc nulls last,
                links.source_system,
                links.remote_id
        ) as recency
    from {{ ref('int_contact_customers') }} as links
    left join {{ ref('int_contacts') }} as contacts
        on
            links.source_system = contacts.source_system
            and links.remote_id = contacts.remote_id
    left join {{ ref('int_account_companies') }} as accounts
        on
            contacts.source_system = accounts.source_system
            and contacts.account_remote_id = accounts.remote_id
    left join domains
        on split_part(lower(contacts.email), '@', 2) = domains.company_domain
),

customers as (
    select
        customer_id,
        {% set fields = [
            "name", "given_name", "surname", "email", "phone", "date_of_birth", "address", "postcode",
            "country", "language", "time_zone", "consent", "company", "company_id",
        ] %}
        {% for field in fields %}
        min_by({{ field }}, recency) filter (where {{ field }} is not null) as {{ field }},
        {% endfor %}
        min(created_at) as created_at,
        coalesce(bool_or(do_not_contact), false) as do_not_contact,
        count(*) as contact_records
    from contacts
    group by customer_id
)

select
    customers.* exclude (company, name),
    coalesce(customers.name, trim(concat_ws(' ', customers.given_name, customers.surname))) as name,
    coalesce(companies.company_name, customers.company) as account_name,
    companies.segment,
    companies.owner
from customers
left join companies
    on customers.company_id = companies.company_id
