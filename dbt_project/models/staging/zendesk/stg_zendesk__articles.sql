with source as (

    select * from {{ source('raw_zendesk', 'articles') }}

),

renamed as (

    select
        ---------- ids
        'zendesk' as source_system,
        cast(id as varchar) as remote_id,
        {{ to_timestamp_utc('updated_at') }} as remote_updated_at,
        false as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        ---------- text
        title,
        html_url as url,
        locale,

        ---------- timestamps
        {{ to_timestamp_utc('created_at') }} as created_at,
        {{ to_timestamp_utc('coalesce(edited_at, updated_at)') }} as updated_at
    from source

)

select * from renamed
