with calls as (

    select * from {{ ref('base_twilio__calls') }}

),

-- Withheld numbers arrive as words or as short codes of the network: they name nobody.
callers as (

    select
        customer_phone,
        min(ring_at) as created_at,
        max(updated_at) as updated_at,
        max(loaded_at) as loaded_at
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
    loaded_at,

    ---------- text
    {{ null_columns("contacts", ["name", "given_name", "surname", "email"]) }},
    customer_phone as phone,
    {{ null_columns("contacts", [
        "company", "account_remote_id", "external_ids", "date_of_birth", "address", "postcode",
        "country", "language", "time_zone"
    ]) }},
    created_at,
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from callers
