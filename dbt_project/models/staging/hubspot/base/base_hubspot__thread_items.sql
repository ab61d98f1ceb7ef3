{{ config(materialized='table') }}

with source as (

    select
        id,
        associated_contact_id,
        {{ json_text('thread_associations', 'associatedTicketId') }} as ticket_id,
        messages,
        _loaded_at
    from {{ source('raw_hubspot', 'threads') }}

),

items as (

    {{ json_list_rows('source', 'messages', ['id', 'associated_contact_id', 'ticket_id', '_loaded_at']) }}

),

renamed as (

    select
        ---------- ids
        {{ json_text('element', 'id') }} as item_id,
        id as thread_id,
        ticket_id,
        coalesce(ticket_id, 'thread-' || id) as conversation_id,
        associated_contact_id,
        coalesce({{ json_text('element', 'senders[0].actorId') }}, {{ json_text('element', 'createdBy') }}) as actor_id,

        ---------- text
        {{ json_text('element', 'type') }} as item_type,
        {{ json_text('element', 'direction') }} as direction,
        {{ json_text('element', 'senders[0].name') }} as actor_name,
        {{ json_text('element', 'newStatus') }} as new_status,
        {{ json_text('element', 'assignedTo') }} as assigned_to,
        {{ json_text('element', 'text') }} as body,
        position,

        ---------- timestamps
        {{ iso_or_milliseconds(json_text('element', 'createdAt')) }} as created_at,
        _loaded_at as loaded_at
    from items

)

select
    *,
    case
        when actor_id like 'V-%' or direction = 'INCOMING' then 'customer'
        when actor_id like 'B-%' or item_type = 'WELCOME_MESSAGE' then 'bot'
        when actor_id like 'A-%' or actor_id like 'E-%' then 'agent'
        else 'system'
    end as author_type
from renamed
where item_id is not null
