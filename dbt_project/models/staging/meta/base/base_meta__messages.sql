{#- A reply names what it answers; so many steps lead to the comment at the root. -#}
{% set steps = 2 %}
with comments as (

    select * from {{ source('raw_meta', 'comments') }}

),

step_0 as (

    select id, coalesce(parent_id, id) as root_id, _loaded_at as loaded_at
    from comments

)

{%- for step in range(1, steps + 1) %},

step_{{ step }} as (

    select
        mine.id,
        coalesce(above.root_id, mine.root_id) as root_id,
        {{ newest(['mine.loaded_at', 'above.loaded_at']) }} as loaded_at
    from step_{{ step - 1 }} as mine
    left join step_{{ step - 1 }} as above on mine.root_id = above.id

)
{%- endfor %},

said as (

    select
        comments.id,
        roots.root_id as thread_id,
        comments.platform,
        'comment' as kind,
        comments.author_id,
        comments.author_name,
        comments.message,
        coalesce(comments.deleted, false) as is_deleted,
        comments.posted_at,
        roots.loaded_at
    from comments
    inner join step_{{ steps }} as roots on comments.id = roots.id

    union all

    select
        id, conversation_id, platform, 'direct', author_id, author_name, message, false, posted_at, _loaded_at
    from {{ source('raw_meta', 'messages') }}

),

accounts as (

    select * from {{ source('raw_meta', 'accounts') }}

),

renamed as (

    select
        ---------- ids
        said.id,
        said.thread_id,
        said.author_id,

        ---------- text
        said.author_name,
        said.platform || ':' || said.kind as tag,
        said.message as body,

        ---------- booleans
        accounts.id is not null as is_own,
        said.is_deleted,

        ---------- timestamps
        {{ to_timestamp_utc('said.posted_at') }} as sent_at,
        {{ newest(['said.loaded_at', 'accounts._loaded_at']) }} as loaded_at
    from said
    left join accounts on said.author_id = accounts.id

),

-- The first customer's. What we wrote and nobody answered is in no conversation.
threads as (

    select
        thread_id,
        {{ earliest('author_id', 'sent_at', 'id') }} filter (where not is_own and author_id is not null) as customer_id,
        max(loaded_at) filter (where not is_own) as loaded_at
    from renamed
    group by thread_id
    having bool_or(not is_own)

)

select
    renamed.* exclude (loaded_at),
    threads.customer_id,
    cast(null as varchar) as author_handle,
    cast(null as varchar) as author_language,
    cast(null as varchar) as subject,
    cast(null as timestamp with time zone) as changed_at,
    {{ newest(['renamed.loaded_at', 'threads.loaded_at']) }} as loaded_at
from renamed
inner join threads on renamed.thread_id = threads.thread_id
