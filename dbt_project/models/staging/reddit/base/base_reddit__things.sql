{#- Our answer may stand under an answer of ours: so many in between are looked through for whom it answers. -#}
{% set steps = 2 %}
with source as (

    select * from {{ source('raw_reddit', 'things') }}

),

accounts as (

    select * from {{ source('raw_reddit', 'accounts') }}

),

-- Whether a text names one of our accounts: `u/name`.
named_us as (

    select source.name, max(accounts._loaded_at) as loaded_at
    from source
    inner join accounts
        on lower(coalesce(source.title, '') || ' ' || coalesce(source.selftext, '') || coalesce(source.body, ''))
            like '%u/' || lower(accounts.name) || '%'
    group by source.name

),

step_0 as (

    select
        source.*,
        ours.fullname is not null as is_own,
        named_us.name is not null as names_us,
        case when ours.fullname is null then source.author_fullname end as customer_id,
        {{ newest(['source._loaded_at', 'ours._loaded_at', 'named_us.loaded_at']) }} as loaded_at
    from source
    left join accounts as ours on source.author_fullname = ours.fullname
    left join named_us on source.name = named_us.name

)

{%- for step in range(1, steps + 1) %},

step_{{ step }} as (

    select
        mine.* exclude (customer_id, loaded_at{{ ", answers_us" if step > 1 }}),
        coalesce(mine.customer_id, above.customer_id) as customer_id,
        {{ "mine.answers_us" if step > 1 else "coalesce(above.is_own, false)" }} as answers_us,
        {{ newest(['mine.loaded_at', 'above.loaded_at']) }} as loaded_at
    from step_{{ step - 1 }} as mine
    left join step_{{ step - 1 }} as above on mine.parent_id = above.name

)
{%- endfor %}

select
    ---------- ids
    name,
    link_id || '-' || customer_id as thread_id,
    customer_id,
    author_fullname,

    ---------- text
    title,
    nullif(coalesce(title || chr(10), '') || coalesce(selftext, '') || coalesce(body, ''), '') as body,
    author,
    subreddit,

    ---------- booleans
    is_own,
    coalesce(deleted, false) as is_deleted,
    -- Who talks to whom under a post is not our affair, unless it is the customer's own post, an answer of ours or to us.
    name like 't3%' or is_own or names_us or answers_us as is_ours,

    ---------- timestamps
    {{ to_timestamp_utc('posted_at') }} as sent_at,
    {{ to_timestamp_utc('edited_at') }} as edited_at,
    loaded_at
from step_{{ steps }}
