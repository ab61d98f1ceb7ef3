-- Which issue a conversation is part of. An issue is what one customer wants about one topic, whichever way
-- they come: the next conversation joins while the issue is unsolved or until `fcr_window_days` after it was
-- solved. A run of unknown topic (calls without words, say) joins what the customer had going when it began,
-- else what they opened next while it was going. What the vendor calls a follow-up joins always, and so does
-- whatever came in between.
with runs_of_unknown as (
    select customer_key, run_number, min(opened_at) as started_at, max(waits_until) as waits_until
    from {{ ref('int_conversation_repeats') }}
    where topic is null
    group by customer_key, run_number
),

guesses as (
    select
        runs.customer_key,
        runs.run_number,
        known.topic,
        row_number() over (
            partition by runs.customer_key, runs.run_number
            order by
                case when known.opened_at <= runs.started_at then known.opened_at end desc nulls last,
                known.opened_at,
                known.conversation_id
        ) as place
    from runs_of_unknown as runs
    inner join {{ ref('int_conversation_repeats') }} as known
        on
            runs.customer_key = known.customer_key
            and known.opened_at <= runs.waits_until
            and known.waits_until >= runs.started_at
    where known.topic is not null
),

topics as (
    select
        repeats.*,
        coalesce(repeats.topic, guesses.topic) as issue_topic
    from {{ ref('int_conversation_repeats') }} as repeats
    left join guesses
        on
            repeats.topic is null
            and repeats.customer_key = guesses.customer_key
            and repeats.run_number = guesses.run_number
            and guesses.place = 1
),

continued as (
    select follow_ups.followed_id as conversation_id, max(repeats.opened_at) as continued_at
    from {{ ref('int_conversation_follow_ups') }} as follow_ups
    inner join {{ ref('int_conversation_repeats') }} as repeats
        on follow_ups.conversation_id = repeats.conversation_id
    group by follow_ups.followed_id
),

keyed as (
    select
        topics.conversation_id,
        topics.opened_at,
        coalesce(origins.customer_key, topics.customer_key) as customer_key,
        case when origins.conversation_id is not null then origins.issue_topic else topics.issue_topic end as issue_topic,
        greatest(topics.waits_until, continued.continued_at) as open_until
    from topics
    left join {{ ref('int_conversation_follow_ups') }} as follow_ups
        on topics.conversation_id = follow_ups.conversation_id
    left join topics as origins
        on follow_ups.began_with_id = origins.conversation_id
    left join continued
        on topics.conversation_id = continued.conversation_id
),

sequenced as (
    select
        *,
        max(open_until) over (
            partition by customer_key, issue_topic order by opened_at, conversation_id
            rows between unbounded preceding and 1 preceding
        ) as issue_open_until
    from keyed
),

numbered as (
    select
        *,
        count(case when issue_open_until is null or opened_at > issue_open_until then 1 end) over (
            partition by customer_key, issue_topic order by opened_at, conversation_id
            rows between unbounded preceding and current row
        ) as issue_number
    from sequenced
)

select
    conversation_id,
    issue_topic,
    first_value(conversation_id) over issue as issue_id,
    row_number() over issue as contact_number
from numbered
window issue as (partition by customer_key, issue_topic, issue_number order by opened_at, conversation_id)
