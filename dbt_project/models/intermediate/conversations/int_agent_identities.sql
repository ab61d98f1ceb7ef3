-- An agent is one person over all systems by e-mail; those that only records name keep their own id.
with mentioned as (
    select source_system, remote_id from {{ ref('int_agents') }}
    union
    select source_system, assignee_agent_remote_id from {{ ref('int_conversations') }}
    union
    select source_system, author_remote_id from {{ ref('int_messages') }} where author_type = 'agent'
    union
    select source_system, agent_remote_id from {{ ref('int_survey_responses') }}
)

select
    mentioned.source_system,
    mentioned.remote_id,
    case
        when agents.email is not null then md5(lower(trim(agents.email)))
        else {{ md5_hash(['mentioned.source_system', 'mentioned.remote_id']) }}
    end as agent_id,
    coalesce(agents.role, 'agent') as role
from mentioned
left join {{ ref('int_agents') }} as agents
    on
        mentioned.source_system = agents.source_system
        and mentioned.remote_id = agents.remote_id
where mentioned.remote_id is not null
