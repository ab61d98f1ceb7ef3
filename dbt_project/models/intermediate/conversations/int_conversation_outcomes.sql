-- What of a conversation decides about its customer's others. Those of this build's scope are as it works them out;
-- their neighbours, of which nothing is new, are as the last build published them.
{% set columns = [
    "conversation_id", "survivor_conversation_id", "customer_id", "topic", "opened_at", "excluded_reason",
    "is_customer_opened", "is_bot_conversation", "agent_messages", "answered_calls", "call_answered_at", "is_solved",
    "resolved_at", "reopens", "team_transfers",
] %}
with worked_out as (
    select
        profiles.*,
        resolution.is_solved,
        resolution.resolved_at,
        resolution.reopens,
        coalesce(changes.team_transfers, 0) as team_transfers
    from {{ ref('int_conversation_profiles') }} as profiles
    inner join {{ ref('int_conversation_resolution') }} as resolution
        on profiles.conversation_id = resolution.conversation_id
    left join {{ ref('int_conversation_changes') }} as changes
        on profiles.conversation_id = changes.conversation_id
)

select {{ columns | join(", ") }}
from worked_out
{% if is_delta() %}
union all
select {{ columns | join(", ") }}
from {{ held('fct_conversations') }}
where {{ in_scope('conversation_id', 'int_conversation_neighbourhood') }} and not {{ in_scope('conversation_id') }}
{% endif %}
