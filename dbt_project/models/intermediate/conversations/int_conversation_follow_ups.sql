-- Where the vendor itself says that a conversation continues another one: what it continues directly, and
-- where that line began. A conversation that leaves the counts continues nothing and is not continued.
{% set longest_chain = 8 %}
with counted as (
    select conversation_id, opened_at
    from {{ ref('int_conversation_outcomes') }}
    where excluded_reason is null
),

edges as (
    select counted.conversation_id, followed.conversation_id as followed_id
    from {{ ref('int_conversations') }} as conversations
    inner join counted
        on conversations.conversation_id = counted.conversation_id
    inner join {{ ref('int_conversations') }} as named
        on
            conversations.source_system = named.source_system
            and conversations.follow_up_of_remote_id = named.remote_id
    inner join {{ ref('int_conversation_merges') }} as merges
        on named.conversation_id = merges.conversation_id
    inner join counted as followed
        on merges.survivor_conversation_id = followed.conversation_id
    -- Time runs forward, so no line comes back to where it began.
    where conversations.follow_up_of_remote_id is not null and followed.opened_at < counted.opened_at
)

select
    step_1.conversation_id,
    step_1.followed_id,
    coalesce({% for step in range(longest_chain, 0, -1) %}step_{{ step }}.followed_id{{ ", " if not loop.last }}{% endfor %}) as began_with_id
from edges as step_1
{% for step in range(2, longest_chain + 1) %}
left join edges as step_{{ step }} on step_{{ step - 1 }}.followed_id = step_{{ step }}.conversation_id
{% endfor %}
