with messages as (

    select * from {{ ref('base_email__threads') }}

),

-- Whoever only ever sent us machine mail (bounces, newsletters) is no contact.
addresses as (

    select
        counterpart_address,
        max_by(counterpart_name, sent_at) filter (where counterpart_name is not null) as name,
        min(sent_at) as created_at,
        max(sent_at) as updated_at,
        max(loaded_at) as loaded_at
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
    loaded_at,

    ---------- text
    name,
    {{ null_columns("contacts", ["given_name", "surname"]) }},
    counterpart_address as email,
    {{ null_columns("contacts", [
        "phone", "company", "account_remote_id", "external_ids", "date_of_birth", "address",
        "postcode", "country", "language", "time_zone"
    ]) }},
    created_at,
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from addresses
