with source as (

    select * from {{ ref('base_zendesk__users') }} where author_type = 'customer'

),

organizations as (

    select * from {{ ref('stg_zendesk__accounts') }}

),

renamed as (

    select
        ---------- ids
        'zendesk' as source_system,
        source.user_id as remote_id,
        source.updated_at as remote_updated_at,
        -- The losing profile of a merge turns inactive as well; Zendesk does not say into whom.
        not source.is_active as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        {{ newest(['source.loaded_at', 'organizations.loaded_at']) }} as loaded_at,

        ---------- text
        source.name,
        cast(null as varchar) as given_name,
        cast(null as varchar) as surname,
        source.email,
        source.phone,
        organizations.name as company,
        source.organization_id as account_remote_id,
        case
            when source.external_id is not null
                then '{"{{ var("external_id_system", "account") }}":"' || replace(source.external_id, '"', '') || '"}'
        end as external_ids,
        cast(null as date) as date_of_birth,
        cast(null as varchar) as address,
        cast(null as varchar) as postcode,
        cast(null as varchar) as country,
        lower(substr(source.locale, 1, 2)) as language,
        source.iana_time_zone as time_zone,

        ---------- timestamps
        source.created_at,

        ---------- consent
        {{ to_boolean(json_text('source.user_fields', 'do_not_contact')) }} as do_not_contact,
        case
            when {{ json_text('source.user_fields', 'marketing_consent_at') }} is not null
                then '{"marketing":"' || substr({{ json_text('source.user_fields', 'marketing_consent_at') }}, 1, 10) || '"}'
        end as consent
    from source
    left join organizations on source.organization_id = organizations.remote_id

)

select * from renamed

union all

select * from {{ ref('base_zendesk__chat_visitors') }}
