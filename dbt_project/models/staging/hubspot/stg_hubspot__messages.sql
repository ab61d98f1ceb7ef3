with items as (

    select * from {{ ref('base_hubspot__thread_items') }}
    where item_type in ('MESSAGE', 'COMMENT', 'WELCOME_MESSAGE') and trim(body) <> ''

),

owners as (

    select * from {{ source('raw_hubspot', 'owners') }}

),

tickets as (

    select * from {{ source('raw_hubspot', 'tickets') }}

),

contact_rows as (

    {{ json_list_rows('tickets', 'contact_ids', ['id']) }}

),

threads as (

    select id, {{ json_text('thread_associations', 'associatedTicketId') }} as of_ticket, _loaded_at
    from {{ source('raw_hubspot', 'threads') }}

),

thread_words as (

    select
        threads.of_ticket,
        count(items.item_id) as messages,
        max(threads._loaded_at) as loaded_at
    from threads
    left join items on threads.id = items.thread_id
    group by threads.of_ticket

),

said as (

    select
        items.item_id as message_id,
        items.conversation_id,
        items.created_at as sent_at,
        items.author_type,
        case
            -- A visitor whom the CRM has come to know is the thread's contact.
            when items.author_type = 'customer' then coalesce(items.associated_contact_id, substr(items.actor_id, 3))
            else coalesce(owners.id, items.actor_id)
        end as author_id,
        items.item_type <> 'COMMENT' as is_public,
        items.body,
        {{ newest(['items.loaded_at', 'owners._loaded_at']) }} as loaded_at
    from items
    left join owners on items.actor_id = 'A-' || cast(owners.user_id as varchar)

    union all

    -- A ticket from a form, a call or an import has no thread; what it is about was asked there.
    select
        'content-' || tickets.id,
        tickets.id,
        {{ iso_or_milliseconds('coalesce(tickets.createdate, tickets.created_at)') }},
        'customer',
        trim(contact_rows.element, '"'),
        true,
        tickets.content,
        {{ newest(['tickets._loaded_at', 'thread_words.loaded_at']) }}
    from tickets
    left join thread_words on tickets.id = thread_words.of_ticket
    left join contact_rows on tickets.id = contact_rows.id and contact_rows.position = 1
    where
        trim(tickets.content) <> ''
        and coalesce(thread_words.messages, 0) = 0

)

select
    ---------- ids
    'hubspot' as source_system,
    message_id as remote_id,
    sent_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    conversation_id as conversation_remote_id,

    ---------- what was said, and by whom
    sent_at,
    author_type,
    author_id as author_remote_id,
    is_public,
    body
from said
