with source as (

    select * from {{ source('raw_hubspot', 'companies') }}

),

owners as (

    select
        id,
        coalesce(nullif(trim(concat_ws(' ', first_name, last_name)), ''), email) as name,
        _loaded_at
    from {{ source('raw_hubspot', 'owners') }}

),

merges as (

    select * from {{ ref('base_hubspot__merges') }} where kind = 'companies'

),

renamed as (

    select
        ---------- ids
        'hubspot' as source_system,
        source.id as remote_id,
        {{ epoch_to_timestamp('source.changed_ms / 1000.0') }} as remote_updated_at,
        coalesce(source.archived, false) or merges.id is not null as remote_was_deleted,
        merges.into_id as merged_into_remote_id,
        {{ newest(['source._loaded_at', 'owners._loaded_at', 'merges.loaded_at']) }} as loaded_at,

        ---------- text
        nullif(trim(source.name), '') as name,
        coalesce(
            nullif(lower(trim(source.domain)), ''),
            nullif(regexp_extract(lower(trim(source.website)), '^([a-z]+://)?(www\.)?([^/:?#\s]+)', 3), '')
        ) as domain,
        coalesce(nullif(source.declared_segment, ''), nullif(source.type, '')) as segment,
        owners.name as owner,
        coalesce(nullif(trim(source.declared_customer_status), ''), nullif(source.lifecyclestage, '')) as customer_status,

        ---------- timestamps
        {{ iso_or_milliseconds('coalesce(source.createdate, source.created_at)') }} as created_at,
        {{ iso_or_milliseconds('source.declared_customer_until') }} as customer_until
    from source
    left join owners on source.hubspot_owner_id = owners.id
    left join merges on source.id = merges.id

)

select * from renamed
