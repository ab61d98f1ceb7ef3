-- Only ids: addresses and numbers stand in dim_customers alone.
with pairs as (
    select left_source_system as source_system, left_remote_id as remote_id, right_source_system as other_system, right_remote_id as other_id, status
    from {{ source('ml', 'identity_links') }}
    union all
    select right_source_system, right_remote_id, left_source_system, left_remote_id, status
    from {{ source('ml', 'identity_links') }}
),

-- A pair links two records only when they ended up as one person: a decision may also say "never".
counted as (
    select
        pairs.source_system,
        pairs.remote_id,
        count(*) filter (where pairs.status in ('linked', 'decided') and own.customer_id = other.customer_id) as links,
        count(*) filter (where pairs.status = 'review') as links_to_review
    from pairs
    inner join {{ ref('int_contact_customers') }} as own
        on pairs.source_system = own.source_system and pairs.remote_id = own.remote_id
    inner join {{ ref('int_contact_customers') }} as other
        on pairs.other_system = other.source_system and pairs.other_id = other.remote_id
    group by pairs.source_system, pairs.remote_id
)

select
    {{ md5_hash(['records.source_system', 'records.remote_id']) }} as contact_record_id,
    records.customer_id,
    records.source_system,
    records.remote_id,
    records.match_confidence,
    coalesce(counted.links, 0) as links,
    coalesce(counted.links_to_review, 0) as links_to_review,
    contacts.remote_id is not null as is_described,
    coalesce(contacts.remote_was_deleted, false) as is_deleted,
    contacts.created_at,
    contacts.remote_updated_at as changed_at
from {{ ref('int_contact_customers') }} as records
left join {{ ref('int_contacts') }} as contacts
    on records.source_system = contacts.source_system and records.remote_id = contacts.remote_id
left join counted
    on records.source_system = counted.source_system and records.remote_id = counted.remote_id
order by records.customer_id, contact_record_id
