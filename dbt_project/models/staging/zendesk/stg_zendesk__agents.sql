with source as (

    select * from {{ ref('base_zendesk__users') }} where author_type in ('agent', 'bot')

),

teams as (

    select * from {{ source('raw_zendesk', 'groups') }}

),

renamed as (

    select
        ---------- ids
        'zendesk' as source_system,
        source.user_id as remote_id,
        source.updated_at as remote_updated_at,
        false as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        {{ newest(['source.loaded_at', 'teams._loaded_at']) }} as loaded_at,

        ---------- text
        source.name,
        source.email,
        teams.name as team,
        case when source.is_light_agent then 'light' else source.author_type end as role,
        source.iana_time_zone as time_zone,

        ---------- timestamps
        source.created_at as active_from,
        case when not source.is_active then source.updated_at end as active_to
    from source
    left join teams on source.default_group_id = cast(teams.id as varchar)

)

select * from renamed

union all

-- Agents of Chat that Support does not know.
select
    'zendesk', chat_agent_id, cast(null as timestamp with time zone), false, null, loaded_at,
    name, email, null, 'agent', null, created_at, null
from {{ ref('base_zendesk__chat_agents') }}
where user_id is null
