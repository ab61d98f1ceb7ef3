with contacts as (

    select * from {{ source('raw_aircall', 'contacts') }}

),

-- Numbers that no contact has.
callers as (

    select
        customer_phone,
        min(ring_at) as created_at,
        max(ring_at) as updated_at,
        max(loaded_at) as loaded_at
    from {{ ref('base_aircall__calls') }}
    where known_contact_id is null and customer_phone is not null
    group by customer_phone

),

known as (

    select
        cast(id as varchar) as contact_id,
        trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) as name,
        nullif(first_name, '') as given_name,
        nullif(last_name, '') as surname,
        lower({{ json_text('emails', '[0].value') }}) as email,
        {{ json_text('phone_numbers', '[0].value') }} as phone,
        nullif(company_name, '') as company,
        {{ epoch_to_timestamp('created_at') }} as created_at,
        {{ epoch_to_timestamp('coalesce(updated_at, created_at)') }} as updated_at,
        _loaded_at as loaded_at
    from contacts

    union all

    select
        customer_phone,
        cast(null as varchar), cast(null as varchar), cast(null as varchar), cast(null as varchar),
        customer_phone,
        cast(null as varchar),
        created_at,
        updated_at,
        loaded_at
    from callers

)

select
    ---------- ids
    'aircall' as source_system,
    contact_id as remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text
    nullif(name, '') as name,
    given_name,
    surname,
    email,
    phone,
    company,
    {{ null_columns("contacts", [
        "account_remote_id", "external_ids", "date_of_birth", "address", "postcode", "country", "language",
        "time_zone"
    ]) }},
    created_at,
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from known
