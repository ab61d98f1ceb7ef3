-- Whom tickets name as their requester, for those that the list of contacts does not have.
with source as (

    select
        cast(requester_id as varchar) as contact_id,
        id as ticket_id,
        requester,
        {{ to_timestamp_utc('created_at') }} as created_at,
        {{ to_timestamp_utc('updated_at') }} as updated_at,
        _loaded_at as loaded_at
    from {{ source('raw_freshdesk', 'tickets') }}
    where requester_id is not null

)

select
    contact_id,
    min(created_at) as created_at,
    max(updated_at) as updated_at,
    max(loaded_at) as loaded_at,
    {{ latest(json_text('requester', 'name'), 'updated_at', 'ticket_id') }} as name,
    {{ latest(json_text('requester', 'email'), 'updated_at', 'ticket_id') }} as email,
    {{ latest("coalesce(" ~ json_text('requester', 'phone') ~ ", " ~ json_text('requester', 'mobile') ~ ")", 'updated_at', 'ticket_id') }} as phone
from source
group by contact_id
