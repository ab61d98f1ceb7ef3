with source as (

    select * from {{ source('raw_intercom', 'articles') }}

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
        title,
        url,
        default_locale as locale,

        ---------- timestamps
        {{ epoch_to_timestamp('created_at') }} as created_at,
        {{ epoch_to_timestamp('updated_at') }} as updated_at
    from source

)

select * from renamed
