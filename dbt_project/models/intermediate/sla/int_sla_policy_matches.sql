-- Which policies a kind of conversation falls under, per metric, the most particular first: more filters, then
-- a filter on topic before priority, segment and channel, then the newer policy. A system's own policies come
-- before another's. Below one that always holds nothing is needed: most kinds are left with one.
with kinds as (
    select distinct
        source_system,
        channel,
        lower(priority) as priority,
        segment,
        topic
    from {{ ref('int_conversation_profiles') }}
),

policies as (
    select
        *,
        case when topic is not null then 1 else 0 end
        + case when priority is not null then 1 else 0 end
        + case when segment is not null then 1 else 0 end
        + case when channel is not null then 1 else 0 end as filters
    from {{ ref('int_sla_policies') }}
    where
        metric in ('first_response', 'next_response', 'periodic_update', 'requester_wait', 'agent_work', 'resolution')
        and clock in ('calendar', 'business')
        and target_minutes > 0
        and not remote_was_deleted
),

matches as (
    select
        kinds.*,
        policies.policy_id,
        policies.metric,
        policies.clock,
        policies.target_minutes,
        policies.valid_from,
        policies.valid_to,
        row_number() over (
            partition by kinds.source_system, kinds.channel, kinds.priority, kinds.segment, kinds.topic, policies.metric
            order by
                case when policies.source_system = kinds.source_system then 0 else 1 end,
                policies.filters desc nulls last,
                case
                    when policies.topic is not null then 1
                    when policies.priority is not null then 2
                    when policies.segment is not null then 3
                    else 4
                end,
                policies.valid_from desc nulls last,
                policies.policy_id,
                policies.remote_id
        ) as preference
    from kinds
    inner join policies
        on
            (policies.channel is null or policies.channel = kinds.channel)
            and (policies.priority is null or policies.priority = kinds.priority)
            and (policies.segment is null or policies.segment = kinds.segment)
            and (policies.topic is null or policies.topic = kinds.topic)
),

last_needed as (
    select
        source_system,
        channel,
        priority,
        segment,
        topic,
        metric,
        min(case when valid_from is null and valid_to is null then preference end) as preference
    from matches
    group by source_system, channel, priority, segment, topic, metric
)

select matches.*
from matches
inner join last_needed
    on
        matches.source_system = last_needed.source_system
        and matches.channel = last_needed.channel
        and matches.priority is not distinct from last_needed.priority
        and matches.segment is not distinct from last_needed.segment
        and matches.topic is not distinct from last_needed.topic
        and matches.metric = last_needed.metric
        and matches.preference <= coalesce(last_needed.preference, matches.preference)
