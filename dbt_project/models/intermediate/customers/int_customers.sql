-- The best known value of each field: from the contact record that changed last and has one. An account
-- that a system names comes before one that only the mail domain tells of.
with contacts as (
    select
        links.customer_id,
        contacts.*,
        lower(nullif(split_part(replace(trim(contacts.language), '_', '-'), '-', 1), '')) as language_code,
        zones.name as known_time_zone,
        accounts.account_id,
        row_number() over (
            partition by links.customer_id
            order by
                contacts.remote_updated_at desc nulls last,
                contacts.created_at desc nulls last,
                links.source_system,
                links.remote_id
        ) as recency,
        case when accounts.basis = 'crm' then 0 else 1 end as account_rank
    from {{ ref('int_contact_customers') }} as links
    left join {{ ref('int_contacts') }} as contacts
        on
            links.source_system = contacts.source_system
            and links.remote_id = contacts.remote_id
    left join {{ ref('int_contact_accounts') }} as accounts
        on
            links.source_system = accounts.source_system
            and links.remote_id = accounts.remote_id
    left join {{ known_time_zones() }} as zones
        on contacts.time_zone = zones.name
),

customers as (
    select
        customer_id,
        {% set fields = {
            "name": "name", "given_name": "given_name", "surname": "surname", "email": "email",
            "phone": "phone", "date_of_birth": "date_of_birth", "address": "address",
            "postcode": "postcode", "country": "country", "language_code": "profile_language",
            "known_time_zone": "time_zone", "consent": "consent", "company": "company",
        } %}
        {% for field, column in fields.items() %}
        min_by({{ field }}, recency) filter (where {{ field }} is not null) as {{ column }},
        {% endfor %}
        {{ json_text_list('lower(trim(email))') }} as emails,
        {{ json_text_list('trim(phone)') }} as phones,
        min_by(account_id, account_rank * 1000000 + recency) filter (where account_id is not null) as account_id,
        min(created_at) as created_at,
        coalesce(bool_or(do_not_contact), false) as do_not_contact,
        count(*) as contact_records
    from contacts
    group by customer_id
)

select
    customers.* exclude (company, name),
    coalesce(customers.name, trim(concat_ws(' ', customers.given_name, customers.surname))) as name,
    coalesce(accounts.account_name, customers.company) as account_name,
    accounts.segment,
    accounts.owner
from customers
left join {{ ref('int_account_profiles') }} as accounts
    on customers.account_id = accounts.account_id
