with source as (

    select * from {{ source('raw_stripe', 'customers') }}

),

renamed as (

    select
        ---------- ids
        'stripe' as source_system,
        id as remote_id,
        -- Customers carry no time of their last change.
        {{ epoch_to_timestamp('created') }} as remote_updated_at,
        coalesce(deleted, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        ---------- text
        nullif(trim(name), '') as name,
        cast(null as varchar) as given_name,
        cast(null as varchar) as surname,
        nullif(trim(email), '') as email,
        nullif(trim(phone), '') as phone,
        cast(null as varchar) as company,
        cast(null as varchar) as account_remote_id,
        {{ valid_json('declared_external_ids') }} as external_ids,
        cast(null as date) as date_of_birth,
        nullif(concat_ws(
            ', ',
            {{ json_text('address', 'line1') }}, {{ json_text('address', 'line2') }},
            {{ json_text('address', 'city') }}
        ), '') as address,
        {{ json_text('address', 'postal_code') }} as postcode,
        {{ json_text('address', 'country') }} as country,
        -- The first of a JSON list such as [fr-FR, en], in order of preference.
        nullif(regexp_extract(preferred_locales, '[a-z]{2}(-[A-Za-z]+)*', 0), '') as language,
        cast(null as varchar) as time_zone,
        {{ epoch_to_timestamp('created') }} as created_at,
        cast(null as boolean) as do_not_contact,
        cast(null as varchar) as consent
    from source

)

select * from renamed
