{#- The conversations among which this build decides who came again about what: all of them when it is full, else
    those of int_conversation_scope and whatever hangs together with them: conversations of one customer (then or now),
    merged ones and the vendor's follow-ups decide about each other. -#}
-- depends_on: {{ ref('int_conversations') }}
{% if not is_delta() %}
select conversation_id
from {{ ref('int_conversations') }}
{% else %}
-- Known to `as_of` or not: either end may have left what is known.
with recursive follow_ups as (
    select following.conversation_id, coalesce(merges.survivor_conversation_id, named_.conversation_id) as followed_id
    from {{ ref('loaded_conversations') }} as following
    inner join {{ ref('loaded_conversations') }} as named_
        on
            following.source_system = named_.source_system
            and following.follow_up_of_remote_id = named_.remote_id
    left join {{ ref('int_conversation_merges') }} as merges
        on named_.conversation_id = merges.conversation_id
),

-- Groups of conversations that decide about each other: the group's name is a customer's or conversation's id.
groups as (
    select conversation_id, customer_id as group_id from {{ ref('int_conversation_links') }} where customer_id is not null
    union all
    select held.conversation_id, held.customer_id
    from {{ held('fct_conversations') }} as held
    left join {{ ref('int_conversation_links') }} as links
        on held.conversation_id = links.conversation_id
    where held.customer_id is distinct from links.customer_id and held.customer_id is not null
    union all
    {{ merge_groups() }}
    union all
    select conversation_id, conversation_id from follow_ups
    union all
    select followed_id, conversation_id from follow_ups
),

neighbourhood as (
    select conversation_id from {{ ref('int_conversation_scope') }}
    union
    select others.conversation_id
    from neighbourhood
    inner join groups as mine
        on neighbourhood.conversation_id = mine.conversation_id
    inner join groups as others
        on mine.group_id = others.group_id
)

select conversation_id
from neighbourhood
{% endif %}
