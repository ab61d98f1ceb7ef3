with admins as (

    select * from {{ source('raw_intercom', 'admins') }}

),

teams as (

    select * from {{ source('raw_intercom', 'teams') }}

),

team_rows as (

    {{ json_list_rows('admins', 'team_ids', ['id']) }}

),

first_teams as (

    select team_rows.id, teams.name as team, teams._loaded_at as loaded_at
    from team_rows
    inner join teams on team_rows.element = teams.id
    where team_rows.position = 1

),

-- Everybody who spoke or acted for the company: bots, and admins who have left since.
seen as (

    select author_id, author_type, author_name, author_email, created_at, loaded_at
    from {{ ref('base_intercom__parts') }}
    where author_type = 'bot' or author_kind = 'admin'
    union all
    select author_id, author_type, author_name, author_email, created_at, loaded_at
    from {{ ref('base_intercom__sources') }}
    where author_kind in ('bot', 'admin')

),

speakers as (

    select
        author_id,
        max(author_name) as name,
        max(author_email) as email,
        -- An automation may speak in an admin's name: who ever speaks as a person is one.
        min(author_type) as author_type,
        min(created_at) as first_seen_at,
        max(created_at) as last_seen_at,
        max(loaded_at) as loaded_at
    from seen
    where author_id is not null
    group by author_id

),

everybody as (

    select
        coalesce(admins.id, speakers.author_id) as id,
        coalesce(admins.name, speakers.name) as name,
        lower(coalesce(nullif(admins.email, ''), nullif(speakers.email, ''))) as email,
        speakers.author_type,
        speakers.first_seen_at,
        case when admins.id is null then speakers.last_seen_at end as left_at,
        {{ newest(['admins._loaded_at', 'speakers.loaded_at']) }} as loaded_at
    from admins
    full outer join speakers on admins.id = speakers.author_id

)

select
    ---------- ids
    'intercom' as source_system,
    everybody.id as remote_id,
    cast(null as timestamp with time zone) as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['everybody.loaded_at', 'first_teams.loaded_at']) }} as loaded_at,

    ---------- text
    everybody.name,
    everybody.email,
    first_teams.team,
    case
        when everybody.author_type = 'bot' or everybody.email like 'operator+%@intercom.io' then 'bot'
        else 'agent'
    end as role,
    cast(null as varchar) as time_zone,

    ---------- timestamps
    everybody.first_seen_at as active_from,
    everybody.left_at as active_to
from everybody
left join first_teams on everybody.id = first_teams.id
