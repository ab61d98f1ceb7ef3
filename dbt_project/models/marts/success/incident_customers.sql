-- Whom to tell of trending issues before they ask: the incident that comes first for a customer. Who wrote and was helped
-- knows.
with ranked as (
    select
        *,
        row_number() over (partition by customer_id order by rank) as place,
        count(*) over (partition by customer_id) as incidents
    from {{ ref('customer_incidents') }}
    where band <> 'aware'
)

select * exclude (rank, place, incidents), row_number() over (order by rank) as rank, incidents
from ranked
where place = 1
order by rank
