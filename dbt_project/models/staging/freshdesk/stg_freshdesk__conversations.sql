with source as (

    select * from {{ source('raw_freshdesk', 'tickets') }}

),

teams as (

    select * from {{ source('raw_freshdesk', 'groups') }}

),

merges as (

    select * from {{ ref('base_freshdesk__merges') }}

),

statuses as (

    select * from {{ ref('base_freshdesk__choices') }} where field = 'status'

),

sources as (

    select * from {{ ref('base_freshdesk__choices') }} where field = 'source'

),

-- A name that is no more decides as well.
last_fields as (

    select max(_loaded_at) as loaded_at from {{ source('raw_freshdesk', 'ticket_fields') }}

)

select
    ---------- ids
    'freshdesk' as source_system,
    cast(source.id as varchar) as remote_id,
    {{ to_timestamp_utc('source.updated_at') }} as remote_updated_at,
    coalesce(source.deleted, false) as remote_was_deleted,
    merges.into_ticket_id as merged_into_remote_id,
    {{ newest(['source._loaded_at', 'teams._loaded_at', 'merges.loaded_at', 'last_fields.loaded_at']) }} as loaded_at,

    ---------- text and timestamps
    {{ freshdesk_channel('source.source', 'sources.word') }} as channel,
    {{ to_timestamp_utc('source.created_at') }} as opened_at,
    cast(source.requester_id as varchar) as contact_remote_id,
    source.subject,
    {{ freshdesk_status('source.status', 'statuses.word') }} as status,
    {{ freshdesk_priority('source.priority') }} as priority,
    teams.name as team,
    cast(source.responder_id as varchar) as assignee_agent_remote_id,
    cast(source.product_id as varchar) as brand,
    cast(null as varchar) as schedule_id,
    source.tags,
    -- When is told by nobody; the ticket's last change is the nearest.
    case when source.deleted then {{ to_timestamp_utc('source.updated_at') }} end as deleted_at,
    coalesce(source.spam, false) as is_spam,
    {{ null_columns("conversations", ["follow_up_of_remote_id", "bot_resolution"]) }}
from source
left join teams on source.group_id = teams.id
left join merges on cast(source.id as varchar) = merges.ticket_id
left join statuses on source.status = statuses.number
left join sources on source.source = sources.number
cross join last_fields
