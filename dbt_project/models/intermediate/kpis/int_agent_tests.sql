-- Is what an agent's conversations about a topic came to more than chance? Given how many of all of a channel came to
-- it, how many of them are the agent's is hypergeometric (Fisher's exact test); over the channels those add up
-- (Cochran, Mantel, Haenszel), and the sum is read as the binomial of the same mean, variance and skewness.
with measured as (
    select
        agent_id,
        team,
        topic,
        kpi,
        channel,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from {{ ref('int_agent_evidence') }}
    where
        kpi in ('reopen_rate', 'csat')
        and metric_date between {{ last_metric_date() }} - {{ var('hint_days') - 1 }} and {{ last_metric_date() }}
    group by agent_id, team, topic, kpi, channel
),

agents as (
    {{ agents_and_peers('measured', ['topic', 'kpi']) }}
),

compared as (
    {{ strata_and_peers('measured', 'agents', ['topic', 'kpi'], ['channel']) }}
),

moments as (
    select
        *,
        n * (x + peer_x) / (n + peer_n) as mean,
        n * peer_n * (x + peer_x) * (n + peer_n - x - peer_x)
        / ((n + peer_n) * (n + peer_n) * (n + peer_n - 1)) as variance,
        coalesce(
            (peer_n - n) * (n + peer_n - 2 * (x + peer_x)) / nullif((n + peer_n) * (n + peer_n - 2), 0), 0
        ) as skew_by_variance
    from compared
),

added_up as (
    select
        agent_id,
        topic,
        kpi,
        {{ exact_sum('x') }} as numerator,
        {{ exact_sum('n') }} as denominator,
        {{ exact_sum('peer_x') }} as peer_numerator,
        {{ exact_sum('peer_n') }} as peer_denominator,
        {{ exact_sum('n * peer_x / peer_n') }} as expected,
        -- As many peers as would make the expected value as uncertain, were they spread over channels like the agent's.
        {{ exact_sum('n') }} * {{ exact_sum('n') }} / {{ exact_sum('n * n / peer_n') }} as peer_weight,
        {{ exact_sum('mean') }} as mean,
        {{ exact_sum('variance') }} as variance,
        {{ exact_sum('variance * skew_by_variance') }} / nullif({{ exact_sum('variance') }}, 0) as skew
    from moments
    group by agent_id, topic, kpi
),

matched as (
    select
        *,
        (1 - skew) / 2 as chance,
        4 * variance / (1 - skew * skew) as trials
    from added_up
    where
        least(denominator, peer_denominator) >= {{ var('reliable_from') }}
        and variance > 0
),

deviates as (
    select
        *,
        {{ binomial_deviate('numerator - mean + trials * chance', 'trials', 'chance') }} as z_at_most,
        {{ binomial_deviate('numerator - 1 - mean + trials * chance', 'trials', 'chance') }} as z_below
    from matched
)

select
    deviates.agent_id,
    agents.team,
    deviates.topic,
    deviates.kpi,
    deviates.numerator,
    deviates.denominator,
    agents.peers,
    agents.peer_agents,
    deviates.peer_numerator,
    deviates.peer_denominator,
    deviates.expected,
    deviates.peer_weight,
    {{ normal_tail('-z_at_most') }} as p_at_most,
    {{ normal_tail('z_below') }} as p_at_least
from deviates
inner join agents
    on
        deviates.agent_id = agents.agent_id
        and deviates.topic is not distinct from agents.topic
        and deviates.kpi = agents.kpi
