with source as (

    select * from {{ source('raw_hubspot', 'contacts') }}

),

companies as (

    select id, nullif(trim(name), '') as name, _loaded_at
    from {{ source('raw_hubspot', 'companies') }}

),

merges as (

    select * from {{ ref('base_hubspot__merges') }} where kind = 'contacts'

),

renamed as (

    select
        ---------- ids: who was merged away before the first run is known by the merge alone
        'hubspot' as source_system,
        coalesce(source.id, merges.id) as remote_id,
        coalesce({{ epoch_to_timestamp('source.changed_ms / 1000.0') }}, merges.changed_at) as remote_updated_at,
        coalesce(source.archived, false) or merges.id is not null as remote_was_deleted,
        merges.into_id as merged_into_remote_id,
        {{ newest(['source._loaded_at', 'companies._loaded_at', 'merges.loaded_at']) }} as loaded_at,

        ---------- text
        nullif(trim(concat_ws(' ', source.firstname, source.lastname)), '') as name,
        nullif(trim(source.firstname), '') as given_name,
        nullif(trim(source.lastname), '') as surname,
        nullif(trim(source.email), '') as email,
        coalesce(nullif(trim(source.phone), ''), nullif(trim(source.mobilephone), '')) as phone,
        coalesce(companies.name, nullif(trim(source.company), '')) as company,
        nullif(source.associatedcompanyid, '') as account_remote_id,
        {{ valid_json('source.declared_external_ids') }} as external_ids,
        {{ to_date('source.date_of_birth') }} as date_of_birth,
        nullif(concat_ws(', ', nullif(source.address, ''), nullif(source.city, '')), '') as address,
        nullif(source.zip, '') as postcode,
        nullif(source.country, '') as country,
        lower(substr(nullif(source.hs_language, ''), 1, 2)) as language,
        nullif(source.hs_timezone, '') as time_zone,
        {{ iso_or_milliseconds('coalesce(source.createdate, source.created_at)') }} as created_at,

        ---------- consent
        coalesce({{ to_boolean('source.hs_email_optout') }}, false) as do_not_contact,
        {{ valid_json('source.declared_consent') }} as consent
    from source
    full outer join merges on source.id = merges.id
    left join companies on source.associatedcompanyid = companies.id

)

select * from renamed
