-- Chats rated good or bad. Where the ticket that was made of one is rated itself, the chat's rating would count twice.
with answers as (

    select
        cast(ticket_id as varchar) as ticket_id,
        split_part(lower(score), '_', 1) in ('good', 'bad') as is_rated,
        _loaded_at as loaded_at
    from {{ source('raw_zendesk', 'satisfaction_ratings') }}

    union all

    select ticket_id, responded_at is not null as is_rated, loaded_at
    from {{ ref('base_zendesk__survey_responses') }}

),

of_tickets as (

    select
        ticket_id,
        max(case when is_rated then 1 else 0 end) as is_rated,
        max(loaded_at) as loaded_at
    from answers
    group by ticket_id

)

select
    'chat-' || chats.chat_id as remote_id,
    chats.updated_at as remote_updated_at,
    {{ newest(['chats.loaded_at', 'chats.said_loaded_at', 'of_tickets.loaded_at']) }} as loaded_at,
    case chats.rating when 'good' then 1.0 else 0.0 end as score,
    0.0 as scale_min,
    1.0 as scale_max,
    -- When it was asked for, and given, is not told apart from the end.
    coalesce(chats.ended_at, chats.updated_at) as sent_at,
    coalesce(chats.ended_at, chats.updated_at) as responded_at,
    coalesce(chats.ticket_id, chats.chat_id) as ticket_id,
    coalesce(chats.requester_id, chats.visitor_id) as contact_id,
    chats.agent_id,
    chats.comment
from {{ ref('base_zendesk__chats') }} as chats
left join of_tickets on chats.ticket_id = of_tickets.ticket_id
where
    chats.rating in ('good', 'bad')
    and not chats.is_deleted
    and coalesce(of_tickets.is_rated, 0) = 0
