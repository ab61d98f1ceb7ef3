{#- Each agent beside their peers. Both macros read `measured`: agent_id, team, numerator and denominator (decimals,
    so that sums do not depend on their order), one row per agent, group and stratum (lists of columns). -#}

{#- One row per agent and group, with what the peers add up to. Peers are the other agents of the team where at
    least `peer_agents_from` of them were measured, else all others if those are as many, else nobody. -#}
{% macro agents_and_peers(measured, group, squares="cast(null as double)") -%}
    {%- set keys = group | join(', ') -%}
    select
        agent_id,
        team,
        {{ keys }},
        numerator,
        denominator,
        squares,
        peers,
        {% for column in ["agents", "numerator", "denominator"] %}
        case peers when 'team' then team_{{ column }} when 'all' then all_{{ column }} end as peer_{{ column }}{{ "," if not loop.last }}
        {% endfor %}
    from (
        select
            *,
            case
                when team is not null and team_agents >= {{ var('peer_agents_from') }} then 'team'
                when all_agents >= {{ var('peer_agents_from') }} then 'all'
            end as peers
        from (
            select
                agent_id,
                team,
                {{ keys }},
                sum(numerator) as numerator,
                sum(denominator) as denominator,
                {{ squares }} as squares,
                {% for scope, partition in [("team", "team, " ~ keys), ("all", keys)] %}
                count(*) over (partition by {{ partition }}) - 1 as {{ scope }}_agents,
                sum(sum(numerator)) over (partition by {{ partition }}) - sum(numerator) as {{ scope }}_numerator,
                sum(sum(denominator)) over (partition by {{ partition }}) - sum(denominator) as {{ scope }}_denominator{{ "," if not loop.last }}
                {% endfor %}
            from {{ measured }}
            group by agent_id, team, {{ keys }}
        ) as sums
    ) as scoped
{%- endmacro %}

{#- One row per agent, group and stratum in which both they and their peers were measured: x of n, peer_x of peer_n.
    A stratum without peers is compared with nothing. (Totals are joined: window sums were far slower.) -#}
{% macro strata_and_peers(measured, agents, group, strata) -%}
    {%- set cell = group + strata -%}
    select *
    from (
        select
            cells.agent_id,
            {% for key in group %}
            cells.{{ key }},
            {% endfor %}
            cast(cells.numerator as double) as x,
            cast(cells.denominator as double) as n,
            cast(totals.numerator - cells.numerator as double) as peer_x,
            cast(totals.denominator - cells.denominator as double) as peer_n
        from {{ measured }} as cells
        inner join {{ agents }} as agents
            on
                cells.agent_id = agents.agent_id
                {% for key in group %}
                and cells.{{ key }} is not distinct from agents.{{ key }}
                {% endfor %}
        inner join (
            {% for scope, team in [("team", "team"), ("all", "cast(null as varchar)")] %}
            select
                '{{ scope }}' as peers,
                {{ team }} as team,
                {{ cell | join(', ') }},
                sum(numerator) as numerator,
                sum(denominator) as denominator
            from {{ measured }}
            where denominator is not null
            group by all
            {{ "union all" if not loop.last }}
            {% endfor %}
        ) as totals
            on
                agents.peers = totals.peers
                and case agents.peers when 'team' then agents.team end is not distinct from totals.team
                {% for key in cell %}
                and cells.{{ key }} is not distinct from totals.{{ key }}
                {% endfor %}
    ) as compared
    where peer_n > 0
{%- endmacro %}
