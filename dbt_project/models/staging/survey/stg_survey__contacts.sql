with source as (

    select * from {{ source('raw_survey', 'responses') }}

),

respondents as (

    select
        nullif(lower(trim({{ json_text('hidden', 'email') }})), '') as email,
        nullif(trim({{ json_text('hidden', 'name') }}), '') as name,
        {{ to_timestamp_utc('landed_at') }} as landed_at
    from source

),

grouped as (

    select
        email,
        max_by(name, landed_at) filter (where name is not null) as name,
        min(landed_at) as created_at,
        max(landed_at) as updated_at
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

    ---------- text
    name,
    cast(null as varchar) as given_name,
    cast(null as varchar) as surname,
    email,
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
from grouped
