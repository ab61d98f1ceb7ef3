with posts as (

    select * from {{ ref('base_x__posts') }}

),

-- An edit is a new post: the newest one still there speaks, under the first one's id and time.
versions as (

    select
        *,
        row_number() over (partition by first_id order by is_deleted, number desc nulls last) as newness,
        max(loaded_at) over (partition by first_id) as decided_at
    from posts
    where customer_id is not null and not is_retweet

)

select
    ---------- ids
    first_id as id,
    thread_id,
    customer_id,
    author_id,

    ---------- text
    author_name,
    author_handle,
    cast(null as varchar) as subject,
    cast(null as varchar) as author_language,
    cast(null as varchar) as tag,
    body,

    ---------- booleans
    is_own,
    is_deleted,

    ---------- timestamps
    sent_at,
    edited_at as changed_at,
    decided_at as loaded_at
from versions
where newness = 1

union all

select
    id, thread_id, customer_id, author_id, author_name, author_handle, null, null, 'x:direct', body, is_own, is_deleted, sent_at,
    null, loaded_at
from {{ ref('base_x__direct_messages') }}
