{{ config(materialized='table') }}

-- HubSpot tells of teams only on their members.
with owners as (

    select * from {{ source('raw_hubspot', 'owners') }}

),

teams as (

    {{ json_list_rows('owners', 'teams', ['id', '_loaded_at']) }}

)

select
    id as owner_id,
    {{ json_text('element', 'id') }} as team_id,
    {{ json_text('element', 'name') }} as name,
    row_number() over (
        partition by id
        order by coalesce({{ to_boolean(json_text('element', 'primary')) }}, false) desc nulls last, position
    ) as nth,
    row_number() over (partition by {{ json_text('element', 'id') }} order by id) as nth_member,
    max(_loaded_at) over (partition by {{ json_text('element', 'id') }}) as loaded_at
from teams
