-- Every merge followed to its end. Merges that cannot be are in `merge_fault`; of a circle the conversation
-- that was opened first lives on.
{% set longest_chain = 8 %}
with merge_events as (
    select source_system, conversation_remote_id, max(new_value) as merged_into_remote_id
    from {{ ref('int_conversation_events') }}
    where event_type = 'merged'
    group by source_system, conversation_remote_id
),

merged as (
    select *
    from (
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
            ) as merged_into_remote_id
        from {{ ref('int_conversations') }} as conversations
        left join merge_events
            on
                conversations.source_system = merge_events.source_system
                and conversations.remote_id = merge_events.conversation_remote_id
    ) as told
    where merged_into_remote_id is not null
),

-- Only merges into a conversation that is there; a merge into itself is none.
step_1 as (
    select merged.conversation_id, survivors.conversation_id as next_id
    from merged
    inner join {{ ref('int_conversations') }} as survivors
        on
            merged.source_system = survivors.source_system
            and merged.merged_into_remote_id = survivors.remote_id
    where merged.remote_id <> merged.merged_into_remote_id
),

{% for step in range(2, longest_chain + 1) %}
step_{{ step }} as (
    select earlier.conversation_id, step_1.next_id
    from step_{{ step - 1 }} as earlier
    inner join step_1 on earlier.next_id = step_1.conversation_id
),
{% endfor %}

walks as (
    {% for step in range(1, longest_chain + 1) %}
    select conversation_id, next_id, {{ step }} as step from step_{{ step }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

ends as (
    select conversation_id, max_by(next_id, step) as end_id, bool_or(next_id = conversation_id) as is_in_circle
    from walks
    group by conversation_id
),

circles as (
    select ends.conversation_id, {{ earliest('walks.next_id', 'members.opened_at', 'walks.next_id') }} as survivor_id
    from ends
    inner join walks
        on ends.conversation_id = walks.conversation_id
    inner join {{ ref('int_conversations') }} as members
        on walks.next_id = members.conversation_id
    where ends.is_in_circle
    group by ends.conversation_id
)

select
    merged.conversation_id,
    merged.merged_into_remote_id,
    coalesce(circles.survivor_id, ends.end_id, merged.conversation_id) as survivor_id,
    case
        when merged.remote_id = merged.merged_into_remote_id then 'merged_into_itself'
        when ends.conversation_id is null then 'merged_into_unknown'
        when ends.is_in_circle then 'merged_in_circle'
        when circles.conversation_id is null and further.conversation_id is not null then 'merge_chain_too_long'
    end as merge_fault
from merged
left join ends
    on merged.conversation_id = ends.conversation_id
left join circles
    on ends.end_id = circles.conversation_id
left join step_1 as further
    on ends.end_id = further.conversation_id
