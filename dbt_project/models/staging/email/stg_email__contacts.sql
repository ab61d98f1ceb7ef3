with messages as (

    select * from {{ ref('base_email__threads') }}

),

-- Whoever only ever sent us machine mail (bounces, newsletters) is no contact.
addresses as (

    select
        counterpart_address,
        max_by(counterpart_name, sent_at) filter (where counterpart_name is not null) as name,
        min(sent_at) as created_at,
        max(sent_at) as updated_at
    from messages
    where counterpart_address is not null and author_type <> 'bot'
    group by counterpart_address

)

select
    ---------- ids
    'email' as source_system,
    counterpart_address as remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,

    ---------- text
    name,
    cast(null as varchar) as given_name,
    cast(null as varchar) as surname,
    counterpart_address as email,
    cast(null as varchar) as phone,
    cast(null as varchar) as company,
    cast(null as varchar) as account_remote_id,
    cast(null as varchar) as external_ids,
    cast(null as date) as date_of_birth,
    cast(null as varchar) as address,
    cast(null as varchar) as postcode,
    cast(null as varchar) as country,
    cast(null as varchar) as language,
    cast(null as varchar) as time_zone,
    created_at,
    cast(null as boolean) as do_not_contact,
    cast(null as varchar) as consent
from addresses
