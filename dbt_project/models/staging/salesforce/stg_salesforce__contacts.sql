with source as (

    select * from {{ source('raw_salesforce', 'contact') }}

),

accounts as (

    select
        id,
        nullif(trim(name), '') as account_name,
        _loaded_at
    from {{ source('raw_salesforce', 'account') }}

),

renamed as (

    select
        ---------- ids
        'salesforce' as source_system,
        source.id as remote_id,
        {{ to_timestamp_utc('source.system_modstamp') }} as remote_updated_at,
        coalesce({{ to_boolean('source.is_deleted') }}, false) as remote_was_deleted,
        nullif(source.master_record_id, '') as merged_into_remote_id,
        {{ newest(['source._loaded_at', 'accounts._loaded_at']) }} as loaded_at,

        ---------- text
        coalesce(
            nullif(trim(source.name), ''),
            nullif(trim(concat_ws(' ', source.first_name, source.last_name)), '')
        ) as name,
        nullif(trim(source.first_name), '') as given_name,
        nullif(trim(source.last_name), '') as surname,
        nullif(trim(source.email), '') as email,
        coalesce(nullif(trim(source.phone), ''), nullif(trim(source.mobile_phone), '')) as phone,
        accounts.account_name as company,
        nullif(source.account_id, '') as account_remote_id,
        {{ valid_json('source.declared_external_ids') }} as external_ids,
        {{ to_date('source.birthdate') }} as date_of_birth,
        nullif(concat_ws(', ', source.mailing_street, source.mailing_city), '') as address,
        source.mailing_postal_code as postcode,
        source.mailing_country as country,
        source.declared_language as language,
        cast(null as varchar) as time_zone,
        {{ to_timestamp_utc('source.created_date') }} as created_at,
        -- Either refusal stops outreach: we would rather miss a call than ignore a wish.
        coalesce({{ to_boolean('source.has_opted_out_of_email') }}, false)
        or coalesce({{ to_boolean('source.do_not_call') }}, false) as do_not_contact,
        {{ valid_json('source.declared_consent') }} as consent
    from source
    left join accounts on source.account_id = accounts.id

),

-- People whom a case names by their address alone.
supplied as (

    select
        {{ clean_word('supplied_email') }} as email,
        {{ latest("nullif(trim(supplied_name), '')", to_timestamp_utc('created_date'), 'id') }} as name,
        {{ latest("nullif(trim(supplied_phone), '')", to_timestamp_utc('created_date'), 'id') }} as phone,
        min({{ to_timestamp_utc('created_date') }}) as created_at,
        max({{ to_timestamp_utc('system_modstamp') }}) as updated_at,
        max(_loaded_at) as loaded_at
    from {{ source('raw_salesforce', 'cases') }}
    where trim(supplied_email) <> ''
    group by {{ clean_word('supplied_email') }}

)

select * from renamed

union all

select
    'salesforce', email, updated_at, false, null, loaded_at, name, null, null, email, phone,
    {{ null_columns("contacts", [
        "company", "account_remote_id", "external_ids", "date_of_birth", "address", "postcode", "country", "language",
        "time_zone"
    ]) }},
    created_at, false, null
from supplied
