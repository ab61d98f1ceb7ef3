with tickets as (

    select * from {{ source('raw_hubspot', 'tickets') }}

),

contact_rows as (

    {{ json_list_rows('tickets', 'contact_ids', ['id']) }}

),

first_contacts as (

    select id, trim(element, '"') as contact_id
    from contact_rows
    where position = 1

),

stages as (select * from {{ ref('base_hubspot__stages') }}),

teams as (select * from {{ ref('base_hubspot__teams') }} where nth_member = 1),

merges as (select * from {{ ref('base_hubspot__merges') }} where kind = 'tickets'),

told as (

    select
        tickets.id as remote_id,
        tickets.changed_ms,
        coalesce(tickets.archived, false) as is_archived,
        {{ iso_or_milliseconds('tickets.archived_at') }} as archived_at,
        merges.into_id,
        {{ newest(['tickets._loaded_at', 'stages.loaded_at', 'teams.loaded_at', 'merges.loaded_at']) }} as loaded_at,
        case upper(tickets.source_type)
            when 'CHAT' then 'chat'
            when 'EMAIL' then 'email'
            when 'PHONE' then 'phone'
            else 'ticket'
        end as channel,
        {{ iso_or_milliseconds('coalesce(tickets.createdate, tickets.created_at)') }} as opened_at,
        first_contacts.contact_id,
        nullif(trim(tickets.subject), '') as subject,
        coalesce(stages.status, 'open') as status,
        {{ hubspot_priority('tickets.hs_ticket_priority') }} as priority,
        teams.name as team,
        nullif(tickets.hubspot_owner_id, '') as assignee_id,
        coalesce({{ json_list_of_words('lower(tickets.hs_ticket_category)', ';') }}, '[]') as tags,
        false as is_spam
    from tickets
    left join first_contacts on tickets.id = first_contacts.id
    left join stages on tickets.hs_pipeline_stage = stages.stage_id
    left join teams on tickets.hubspot_team_id = teams.team_id
    left join merges on tickets.id = merges.id

    union all

    select
        conversation_id, changed_ms, is_archived, null, null, loaded_at, channel, opened_at, contact_id,
        null, status, null, null, assignee_id, '[]', is_spam
    from {{ ref('base_hubspot__lone_threads') }}

)

select
    ---------- ids
    'hubspot' as source_system,
    remote_id,
    {{ epoch_to_timestamp('changed_ms / 1000.0') }} as remote_updated_at,
    is_archived as remote_was_deleted,
    into_id as merged_into_remote_id,
    loaded_at,

    ---------- text and timestamps
    channel,
    opened_at,
    contact_id as contact_remote_id,
    subject,
    status,
    priority,
    team,
    assignee_id as assignee_agent_remote_id,
    {{ null_columns("conversations", ["brand", "schedule_id"]) }},
    tags,
    -- The bin of threads does not say since when.
    case when is_archived then coalesce(archived_at, {{ epoch_to_timestamp('changed_ms / 1000.0') }}) end as deleted_at,
    is_spam,
    {{ null_columns("conversations", ["follow_up_of_remote_id", "bot_resolution"]) }}
from told
