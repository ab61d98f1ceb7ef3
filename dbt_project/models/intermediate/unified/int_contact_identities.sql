{#- What links contacts of different systems to one person: the same normalised e-mail address, phone
    number or id in a named system. Values that many people share never link anybody. -#}
{% set shared_mailboxes = [
    "info", "support", "sales", "help", "helpdesk", "office", "contact", "hello", "admin", "accounts",
    "accounting", "billing", "invoices", "service", "team", "hr", "jobs", "orders", "reception",
    "mail", "noreply", "no-reply", "postmaster", "webmaster", "enquiries", "customerservice",
] %}
with contacts as (
    select
        source_system,
        remote_id,
        merged_into_remote_id,
        external_ids,
        upper(country) as country,
        lower(trim(email)) as email,
        regexp_replace(phone, '[^0-9+]', '', 'g') as phone
    from {{ ref('int_contacts') }}
),

email_parts as (
    select
        *,
        split_part(email, '@', 1) as mailbox,
        split_part(email, '@', 2) as domain
    from contacts
    where email like '%_@_%._%'
),

emails as (
    select
        source_system,
        remote_id,
        'email' as identity_type,
        case
            when domain in ('gmail.com', 'googlemail.com')
                then replace(split_part(mailbox, '+', 1), '.', '') || '@gmail.com'
            else split_part(mailbox, '+', 1) || '@' || domain
        end as identity_value
    from email_parts
    where split_part(mailbox, '+', 1) not in ('{{ shared_mailboxes | join("', '") }}')
),

-- A national number only means something within its country.
phones as (
    select
        source_system,
        remote_id,
        'phone' as identity_type,
        case
            when phone like '+%' then phone
            when phone like '00%' then '+' || substr(phone, 3)
            when country is not null then country || ':' || ltrim(phone, '0')
        end as identity_value
    from contacts
    where length(phone) between 7 and 18
),

members as (
    {{ json_object_rows('contacts', 'external_ids', ['source_system', 'remote_id']) }}
),

external_ids as (
    select source_system, remote_id, 'external_id' as identity_type, lower(object_key) || ':' || object_value as identity_value
    from members
    where object_value is not null and object_value <> ''
    union all
    select source_system, remote_id, 'external_id', source_system || ':' || remote_id
    from contacts
    union all
    select source_system, remote_id, 'external_id', source_system || ':' || merged_into_remote_id
    from contacts
    where merged_into_remote_id is not null
),

identities as (
    select * from emails
    union
    select * from phones where identity_value is not null
    union
    select * from external_ids
),

-- A switchboard, a family's or a shop's shared address: too many contacts to be one person.
counted as (
    select
        *,
        count(*) over (partition by identity_type, identity_value) as contacts_with_value
    from identities
)

select source_system, remote_id, identity_type, identity_value
from counted
where contacts_with_value <= 10
