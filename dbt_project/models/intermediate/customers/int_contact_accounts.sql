-- The account of a contact: the one its system names; else the one that owns the domain of its e-mail
-- address. A domain that no system knows makes an account of its own, unless it cannot be an employer's:
-- it is a free mail provider's, our own, has addresses of people of several accounts or of more people than
-- a company nobody recorded would have, or is one slip of the keyboard away from a far more common domain.
with contacts as (
    select
        contacts.source_system,
        contacts.remote_id,
        records.account_id as crm_account_id,
        nullif(lower(trim(split_part(contacts.email, '@', 2))), '') as domain
    from {{ ref('int_contacts') }} as contacts
    left join {{ ref('int_account_records') }} as records
        on
            contacts.source_system = records.source_system
            and contacts.account_remote_id = records.remote_id
),

not_an_employers as (
    select domain from {{ ref('int_free_mail_domains') }}
    union
    select lower(trim(split_part(email, '@', 2))) from {{ ref('int_agents') }} where email is not null
),

owners as (
    select domain, min(account_id) as account_id
    from {{ ref('int_account_records') }}
    where domain is not null
    group by domain
),

found as (
    select
        contacts.domain,
        owners.account_id,
        count(*) as contacts,
        count(distinct contacts.crm_account_id) as crm_accounts
    from contacts
    left join owners
        on contacts.domain = owners.domain
    where contacts.domain like '%_._%'
    group by contacts.domain, owners.account_id
),

-- One slip leaves the first three letters as they were, or all from the fifth on: both can be joined on.
-- Only the far more common one of a pair can have been meant.
slips as (
    {% for rare, common in [("1, 3", "1, 3"), ("4", "5"), ("5", "5"), ("6", "5")] %}
    select rare.domain
    from found as rare
    inner join found as common
        on substr(rare.domain, {{ rare }}) = substr(common.domain, {{ common }})
    where
        rare.account_id is null
        and length(rare.domain) >= 8
        and case
            when
                common.contacts >= 10 * rare.contacts
                and length(rare.domain) between length(common.domain) - 1 and length(common.domain) + 1
                then {{ edit_distance('rare.domain', 'common.domain') }} = 1
        end
    {{ "union" if not loop.last }}
    {% endfor %}
),

domains as (
    select
        found.domain,
        coalesce(found.account_id, md5(found.domain)) as account_id
    from found
    left join not_an_employers
        on found.domain = not_an_employers.domain
    left join slips
        on found.domain = slips.domain
    where
        not_an_employers.domain is null
        and slips.domain is null
        and found.crm_accounts < {{ var('shared_domain_accounts') }}
        and (
            found.account_id is not null
            or (found.crm_accounts < 2 and found.contacts <= {{ var('domain_account_contacts') }})
        )
)

select
    contacts.source_system,
    contacts.remote_id,
    coalesce(contacts.crm_account_id, domains.account_id) as account_id,
    case when contacts.crm_account_id is null then domains.domain end as domain,
    case when contacts.crm_account_id is not null then 'crm' else 'domain' end as basis
from contacts
left join domains
    on contacts.domain = domains.domain
where coalesce(contacts.crm_account_id, domains.account_id) is not null
