-- Our own people and machines; users of a portal are customers.
select
    ---------- ids
    'salesforce' as source_system,
    id as remote_id,
    {{ to_timestamp_utc('system_modstamp') }} as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    _loaded_at as loaded_at,

    ---------- text
    nullif(trim(name), '') as name,
    lower(nullif(trim(email), '')) as email,
    nullif(trim(user_role_name), '') as team,
    case when lower(user_type) in ('automatedprocess', 'cloudintegrationuser') then 'bot' else 'agent' end as role,
    nullif(time_zone_sid_key, '') as time_zone,

    ---------- timestamps
    {{ to_timestamp_utc('created_date') }} as active_from,
    case when not {{ to_boolean('is_active') }} then {{ to_timestamp_utc('last_modified_date') }} end as active_to
from {{ source('raw_salesforce', 'users') }}
where lower(user_type) in ('standard', 'automatedprocess', 'cloudintegrationuser')
