-- A ticket's description is its first message; Freshdesk keeps it apart from the conversations.
with descriptions as (

    select
        'ticket-' || cast(id as varchar) as message_id,
        cast(id as varchar) as ticket_id,
        {{ to_timestamp_utc('created_at') }} as sent_at,
        {{ to_timestamp_utc('updated_at') }} as updated_at,
        -- 10 is a mail that an agent sent first; who, is not told.
        case when source = 10 then 'agent' else 'customer' end as author_type,
        case when source <> 10 then cast(requester_id as varchar) end as author_id,
        true as is_public,
        description_text as body,
        _loaded_at as loaded_at
    from {{ source('raw_freshdesk', 'tickets') }}
    where description_text is not null and trim(description_text) <> ''

),

said as (

    select * from descriptions

    union all

    select
        conversation_id as message_id,
        ticket_id,
        created_at as sent_at,
        updated_at,
        case
            when merged_into_ticket_id is not null or is_told_of_a_merge or is_automatic then 'system'
            when is_incoming or author_id = requester_id then 'customer'
            else 'agent'
        end as author_type,
        author_id,
        not coalesce(is_private, false) as is_public,
        body,
        loaded_at
    from {{ ref('base_freshdesk__conversations') }}

)

select
    ---------- ids
    'freshdesk' as source_system,
    message_id as remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    ticket_id as conversation_remote_id,

    ---------- what was said, and by whom
    sent_at,
    author_type,
    author_id as author_remote_id,
    is_public,
    body
from said
