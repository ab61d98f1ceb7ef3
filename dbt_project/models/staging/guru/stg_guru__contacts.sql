with source as (

    select * from {{ source('raw_guru', 'events') }}

),

readers as (

    select
        user_email as email,
        min({{ to_timestamp_utc('event_date') }}) as created_at,
        max({{ to_timestamp_utc('event_date') }}) as updated_at,
        max(_loaded_at) as loaded_at
    from source
    where user_email like '%@%' and not coalesce(declared_own, false)
    group by user_email

)

select
    ---------- ids
    'guru' as source_system,
    email as remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text
    {{ null_columns("contacts", ["name", "given_name", "surname"]) }},
    email,
    {{ null_columns("contacts", [
        "phone", "company", "account_remote_id", "external_ids", "date_of_birth", "address",
        "postcode", "country", "language", "time_zone"
    ]) }},
    created_at,
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from readers
