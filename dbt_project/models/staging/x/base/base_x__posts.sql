{#- Our answer may run over several posts of ours: so many in between are looked through for whom it answers. -#}
{% set steps = 2 %}
with source as (

    select
        *,
        {{ to_bigint('id') }} as number,
        coalesce({{ json_text('note_tweet', 'text') }}, text) as escaped
    from {{ source('raw_x', 'posts') }}

),

accounts as (

    select * from {{ source('raw_x', 'accounts') }}

),

reference_rows as (

    {{ json_list_rows('source', 'referenced_tweets', ['id']) }}

),

-- What a post answers, and whether it only repeats another.
pointers as (

    select
        id,
        max({{ json_text('element', 'id') }}) filter (where {{ json_text('element', 'type') }} = 'replied_to') as answered_id,
        bool_or({{ json_text('element', 'type') }} = 'retweeted') as is_retweet
    from reference_rows
    group by id

),

step_0 as (

    select
        source.*,
        pointers.answered_id,
        coalesce(pointers.is_retweet, false) as is_retweet,
        ours.id is not null as is_own,
        case
            when ours.id is null then source.author_id
            when answered.id is null then source.in_reply_to_user_id
        end as customer_id,
        {{ newest(['source._loaded_at', 'ours._loaded_at', 'answered._loaded_at']) }} as loaded_at
    from source
    left join pointers on source.id = pointers.id
    left join accounts as ours on source.author_id = ours.id
    left join accounts as answered on source.in_reply_to_user_id = answered.id

)

{%- for step in range(1, steps + 1) %},

step_{{ step }} as (

    select
        mine.* exclude (customer_id, loaded_at),
        coalesce(mine.customer_id, above.customer_id) as customer_id,
        {{ newest(['mine.loaded_at', 'above.loaded_at']) }} as loaded_at
    from step_{{ step - 1 }} as mine
    left join step_{{ step - 1 }} as above
        on mine.customer_id is null and mine.answered_id = above.id

)
{%- endfor %}

select
    ---------- ids
    id,
    first_id,
    conversation_id,
    conversation_id || '-' || customer_id as thread_id,
    customer_id,
    author_id,

    ---------- text
    replace(replace(replace(escaped, '&lt;', '<'), '&gt;', '>'), '&amp;', '&') as body,
    {{ json_text('author', 'name') }} as author_name,
    {{ json_text('author', 'username') }} as author_handle,

    ---------- booleans and numbers
    is_own,
    is_retweet,
    coalesce(deleted, false) as is_deleted,
    number,

    ---------- timestamps
    {{ to_timestamp_utc('posted_at') }} as sent_at,
    {{ to_timestamp_utc('created_at') }} as edited_at,
    loaded_at
from step_{{ steps }}
