-- Benjamini and Hochberg over all tests of the run: of n, the i-th smallest p counts n / i times, and no less than a
-- larger one does.
with tested as (
    select
        *,
        numerator / denominator as value,
        expected / denominator as expected_value,
        least(1.0, 2 * least(p_at_most, p_at_least)) as p_value
    from {{ ref('int_agent_tests') }}
),

bounded as (
    select
        *,
        {% for end, sign in [("low", "-"), ("high", "+")] %}
        {{ wilson_bound('numerator', 'denominator', sign) }} as interval_{{ end }},
        {{ wilson_bound('(expected_value * peer_weight)', 'peer_weight', sign) }} as expected_{{ end }},
        {% endfor %}
        count(*) over () as tests,
        count(*) over (order by p_value) as tests_up_to
    from tested
),

adjusted as (
    select
        *,
        min(p_value * (cast(tests as double) / tests_up_to)) over (order by p_value desc nulls last) as q_value
    from bounded
)

select
    {{ md5_hash(['agent_id', "coalesce(topic, '')", 'kpi']) }} as kpi_agent_hints_id,
    {{ last_metric_date() }} - {{ var('hint_days') - 1 }} as period_start,
    {{ last_metric_date() }} as period_end,
    agent_id,
    team,
    topic,
    kpi,
    numerator,
    denominator,
    value,
    interval_low,
    interval_high,
    peers,
    peer_agents,
    peer_numerator,
    peer_denominator,
    expected_value,
    value - expected_value as difference,
    -- Newcombe's interval of a difference of two shares, from the Wilson interval of each.
    value - expected_value
    - sqrt((value - interval_low) * (value - interval_low) + (expected_high - expected_value) * (expected_high - expected_value)) as difference_low,
    value - expected_value
    + sqrt((interval_high - value) * (interval_high - value) + (expected_value - expected_low) * (expected_value - expected_low)) as difference_high,
    case
        when value = expected_value then 'same'
        when (value > expected_value) = (kpi = 'csat') then 'better'
        else 'worse'
    end as direction,
    p_value,
    q_value,
    tests,
    q_value <= {{ var('hint_false_discovery_rate') }} as is_hint
from adjusted
order by topic nulls first, kpi, agent_id
