with agents as (
    select
        links.agent_id,
        links.source_system,
        links.remote_id,
        agents.name,
        lower(trim(agents.email)) as email,
        agents.team,
        links.role,
        agents.time_zone,
        agents.active_from,
        agents.active_to,
        row_number() over (
            partition by links.agent_id
            order by agents.remote_updated_at desc nulls last, links.source_system, links.remote_id
        ) as recency
    from {{ ref('int_agent_identities') }} as links
    left join {{ ref('int_agents') }} as agents
        on
            links.source_system = agents.source_system
            and links.remote_id = agents.remote_id
),

merged as (
    select
        agent_id,
        {% for field in ["name", "email", "team", "role", "time_zone"] %}
        min_by({{ field }}, recency) filter (where {{ field }} is not null) as {{ field }},
        {% endfor %}
        min(active_from) as active_from,
        -- Active as long as one of their records is.
        case when count(*) = count(active_to) then max(active_to) end as active_to
    from agents
    group by agent_id
)

select
    *,
    coalesce(active_to > {{ as_of() }}, true) and coalesce(active_from <= {{ as_of() }}, true) as is_active
from merged
order by agent_id
