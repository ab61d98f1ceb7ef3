with source as (

    select * from {{ source('raw_salesforce', 'account') }}

),

renamed as (

    select
        ---------- ids
        'salesforce' as source_system,
        id as remote_id,
        {{ to_timestamp_utc('system_modstamp') }} as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        nullif(master_record_id, '') as merged_into_remote_id,
        _loaded_at as loaded_at,

        ---------- text
        nullif(trim(name), '') as name,
        -- Website is free text: with or without scheme, www and path.
        nullif(
            regexp_extract(lower(trim(website)), '^([a-z]+://)?(www\.)?([^/:?#\s]+)', 3), ''
        ) as domain,
        coalesce(nullif(declared_segment, ''), nullif(type, '')) as segment,
        coalesce(nullif(owner_name, ''), nullif(owner_email, '')) as owner,
        coalesce(nullif(trim(declared_customer_status), ''), nullif(trim(type), '')) as customer_status,

        ---------- timestamps
        {{ to_timestamp_utc('created_date') }} as created_at,
        {{ to_timestamp_utc('declared_customer_until') }} as customer_until
    from source

)

select * from renamed
