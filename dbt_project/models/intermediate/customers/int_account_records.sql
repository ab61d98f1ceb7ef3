-- Account records of different systems are one account when they share a domain of their own, else a name.
with domains as (
    select
        accounts.*,
        case when free.domain is null then lower(trim(accounts.domain)) end as own_domain
    from {{ ref('int_accounts') }} as accounts
    left join {{ ref('int_free_mail_domains') }} as free
        on lower(trim(accounts.domain)) = free.domain
)

select
    source_system,
    remote_id,
    remote_updated_at,
    remote_was_deleted or merged_into_remote_id is not null as is_gone,
    loaded_at,
    created_at,
    name,
    own_domain as domain,
    segment,
    owner,
    customer_status,
    customer_until,
    md5(coalesce(own_domain, lower(trim(name)), source_system || ':' || remote_id)) as account_id
from domains
