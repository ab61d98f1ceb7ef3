with things as (

    select * from {{ ref('base_reddit__things') }}

),

threads as (

    select thread_id, max(loaded_at) filter (where is_ours) as loaded_at
    from things
    where thread_id is not null
    group by thread_id
    having bool_or(is_ours)

)

select
    things.* exclude (is_ours, loaded_at),
    {{ newest(['things.loaded_at', 'threads.loaded_at']) }} as loaded_at
from things
inner join threads on things.thread_id = threads.thread_id
