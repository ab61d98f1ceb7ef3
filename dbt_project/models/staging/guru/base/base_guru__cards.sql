with source as (

    select * from {{ source('raw_guru', 'cards') }}

),

renamed as (

    select
        ---------- ids
        id as card_id,
        version as card_version,
        _loaded_at as loaded_at,

        ---------- text
        nullif(trim(preferred_phrase), '') as title,
        'https://app.getguru.com/card/' || nullif(trim(slug), '') as url,
        {{ json_text('collection', 'name') }} as collection,
        verification_state,

        ---------- flags
        -- Nobody finds an archived card.
        coalesce(archived, false) or coalesce(declared_deleted, false) as is_gone,
        verification_state = 'TRUSTED' as is_verified,

        ---------- timestamps
        {{ to_timestamp_utc('date_created') }} as created_at,
        {{ to_timestamp_utc('last_modified') }} as updated_at,
        {{ to_timestamp_utc('last_verified') }} as verified_at,
        {{ to_timestamp_utc('next_verification_date') }} as verification_due_at
    from source

)

select * from renamed
