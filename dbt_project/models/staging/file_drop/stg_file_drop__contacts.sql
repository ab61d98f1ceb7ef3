with source as (
    {{ file_drop_rows("contacts", ["contact_id"]) }}
),

renamed as (
    select
        source_system,
        {{ clean_text('contact_id') }} as remote_id,
        cast(null as timestamp with time zone) as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_text('name') }} as name,
        {{ clean_text('given_name') }} as given_name,
        {{ clean_text('surname') }} as surname,
        {{ clean_text('email') }} as email,
        {{ clean_text('phone') }} as phone,
        {{ clean_text('company') }} as company,
        {{ clean_text('account_id') }} as account_remote_id,
        {{ valid_json('external_ids') }} as external_ids,
        {{ to_date('date_of_birth') }} as date_of_birth,
        {{ clean_text('address') }} as address,
        {{ clean_text('postcode') }} as postcode,
        {{ clean_text('country') }} as country,
        {{ clean_text('language') }} as language,
        {{ clean_text('time_zone') }} as time_zone,
        {{ to_timestamp_utc('created_at') }} as created_at,
        coalesce({{ to_boolean('do_not_contact') }}, false) as do_not_contact,
        {{ valid_json('consent') }} as consent
    from source
)

select *
from renamed
