with source as (

    select * from {{ source('raw_freshdesk', 'companies') }}

),

deletions as (

    select * from {{ source('raw_freshdesk', 'deletions') }} where kind = 'companies'

),

domain_rows as (

    {{ json_list_rows('source', 'domains', ['id']) }}

),

first_domains as (

    select id, lower(trim(element, '"')) as domain
    from domain_rows
    where position = 1

)

select
    ---------- ids
    'freshdesk' as source_system,
    cast(source.id as varchar) as remote_id,
    {{ to_timestamp_utc('source.updated_at') }} as remote_updated_at,
    coalesce(deletions.gone, false) as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['source._loaded_at', 'deletions._loaded_at']) }} as loaded_at,

    ---------- text
    source.name,
    first_domains.domain,
    nullif(source.account_tier, '') as segment,
    {{ null_columns("accounts", ["owner", "customer_status", "customer_until"]) }},

    ---------- timestamps
    {{ to_timestamp_utc('source.created_at') }} as created_at
from source
left join first_domains on source.id = first_domains.id
left join deletions on source.id = deletions.id
