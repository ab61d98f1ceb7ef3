-- Tickets that were made of chats: when the first began, and whether chats say what was said.
select
    ticket_id,
    min(started_at) filter (where not is_deleted) as started_at,
    coalesce(max(case when not is_deleted and has_words then 1 else 0 end), 0) = 1 as has_words,
    max(loaded_at) as loaded_at
from {{ ref('base_zendesk__chats') }}
where ticket_id is not null
group by ticket_id
