{#- The conversations that this build works out anew: all of them when it is full, else those of int_conversation_news
    and whatever is or was merged with them. Nothing else can change what a conversation says of itself; what its
    customer's other conversations decide about it: int_conversation_neighbourhood. -#}
-- depends_on: {{ ref('int_conversations') }}
{% if not is_delta() %}
select conversation_id
from {{ ref('int_conversations') }}
{% else %}
with recursive groups as (
    {{ merge_groups() }}
),

scope as (
    select conversation_id from {{ ref('int_conversation_news') }}
    union
    select others.conversation_id
    from scope
    inner join groups as mine
        on scope.conversation_id = mine.conversation_id
    inner join groups as others
        on mine.group_id = others.group_id
)

select conversation_id
from scope
{% endif %}
