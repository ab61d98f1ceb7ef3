-- A customer's conversations and messages of the last 120 days, added up for the risk score.
{% set recent = "> " ~ as_of() ~ " - " ~ days(30) %}
with conversations as (
    select * from {{ ref('fct_conversations') }}
    where customer_id is not null and excluded_reason is null
),

counted as (
    select
        customer_id,
        min(opened_at) as first_contact_at,
        max(opened_at) as last_opened_at,
        count(*) as conversations,
        count(*) filter (where is_customer_opened and opened_at {{ recent }}) as contacts_30d,
        count(*) filter (
            where is_customer_opened and opened_at > {{ as_of() }} - {{ days(60) }}
            and opened_at <= {{ as_of() }} - {{ days(30) }}
        ) as contacts_prev_30d,
        count(*) filter (where is_customer_opened and opened_at > {{ as_of() }} - {{ days(90) }}) as contacts_90d,
        count(*) filter (where not is_solved) as unresolved_conversations,
        {{ minutes_between('min(opened_at) filter (where not is_solved)', as_of()) }} / 60.0 as oldest_unresolved_hours,
        sum(reopens) filter (where opened_at > {{ as_of() }} - {{ days(90) }}) as reopens_90d,
        count(*) filter (
            where first_response_minutes >= first_response_target_minutes
            and opened_at > {{ as_of() }} - {{ days(90) }}
        ) as slow_first_responses_90d
    from conversations
    group by customer_id
),

messages as (
    select *
    from {{ ref('fct_messages') }}
    where
        speaker = 'customer'
        and tagger_version is not null
        and customer_id is not null
        and excluded_reason is null
        and sent_at > {{ as_of() }} - {{ days(120) }}
),

moods as (
    select
        customer_id,
        {{ exact_avg('sentiment_score', 'sent_at ' ~ recent) }} as sentiment_mean_30d,
        {{ exact_avg('sentiment_score', 'not sent_at ' ~ recent) }} as sentiment_mean_prev_90d,
        count(*) filter (where sentiment = 'negative' and sent_at {{ recent }}) as negative_messages_30d,
        {% for tag in ["churn_intent", "escalation_request", "complaint", "refund_request"] %}
        max({{ tag }}) filter (where sent_at {{ recent }}) as {{ tag }}_max_30d{{ "," if not loop.last }}
        {% endfor %}
    from messages
    group by customer_id
)

select counted.*, moods.* exclude (customer_id)
from counted
left join moods
    on counted.customer_id = moods.customer_id
