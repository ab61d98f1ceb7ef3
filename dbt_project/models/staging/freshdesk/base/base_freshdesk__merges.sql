-- Freshdesk tells a merge in words only: a closed ticket, and a note on it that names the other one.
with notes as (

    select
        ticket_id,
        merged_into_ticket_id,
        author_id,
        created_at,
        is_closed,
        loaded_at,
        max(loaded_at) over (partition by ticket_id) as decided_at,
        row_number() over (
            partition by ticket_id order by created_at desc nulls last, conversation_id desc nulls last
        ) as latest
    from {{ ref('base_freshdesk__conversations') }}
    where merged_into_ticket_id is not null

)

select
    ticket_id,
    merged_into_ticket_id as into_ticket_id,
    author_id,
    created_at as occurred_at,
    decided_at as loaded_at
from notes
where latest = 1 and is_closed and merged_into_ticket_id <> ticket_id
