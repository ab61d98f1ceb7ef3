-- Every complete day of every topic from the first day on which any topic was known: before a topic was first
-- seen nobody had written about it, which is a baseline too.
with opened as (
    select
        topic,
        {{ metric_date('opened_at') }} as metric_date,
        count(*) as conversations,
        count(distinct customer_id) as customers
    from {{ ref('int_conversation_topics') }}
    where {{ metric_date('opened_at') }} <= {{ last_complete_date() }}
    group by topic, {{ metric_date('opened_at') }}
),

topics as (
    select topic, min(metric_date) as first_date
    from opened
    group by topic
),

dates as (
    {{ date_spine("(select min(first_date) from topics)", last_complete_date()) }}
)

select
    topics.topic,
    dates.calendar_date as metric_date,
    coalesce(opened.conversations, 0) as conversations,
    coalesce(opened.customers, 0) as customers,
    dates.calendar_date >= topics.first_date as is_known
from topics
cross join dates
left join opened
    on topics.topic = opened.topic and dates.calendar_date = opened.metric_date
