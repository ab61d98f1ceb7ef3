with source as (

    select *, {{ json_text('companies', 'data[0].id') }} as company_id
    from {{ source('raw_intercom', 'contacts') }}

),

-- A contact of several companies belongs to the first; its name is known where companies are pulled.
accounts as (

    select * from {{ ref('stg_intercom__accounts') }}

),

renamed as (

    select
        ---------- ids
        'intercom' as source_system,
        source.id as remote_id,
        {{ epoch_to_timestamp('source.updated_at') }} as remote_updated_at,
        false as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        {{ newest(['source._loaded_at', 'accounts.loaded_at']) }} as loaded_at,

        ---------- text
        source.name,
        cast(null as varchar) as given_name,
        cast(null as varchar) as surname,
        nullif(email, '') as email,
        nullif(phone, '') as phone,
        case when not accounts.remote_was_deleted then accounts.name end as company,
        case when not accounts.remote_was_deleted then accounts.remote_id end as account_remote_id,
        case
            when external_id is not null
                then '{"{{ var("external_id_system", "account") }}":"' || replace(external_id, '"', '') || '"}'
        end as external_ids,
        cast(null as date) as date_of_birth,
        cast(null as varchar) as address,
        cast(null as varchar) as postcode,
        -- Intercom guesses a country's name from the IP address; our column is a two-letter code.
        case when length({{ json_text('location', 'country') }}) = 2 then upper({{ json_text('location', 'country') }}) end as country,
        lower(substr(coalesce(language_override, browser_language), 1, 2)) as language,
        cast(null as varchar) as time_zone,

        ---------- timestamps
        {{ epoch_to_timestamp('source.created_at') }} as created_at,

        ---------- consent
        unsubscribed_from_emails as do_not_contact,
        cast(null as varchar) as consent
    from source
    left join accounts on source.company_id = accounts.remote_id

)

select * from renamed
