{#- What may have changed since the last build. Full build: nothing is asked. -#}
{% if not is_delta() %}
select conversation_id
from {{ ref('int_conversations') }}
where false
{% else %}
{% set columns = ["survivor_conversation_id", "excluded_reason", "customer_id", "account_id", "segment"] %}
-- What was loaded names its conversation even where `as_of` does not know it: its instant may have been put off.
with named as (
    select source_system, conversation_remote_id from {{ ref('loaded_messages') }}
    where {{ is_news(["sent_at"]) }}
    union
    select source_system, conversation_remote_id from {{ ref('loaded_conversation_events') }}
    where {{ is_news(["occurred_at"]) }}
    union
    select source_system, conversation_remote_id from {{ ref('loaded_calls') }}
    where {{ is_news(["ring_at", "answered_at", "ended_at"]) }}
    union
    select conversation_source_system, conversation_remote_id from {{ ref('loaded_survey_responses') }}
    where {{ is_news(["sent_at", "responded_at"]) }}
    union
    select source_system, remote_id from {{ ref('int_conversations') }}
    where {{ is_news(["opened_at", "remote_updated_at", "deleted_at"]) }}
    union
    -- What it was about before.
    select source_system, conversation_remote_id from {{ source('ops', 'left_conversations') }}
    where loaded_at > {{ since_loaded_at() }}
),

touched as (
    select conversations.conversation_id
    from {{ ref('int_conversations') }} as conversations
    inner join named
        on
            conversations.source_system = named.source_system
            and conversations.remote_id = named.conversation_remote_id

    union

    -- Merged, deleted, linked to another person, gone; or a question whose time has come.
    select coalesce(links.conversation_id, held.conversation_id)
    from {{ ref('int_conversation_links') }} as links
    full outer join {{ held('fct_conversations') }} as held
        on links.conversation_id = held.conversation_id
    where
        links.conversation_id is null
        or held.conversation_id is null
        {% for column in columns %}
        or links.{{ column }} is distinct from held.{{ column }}
        {% endfor %}
        or (
            held.excluded_reason is null
            and (
                (held.is_fcr is null and held.resolved_at + {{ days(var('fcr_window_days')) }} <= {{ as_of() }})
                or (held.is_bot_conversation and held.is_contained is null)
            )
        )

    union

    -- A mail thread is solved when nobody has written for some days: no row says so.
    select conversations.conversation_id
    from {{ ref('int_conversations') }} as conversations
    inner join {{ held('fct_conversations') }} as held
        on conversations.conversation_id = held.conversation_id
    where conversations.status <> held.status

    union

    select conversation_id from {{ ref('int_sla_news') }}

    union

    -- Answers of people who turned out to be somebody else, or of another segment.
    select held.conversation_id
    from {{ ref('int_survey_responses') }} as surveys
    inner join {{ ref('int_contact_customers') }} as links
        on
            surveys.source_system = links.source_system
            and surveys.contact_remote_id = links.remote_id
    left join {{ ref('int_customers') }} as customers
        on links.customer_id = customers.customer_id
    inner join {{ held('fct_survey_responses') }} as held
        on
            surveys.source_system = held.source_system
            and surveys.remote_id = held.remote_id
    where
        held.conversation_id is not null
        and (links.customer_id <> held.customer_id or customers.segment is distinct from held.segment)

    union

    select conversation_id from {{ ref('int_tag_news') }}
)

select conversation_id
from touched
{% endif %}
