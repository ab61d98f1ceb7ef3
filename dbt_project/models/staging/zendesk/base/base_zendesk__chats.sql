-- Chats with the ticket that was made of each, where that is held: it is the ticket that counts then.
with source as (

    select * from {{ source('raw_zendesk', 'chats') }}

),

said as (

    select
        chat_id,
        max(case when author_type = 'agent' then 1 else 0 end) as has_agent,
        max(case when author_type = 'bot' then 1 else 0 end) as has_bot,
        -- Of several agents the last one who spoke.
        {{ latest('agent_id', 'sent_at', 'position') }} filter (where author_type in ('agent', 'bot')) as agent_id,
        max(loaded_at) as loaded_at
    from {{ ref('base_zendesk__chat_messages') }}
    group by chat_id

),

timed as (

    select
        *,
        {{ to_timestamp_utc('timestamp') }} as started_at,
        {{ to_timestamp_utc('update_timestamp') }} as updated_at,
        {{ json_text('visitor', 'id') }} as visitor_id
    from source

)

select
    timed.id as chat_id,
    timed.type = 'offline_msg' as is_offline,
    cast(tickets.id as varchar) as ticket_id,
    cast(tickets.requester_id as varchar) as requester_id,
    timed.visitor_id,
    -- Chat names who does not: `Visitor 12345678`.
    case
        when not regexp_matches({{ json_text('timed.visitor', 'name') }}, '^Visitor [0-9]+$')
            then {{ json_text('timed.visitor', 'name') }}
    end as visitor_name,
    nullif({{ json_text('timed.visitor', 'email') }}, '') as visitor_email,
    nullif({{ json_text('timed.visitor', 'phone') }}, '') as visitor_phone,
    timed.started_at,
    {{ microseconds_after('timed.duration * 1000000', 'timed.started_at') }} as ended_at,
    timed.updated_at,
    -- Departments are Support's groups.
    coalesce(teams.name, timed.department_name) as team,
    said.agent_id,
    coalesce(said.has_agent, 0) = 1 as has_agent,
    coalesce(said.has_bot, 0) = 1 as has_bot,
    said.chat_id is not null as has_words,
    coalesce(timed.unread, false) as is_unread,
    coalesce(timed.deleted, false) as is_deleted,
    lower(timed.rating) as rating,
    timed.comment,
    timed.tags,
    {{ newest(['timed._loaded_at', 'tickets._loaded_at']) }} as loaded_at,
    -- What only the team, and only the speakers, depend on.
    teams._loaded_at as team_loaded_at,
    said.loaded_at as said_loaded_at
from timed
left join {{ source('raw_zendesk', 'tickets') }} as tickets on timed.zendesk_ticket_id = tickets.id
left join {{ source('raw_zendesk', 'groups') }} as teams on timed.department_id = teams.id
left join said on timed.id = said.chat_id
