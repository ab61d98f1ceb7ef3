with contacts as (

    select * from {{ source('raw_freshdesk', 'contacts') }}

),

companies as (

    select * from {{ source('raw_freshdesk', 'companies') }}

),

known as (

    select
        cast(contacts.id as varchar) as contact_id,
        contacts.name,
        contacts.email,
        coalesce(nullif(contacts.phone, ''), nullif(contacts.mobile, '')) as phone,
        cast(contacts.company_id as varchar) as company_id,
        companies.name as company,
        contacts.unique_external_id,
        contacts.address,
        contacts.language,
        coalesce(contacts.deleted, false) as is_deleted,
        {{ to_timestamp_utc('contacts.created_at') }} as created_at,
        {{ to_timestamp_utc('contacts.updated_at') }} as updated_at,
        {{ newest(['contacts._loaded_at', 'companies._loaded_at']) }} as loaded_at
    from contacts
    left join companies on contacts.company_id = companies.id

    union all

    -- Known from their tickets only; staff who ask for help are no contacts.
    select
        requesters.contact_id,
        requesters.name,
        requesters.email,
        requesters.phone,
        cast(null as varchar), cast(null as varchar), cast(null as varchar), cast(null as varchar),
        cast(null as varchar),
        false,
        requesters.created_at,
        requesters.updated_at,
        requesters.loaded_at
    from {{ ref('base_freshdesk__requesters') }} as requesters
    left join contacts on requesters.contact_id = cast(contacts.id as varchar)
    left join {{ source('raw_freshdesk', 'agents') }} as agents on requesters.contact_id = cast(agents.id as varchar)
    where contacts.id is null and agents.id is null

)

select
    ---------- ids
    'freshdesk' as source_system,
    contact_id as remote_id,
    updated_at as remote_updated_at,
    -- The losing profile of a merge is deleted as well; Freshdesk does not say into whom.
    is_deleted as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text
    name,
    {{ null_columns("contacts", ["given_name", "surname"]) }},
    email,
    phone,
    company,
    company_id as account_remote_id,
    case
        when unique_external_id is not null
            then '{"{{ var("external_id_system", "account") }}":"' || replace(unique_external_id, '"', '') || '"}'
    end as external_ids,
    cast(null as date) as date_of_birth,
    nullif(address, '') as address,
    {{ null_columns("contacts", ["postcode", "country"]) }},
    lower(substr(language, 1, 2)) as language,
    -- Freshdesk names zones as Rails does ("Eastern Time (US & Canada)"), not as IANA.
    cast(null as varchar) as time_zone,
    created_at,
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from known
