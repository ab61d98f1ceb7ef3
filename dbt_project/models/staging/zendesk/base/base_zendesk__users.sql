-- Everyone on either side of a ticket, with the part they play.
select
    cast(id as varchar) as user_id,
    name,
    email,
    phone,
    external_id,
    cast(organization_id as varchar) as organization_id,
    cast(default_group_id as varchar) as default_group_id,
    locale,
    iana_time_zone,
    user_fields,
    case
        when role not in ('agent', 'admin') then 'customer'
        -- Bots sign in as agents; the tag `bot` tells them apart.
        when tags like '%"bot"%' then 'bot'
        else 'agent'
    end as author_type,
    coalesce(role_type = 1, false) as is_light_agent,
    coalesce(active, true) and not coalesce(suspended, false) as is_active,
    {{ to_timestamp_utc('created_at') }} as created_at,
    {{ to_timestamp_utc('updated_at') }} as updated_at,
    _loaded_at as loaded_at
from {{ source('raw_zendesk', 'users') }}
