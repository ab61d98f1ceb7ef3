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
    ---------- ids
    things.name as id,
    things.thread_id,
    things.customer_id,
    things.author_fullname as author_id,

    ---------- text
    things.author as author_name,
    things.author as author_handle,
    cast(null as varchar) as author_language,
    things.title as subject,
    'r/' || things.subreddit as tag,
    things.body,

    ---------- booleans
    things.is_own,
    things.is_deleted,

    ---------- timestamps
    things.sent_at,
    things.edited_at as changed_at,
    {{ newest(['things.loaded_at', 'threads.loaded_at']) }} as loaded_at
from things
inner join threads on things.thread_id = threads.thread_id
