with calls as (

    select * from {{ ref('base_aircall__calls') }}

),

-- A voicemail is dealt with when the same number is spoken to afterwards.
spoken_to_later as (

    {{ spoken_to_later('calls', 'call_id', 'customer_phone', 'ring_at', 'ended_at') }}

),

tag_rows as (

    {{ json_list_rows('calls', 'tags', ['call_id']) }}

),

tags as (

    select call_id, {{ json_list_agg(json_text('element', 'name'), 'position') }} as tags
    from tag_rows
    group by call_id

)

select
    ---------- ids
    'aircall' as source_system,
    calls.call_id as remote_id,
    coalesce(spoken_to_later.spoken_at, calls.ended_at, calls.ring_at) as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['calls.loaded_at', 'spoken_to_later.loaded_at']) }} as loaded_at,

    ---------- text and timestamps
    'phone' as channel,
    calls.ring_at as opened_at,
    calls.contact_id as contact_remote_id,
    cast(null as varchar) as subject,
    case
        when calls.is_running then 'open'
        when calls.outcome = 'answered' then 'solved'
        when spoken_to_later.spoken_at is not null then 'solved'
        -- Archived means that it needs no follow-up.
        when not calls.is_archived and {{ voicemail_waits('calls.outcome', 'calls.ring_at') }} then 'open'
        else 'closed'
    end as status,
    cast(null as varchar) as priority,
    calls.team,
    calls.agent_id as assignee_agent_remote_id,
    calls.line as brand,
    cast(null as varchar) as schedule_id,
    coalesce(tags.tags, '[]') as tags,
    cast(null as timestamp with time zone) as deleted_at,
    false as is_spam,
    {{ null_columns("conversations", ["follow_up_of_remote_id", "bot_resolution"]) }}
from calls
left join spoken_to_later on calls.call_id = spoken_to_later.call_id
left join tags on calls.call_id = tags.call_id
