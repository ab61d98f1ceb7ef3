-- People in chats that no ticket was made of, as the last chat names them. (A ticket's requester is its contact.)
with visitors as (

    select
        visitor_id,
        min(started_at) as created_at,
        max(updated_at) as updated_at,
        {{ latest('visitor_name', 'started_at', 'chat_id') }} filter (where visitor_name is not null) as name,
        {{ latest('visitor_email', 'started_at', 'chat_id') }} filter (where visitor_email is not null) as email,
        {{ latest('visitor_phone', 'started_at', 'chat_id') }} filter (where visitor_phone is not null) as phone,
        max(loaded_at) as loaded_at
    from {{ ref('base_zendesk__chats') }}
    where visitor_id is not null and ticket_id is null and not is_deleted
    group by visitor_id

)

select
    ---------- ids
    'zendesk' as source_system,
    visitor_id as remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text
    name,
    {{ null_columns("contacts", ["given_name", "surname"]) }},
    email,
    phone,
    {{ null_columns("contacts", [
        "company", "account_remote_id", "external_ids", "date_of_birth", "address", "postcode", "country",
        "language", "time_zone",
    ]) }},

    ---------- timestamps
    created_at,

    ---------- consent
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from visitors
