with legs as (

    select * from {{ ref('base_amazon_connect__legs') }} where contact_id is not null

),

-- Connect has contacts in the sense of conversations; people are who they were with.
people as (

    select
        contact_id,
        {{ latest('customer_name', 'started_at', 'leg_id') }} filter (where customer_name is not null) as name,
        {{ latest('customer_email', 'started_at', 'leg_id') }} filter (where customer_email is not null) as email,
        {{ latest('customer_phone', 'started_at', 'leg_id') }}
            filter (where regexp_matches(customer_phone, '^\+[1-9][0-9]{7,14}$')) as phone,
        {{ latest('external_ids', 'started_at', 'leg_id') }} filter (where external_ids <> '{}') as external_ids,
        min(started_at) as created_at,
        max(updated_at) as updated_at,
        max(leg_loaded_at) as loaded_at
    from legs
    group by contact_id

)

select
    ---------- ids
    'amazon_connect' as source_system,
    contact_id as remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text
    name,
    {{ null_columns("contacts", ["given_name", "surname"]) }},
    email,
    phone,
    {{ null_columns("contacts", ["company", "account_remote_id"]) }},
    external_ids,
    {{ null_columns("contacts", ["date_of_birth", "address", "postcode", "country", "language", "time_zone"]) }},
    created_at,
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from people
