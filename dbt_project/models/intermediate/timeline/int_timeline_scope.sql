-- Conversations of which this build works the timeline out anew: those with rows that this build changed, and with
-- news of what no fact holds, about them now or before, known to `as_of` or not. Conversations that survived. Full
-- build: nothing is asked.
-- depends_on: {{ ref('fct_messages') }}
-- depends_on: {{ ref('fct_status_spans') }}
with conversations as (
    select conversation_id, survivor_conversation_id, source_system, remote_id
    from {{ ref("fct_conversations") }}
),

named as (
    select source_system, conversation_remote_id from {{ ref("loaded_calls") }}
    where {{ is_news(["ring_at", "answered_at", "ended_at"]) if is_delta() else "false" }}
    union
    select source_system, conversation_remote_id from {{ ref("loaded_conversation_events") }}
    where {{ is_news(["occurred_at"]) if is_delta() else "false" }}
    union
    select source_system, conversation_remote_id from {{ source("ops", "left_conversations") }}
    where {{ "loaded_at > " ~ since_loaded_at() if is_delta() else "false" }}
),

-- As it was and as it is: a merge changes the timeline of two conversations.
touched as (
    {% if is_delta() %}
    select survivor_conversation_id as conversation_id from {{ changed_rows("fct_conversations") }}
    {% for fact in ["fct_conversations", "fct_messages", "fct_status_spans"] %}
    union
    select conversation_id from {{ changed_rows(fact) }}
    {% endfor %}
    {% else %}
    select conversation_id from conversations where false
    {% endif %}
),

survived as (
    select conversation_id from touched
    union
    select conversations.survivor_conversation_id
    from conversations
    inner join touched on conversations.conversation_id = touched.conversation_id
    union
    select conversations.survivor_conversation_id
    from conversations
    inner join named
        on
            conversations.source_system = named.source_system
            and conversations.remote_id = named.conversation_remote_id
)

select conversation_id
from survived
