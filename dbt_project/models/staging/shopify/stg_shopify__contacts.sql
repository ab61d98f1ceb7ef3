with source as (

    select * from {{ source('raw_shopify', 'customers') }}

),

renamed as (

    select
        ---------- ids
        'shopify' as source_system,
        cast(id as varchar) as remote_id,
        {{ to_timestamp_utc('updated_at_iso') }} as remote_updated_at,
        false as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        ---------- text
        nullif(trim(concat_ws(' ', first_name, last_name)), '') as name,
        nullif(trim(first_name), '') as given_name,
        nullif(trim(last_name), '') as surname,
        nullif(trim(email), '') as email,
        coalesce(nullif(trim(phone), ''), nullif(trim({{ json_text('default_address', 'phone') }}), '')) as phone,
        nullif(trim({{ json_text('default_address', 'company') }}), '') as company,
        cast(null as varchar) as account_remote_id,
        {{ valid_json('declared_external_ids') }} as external_ids,
        cast(null as date) as date_of_birth,
        nullif(concat_ws(
            ', ',
            nullif({{ json_text('default_address', 'address1') }}, ''),
            nullif({{ json_text('default_address', 'address2') }}, ''),
            nullif({{ json_text('default_address', 'city') }}, '')
        ), '') as address,
        nullif({{ json_text('default_address', 'zip') }}, '') as postcode,
        nullif({{ json_text('default_address', 'country_code') }}, '') as country,
        {{ null_columns("contacts", ["language", "time_zone"]) }},

        ---------- timestamps
        {{ to_timestamp_utc('created_at') }} as created_at,

        ---------- consent
        -- Not to be sent advertisements is a word about advertisements, not about a call.
        cast(null as boolean) as do_not_contact,
        nullif('{' || concat_ws(
            ','
            {%- for purpose in ['email_marketing', 'sms_marketing'] -%}
            ,
            case {{ json_text(purpose ~ '_consent', 'state') }}
                when 'subscribed' then
                    '"{{ purpose }}":"'
                    || replace(coalesce({{ json_text(purpose ~ '_consent', 'consent_updated_at') }}, 'yes'), '"', '') || '"'
                when 'unsubscribed' then '"{{ purpose }}":"no"'
            end
            {%- endfor %}
        ) || '}', '{}') as consent
    from source

)

select * from renamed
