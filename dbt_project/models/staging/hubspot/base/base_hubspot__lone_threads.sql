-- Threads that no ticket was made of: conversations of their own.
with threads as (

    select * from {{ source('raw_hubspot', 'threads') }}
    where {{ json_text('thread_associations', 'associatedTicketId') }} is null

),

channels as (

    select id, lower(name) as name, _loaded_at
    from {{ source('raw_hubspot', 'channels') }}

),

owners as (

    select * from {{ source('raw_hubspot', 'owners') }}

)

select
    'thread-' || threads.id as conversation_id,
    threads.changed_ms,
    coalesce(threads.archived, false) as is_archived,
    case
        when channels.name like '%email%' then 'email'
        when channels.name like '%call%' or channels.name like '%phone%' then 'phone'
        when channels.name like '%facebook%' or channels.name like '%instagram%' then 'social'
        when channels.name like '%form%' then 'ticket'
        else 'chat'
    end as channel,
    {{ iso_or_milliseconds('threads.created_at') }} as opened_at,
    threads.associated_contact_id as contact_id,
    case upper(threads.status) when 'CLOSED' then 'closed' else 'open' end as status,
    coalesce(owners.id, threads.assigned_to) as assignee_id,
    coalesce(threads.spam, false) as is_spam,
    {{ newest(['threads._loaded_at', 'channels._loaded_at', 'owners._loaded_at']) }} as loaded_at
from threads
left join channels on threads.original_channel_id = channels.id
left join owners on threads.assigned_to = 'A-' || cast(owners.user_id as varchar)
