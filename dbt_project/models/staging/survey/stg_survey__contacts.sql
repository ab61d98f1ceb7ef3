with source as (

    select * from {{ source('raw_survey', 'responses') }}

),

respondents as (

    select
        nullif(lower(trim({{ json_text('hidden', 'email') }})), '') as email,
        nullif(trim({{ json_text('hidden', 'name') }}), '') as name,
        {{ to_timestamp_utc('landed_at') }} as landed_at,
        _loaded_at
    from source

),

grouped as (

    select
        email,
        max_by(name, landed_at) filter (where name is not null) as name,
        min(landed_at) as created_at,
        max(landed_at) as updated_at,
        max(_loaded_at) as loaded_at
    from respondents
    where email is not null
    group by email

)

select
    ---------- ids
    'survey' as source_system,
    email as remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text
    name,
    {{ null_columns("contacts", ["given_name", "surname"]) }},
    email,
    {{ null_columns("contacts", [
        "phone", "company", "account_remote_id", "external_ids", "date_of_birth", "address",
        "postcode", "country", "language", "time_zone"
    ]) }},
    created_at,
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from grouped
