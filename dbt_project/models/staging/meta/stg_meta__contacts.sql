with messages as (

    select * from {{ ref('base_meta__messages') }}

),

-- Meta hides who wrote where it does not want that known: such comments have no contact.
customers as (

    select
        author_id,
        {{ latest('author_name', 'sent_at', 'id') }} filter (where author_name is not null) as name,
        min(sent_at) as created_at,
        max(sent_at) as updated_at,
        max(loaded_at) as loaded_at
    from messages
    where not is_own and author_id is not null
    group by author_id

)

select
    ---------- ids
    'meta' as source_system,
    author_id as remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text
    name,
    {{ null_columns("contacts", [
        "given_name", "surname", "email", "phone", "company", "account_remote_id", "external_ids",
        "date_of_birth", "address", "postcode", "country", "language", "time_zone"
    ]) }},
    created_at,
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from customers
