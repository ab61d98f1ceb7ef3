with source as (

    select * from {{ source('raw_zendesk', 'organizations') }}

),

domain_rows as (

    {{ json_list_rows('source', 'domain_names', ['id']) }}

),

first_domains as (

    -- A list element is JSON text: its quotes go.
    select id, lower(trim(element, '"')) as domain
    from domain_rows
    where position = 1

),

renamed as (

    select
        ---------- ids
        'zendesk' as source_system,
        cast(source.id as varchar) as remote_id,
        {{ to_timestamp_utc('updated_at') }} as remote_updated_at,
        deleted_at is not null as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        source._loaded_at as loaded_at,

        ---------- text
        name,
        first_domains.domain,
        {{ json_text('organization_fields', 'segment') }} as segment,
        {{ json_text('organization_fields', 'owner') }} as owner,
        {{ null_columns("accounts", ["customer_status", "customer_until"]) }},

        ---------- timestamps
        {{ to_timestamp_utc('created_at') }} as created_at
    from source
    left join first_domains on source.id = first_domains.id

)

select * from renamed
