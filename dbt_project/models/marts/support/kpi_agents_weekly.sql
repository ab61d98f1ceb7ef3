{% set group = ["period_start", "kpi", "kind"] %}
with measured as (
    select
        agent_id,
        team,
        {{ period_start('week', 'metric_date') }} as period_start,
        kpi,
        kind,
        topic,
        channel,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        {{ exact_sum('cast(numerator as double) * cast(numerator as double)', "kpi = 'sentiment_shift'") }} as squares
    from {{ ref('int_agent_evidence') }}
    group by all
),

agents as (
    {{ agents_and_peers('measured', group, squares=exact_sum('squares')) }}
),

compared as (
    {{ strata_and_peers('measured', 'agents', group, ['topic', 'channel']) }}
),

-- With the agent's own mix of topics and channels, and the peers' value in each.
expected as (
    select
        agent_id,
        {{ group | join(', ') }},
        {{ exact_sum('x') }} / {{ exact_sum('n') }} as compared_value,
        {{ exact_sum('n * peer_x / peer_n') }} / {{ exact_sum('n') }} as expected_value,
        {{ exact_sum('n') }} as compared_denominator,
        {{ exact_sum('peer_n') }} as compared_peer_denominator
    from compared
    group by agent_id, {{ group | join(', ') }}
),

valued as (
    select
        agents.agent_id,
        agents.team,
        agents.period_start,
        agents.kpi,
        agents.kind,
        cast(agents.numerator as double) as numerator,
        cast(agents.denominator as double) as denominator,
        agents.squares,
        agents.peers,
        agents.peer_agents,
        cast(agents.peer_numerator as double) as peer_numerator,
        cast(agents.peer_denominator as double) as peer_denominator,
        expected.expected_value,
        expected.compared_value - expected.expected_value as difference,
        expected.compared_denominator / cast(agents.denominator as double) as compared_share,
        coalesce(
            least(expected.compared_denominator, expected.compared_peer_denominator) >= {{ var('reliable_from') }}, false
        ) as is_comparable
    from agents
    left join expected
        on
            agents.agent_id = expected.agent_id
            and agents.period_start = expected.period_start
            and agents.kpi = expected.kpi
)

select
    {{ md5_hash(['agent_id', 'cast(period_start as varchar)', 'kpi']) }} as kpi_agents_weekly_id,
    period_start,
    {{ period_end('week', 'period_start') }} as period_end,
    {{ period_end('week', 'period_start') }} <= {{ last_metric_date() }} as is_complete,
    agent_id,
    team,
    kpi,
    kind,
    numerator,
    denominator,
    {{ kpi_value() }} as value,
    {% for end, sign in [("low", "-"), ("high", "+")] %}
    case
        when kind = 'share' then {{ wilson_bound('numerator', 'denominator', sign) }}
        -- Normal, so not for few; and not for minutes, whose long tail it does not fit.
        when kpi = 'sentiment_shift' and denominator >= {{ var('reliable_from') }}
            then numerator / denominator {{ sign }} {{ normal_half_width('numerator', 'squares', 'denominator') }}
    end as interval_{{ end }},
    {% endfor %}
    coalesce(denominator >= {{ var('reliable_from') }}, kind = 'count') as is_reliable,
    peers,
    peer_agents,
    peer_numerator,
    peer_denominator,
    -- A count is set beside the peers' mean.
    peer_numerator / nullif(coalesce(peer_denominator, peer_agents), 0) as peer_value,
    expected_value,
    difference,
    compared_share,
    is_comparable
from valued
order by period_start, agent_id, kpi
