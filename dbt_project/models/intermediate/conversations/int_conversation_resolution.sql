-- Solved and closed are one state here: closing what is solved neither resolves it again nor moves the date.
with spans as (
    select * from {{ ref('int_status_spans') }}
)

select
    conversation_id,
    max_by(status, event_number) as status,
    max_by(is_solved, event_number) as is_solved,
    min(started_at) filter (where is_solved and not was_solved and event_number > 0) as first_solved_at,
    case
        when max_by(is_solved, event_number)
            then max(started_at) filter (where is_solved and not was_solved and event_number > 0)
    end as resolved_at,
    count(*) filter (where was_solved and status = 'open') as reopens
from spans
group by conversation_id
