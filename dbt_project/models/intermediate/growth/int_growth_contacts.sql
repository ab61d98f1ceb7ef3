-- In which conversations a customer gave a sign of wanting more (var growth_topics), in 180 days and not in a bad mood.
with said as (
    select customer_id, conversation_id, sent_at, topic, topics, own_topic
    from {{ ref('fct_messages') }}
    where
        speaker = 'customer'
        and customer_id is not null
        and excluded_reason is null
        and sentiment <> 'negative'
        and sent_at > {{ as_of() }} - {{ days(180) }}
)

{% for feature, topics in var("growth_topics").items() %}
select
    customer_id,
    '{{ feature }}' as feature,
    conversation_id,
    max(sent_at) as last_said_at,
    max(sent_at) > {{ as_of() }} - {{ days(90) }} as is_recent
from said
where
    topic in ({{ quoted(topics) }})
    or own_topic in ({{ quoted(topics) }})
    or {{ json_list_has_any('topics', topics) }}
group by customer_id, conversation_id
{{ "union all" if not loop.last }}
{% endfor %}
