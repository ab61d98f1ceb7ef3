with calls as (

    select * from {{ ref('base_twilio__calls') }}

),

-- Withheld numbers arrive as words or as short codes of the network: they name nobody.
callers as (

    select
        customer_phone,
        min(ring_at) as created_at,
        max(updated_at) as updated_at
    from calls
    where regexp_matches(customer_phone, '^\+[1-9][0-9]{7,14}$')
    group by customer_phone

)

select
    ---------- ids
    'twilio' as source_system,
    customer_phone as remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,

    ---------- text
    cast(null as varchar) as name,
    cast(null as varchar) as given_name,
    cast(null as varchar) as surname,
    cast(null as varchar) as email,
    customer_phone as phone,
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
from callers
