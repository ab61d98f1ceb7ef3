-- Who came again about what: conversations of one customer about one topic, in order. The next one is a
-- repeat contact when the customer opened it while an earlier one was unsolved or at most `fcr_window_days`
-- after it was solved; or when the vendor calls it a follow-up of one that recent. Two unknown topics count
-- as the same. Repeat contacts make a run.
{% set window = var('fcr_window_days') ~ " * interval 24 hour" %}
with counted as (
    select
        conversation_id,
        opened_at,
        is_customer_opened,
        topic,
        coalesce(customer_id, conversation_id) as customer_key,
        -- Solved at an unknown time: taken as solved when it was opened.
        case
            when is_solved then coalesce(resolved_at, opened_at) + {{ window }}
            else {{ as_of() }}
        end as waits_until
    from {{ ref('int_conversation_outcomes') }}
    where excluded_reason is null
),

sequenced as (
    select
        *,
        max(waits_until) over earlier as waited_until,
        min(case when is_customer_opened then opened_at end) over later as next_contact_at
    from counted
    window
        earlier as (
            partition by customer_key, topic order by opened_at, conversation_id
            rows between unbounded preceding and 1 preceding
        ),
        later as (
            partition by customer_key, topic order by opened_at, conversation_id
            rows between 1 following and unbounded following
        )
),

followed as (
    select follow_ups.followed_id as conversation_id, min(counted.opened_at) as next_contact_at
    from {{ ref('int_conversation_follow_ups') }} as follow_ups
    inner join counted
        on follow_ups.conversation_id = counted.conversation_id
    where counted.is_customer_opened
    group by follow_ups.followed_id
)

select
    sequenced.conversation_id,
    sequenced.customer_key,
    sequenced.topic,
    sequenced.opened_at,
    sequenced.waits_until,
    least(sequenced.next_contact_at, followed.next_contact_at) as next_contact_at,
    sequenced.is_customer_opened
    and (
        coalesce(sequenced.opened_at <= sequenced.waited_until, false)
        or coalesce(sequenced.opened_at <= origins.waits_until, false)
    ) as is_repeat_contact,
    count(case when sequenced.waited_until is null or sequenced.opened_at > sequenced.waited_until then 1 end) over (
        partition by sequenced.customer_key, sequenced.topic order by sequenced.opened_at, sequenced.conversation_id
        rows between unbounded preceding and current row
    ) as run_number
from sequenced
left join followed
    on sequenced.conversation_id = followed.conversation_id
left join {{ ref('int_conversation_follow_ups') }} as follow_ups
    on sequenced.conversation_id = follow_ups.conversation_id
left join counted as origins
    on follow_ups.followed_id = origins.conversation_id
