-- Rows of the timeline beside those of conversations that this build works out anew. Full build: nothing is asked.
-- depends_on: {{ ref('fct_survey_responses') }}
-- depends_on: {{ ref('int_contact_customers') }}
{% set deals = {
    "orders": {"order": "ordered_at"},
    "subscriptions": {
        "subscription_started": "started_at", "cancel_requested": "cancel_requested_at", "subscription_ended": "ended_at",
    },
    "article_events": {"article": "occurred_at"},
} %}
with
{%- for entity, happened in deals.items() %}
{{ entity }} as (
    select source_system, remote_id
    from {{ ref("loaded_" ~ entity) }} as deals
    where
        {% if not is_delta() %}false{% else %}
        {{ is_news(happened.values()) }}
        -- Its customer was another one.
        or exists (
            select 1
            from {{ changed_rows("int_contact_customers") }} as links
            where deals.source_system = links.source_system and deals.contact_remote_id = links.remote_id
        )
        {% if entity == "article_events" %}
        or article_remote_id in (select remote_id from {{ ref("loaded_articles") }} where {{ is_news(["created_at"]) }})
        {% endif %}
        {% endif %}
),
{% endfor %}
answers as (
    select distinct source_system, remote_id, response_id
    from {{ changed_rows("fct_survey_responses") if is_delta() else ref("fct_survey_responses") }}
    {% if not is_delta() %}where false{% endif %}
)

{% for entity, happened in deals.items() %}
{% for kind in happened %}
select '{{ kind }}:' || {{ md5_hash(['source_system', 'remote_id']) }} as timeline_id, '{{ entity }}' as entity, source_system, remote_id
from {{ entity }}
union all
{% endfor %}
{% endfor %}
select 'survey:' || response_id, 'survey_responses', source_system, remote_id
from answers
