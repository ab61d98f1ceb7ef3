{{ config(materialized='table') }}

-- A stage's id is its own in all pipelines. What it means for a ticket is its state, then its label.
with pipelines as (

    select * from {{ source('raw_hubspot', 'pipelines') }}

),

stages as (

    {{ json_list_rows('pipelines', 'stages', ['id', '_loaded_at']) }}

),

named as (

    select
        {{ json_text('element', 'id') }} as stage_id,
        upper({{ json_text('element', 'metadata.ticketState') }}) as ticket_state,
        {{ to_boolean(json_text('element', 'metadata.isClosed')) }} as is_closed,
        {{ json_text('element', 'label') }} as label,
        id as pipeline_id,
        _loaded_at
    from stages

),

ranked as (

    select
        *,
        max(_loaded_at) over (partition by stage_id) as loaded_at,
        row_number() over (partition by stage_id order by pipeline_id) as nth
    from named

)

select
    stage_id,
    label,
    case
        when ticket_state = 'CLOSED' or is_closed then 'closed'
        when {{ clean_word('label') }} = 'new' then 'new'
        when {{ clean_word('label') }} like 'waiting on %' and {{ clean_word('label') }} not like '% us' then 'pending'
        when {{ clean_status('label') }} in ('pending', 'hold') then {{ clean_status('label') }}
        else 'open'
    end as status,
    loaded_at
from ranked
where nth = 1 and stage_id is not null
