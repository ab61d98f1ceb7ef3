with source as (

    select * from {{ source('raw_intercom', 'companies') }}

),

renamed as (

    select
        ---------- ids
        'intercom' as source_system,
        id as remote_id,
        {{ epoch_to_timestamp('updated_at') }} as remote_updated_at,
        coalesce(is_gone, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        ---------- text
        nullif(trim(name), '') as name,
        -- Website is free text: with or without scheme, www and path.
        nullif(regexp_extract(lower(trim(website)), '^([a-z]+://)?(www\.)?([^/:?#\s]+)', 3), '') as domain,
        {{ null_columns("accounts", ["segment", "owner", "customer_status", "customer_until"]) }},

        ---------- timestamps
        {{ epoch_to_timestamp('coalesce(remote_created_at, created_at)') }} as created_at
    from source

)

select * from renamed
