-- Accounts of different systems are one company when they share a domain, else a name.
with keyed as (
    select
        source_system,
        remote_id,
        remote_updated_at,
        name,
        lower(domain) as domain,
        segment,
        owner,
        md5(coalesce(lower(domain), lower(trim(name)), source_system || ':' || remote_id)) as company_id
    from {{ ref('int_accounts') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by company_id
            order by remote_updated_at desc nulls last, source_system, remote_id
        ) as recency
    from keyed
),

companies as (
    select
        company_id,
        min_by(name, recency) filter (where name is not null) as company_name,
        min(domain) as company_domain,
        min_by(segment, recency) filter (where segment is not null) as segment,
        min_by(owner, recency) filter (where owner is not null) as owner
    from ranked
    group by company_id
)

select
    keyed.source_system,
    keyed.remote_id,
    companies.company_id,
    companies.company_name,
    companies.company_domain,
    companies.segment,
    companies.owner
from keyed
inner join companies
    on keyed.company_id = companies.company_id
