with messages as (

    select * from {{ ref('base_reddit__messages') }}

),

-- Whoever wrote. Whom we answered without having their post is known by id only.
customers as (

    select
        customer_id,
        {{ latest('author', 'sent_at', 'name') }}
            filter (where not is_own and author is not null) as handle,
        min(sent_at) as created_at,
        max(sent_at) as updated_at,
        max(loaded_at) as loaded_at
    from messages
    group by customer_id

)

select
    ---------- ids
    'reddit' as source_system,
    customer_id as remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text
    handle as name,
    {{ null_columns("contacts", ["given_name", "surname", "email", "phone", "company", "account_remote_id"]) }},
    case when handle is not null then '{"reddit":"' || handle || '"}' end as external_ids,
    {{ null_columns("contacts", [
        "date_of_birth", "address", "postcode", "country", "language", "time_zone"
    ]) }},
    created_at,
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from customers
