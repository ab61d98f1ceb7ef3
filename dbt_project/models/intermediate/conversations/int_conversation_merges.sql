-- Which conversation a conversation lives on in (itself, unless merged), and why it leaves every count.
{% set longest_chain = 8 %}
with merge_events as (
    select source_system, conversation_remote_id, max(new_value) as merged_into_remote_id
    from {{ ref('int_conversation_events') }}
    where event_type = 'merged'
    group by source_system, conversation_remote_id
),

conversations as (
    select
        conversations.conversation_id,
        conversations.source_system,
        conversations.remote_id,
        -- A merge that the row only got after `as_of` is not known yet, unless an event dates it.
        coalesce(
            merge_events.merged_into_remote_id,
            case
                when conversations.remote_updated_at <= {{ as_of() }} or conversations.remote_updated_at is null
                    then conversations.merged_into_remote_id
            end
        ) as merged_into_remote_id,
        conversations.deleted_at is not null
        or conversations.remote_was_deleted
        or coalesce(conversations.status = 'deleted', false) as is_deleted,
        conversations.is_spam
    from {{ ref('int_conversations') }} as conversations
    left join merge_events
        on
            conversations.source_system = merge_events.source_system
            and conversations.remote_id = merge_events.conversation_remote_id
),

-- Only merges into a conversation that is there; a merge into itself is none.
edges as (
    select merged.conversation_id, survivors.conversation_id as next_id
    from conversations as merged
    inner join conversations as survivors
        on
            merged.source_system = survivors.source_system
            and merged.merged_into_remote_id = survivors.remote_id
    where merged.conversation_id <> survivors.conversation_id
),

chains as (
    select
        step_1.conversation_id,
        coalesce({% for step in range(longest_chain, 0, -1) %}step_{{ step }}.next_id{{ ", " if not loop.last }}{% endfor %}) as survivor_id
    from edges as step_1
    {% for step in range(2, longest_chain + 1) %}
    left join edges as step_{{ step }} on step_{{ step - 1 }}.next_id = step_{{ step }}.conversation_id
    {% endfor %}
)

select
    conversations.conversation_id,
    coalesce(chains.survivor_id, conversations.conversation_id) as survivor_conversation_id,
    case
        when conversations.merged_into_remote_id is not null then 'merged'
        when conversations.is_deleted then 'deleted'
        when conversations.is_spam then 'spam'
    end as excluded_reason
from conversations
left join chains
    on conversations.conversation_id = chains.conversation_id
