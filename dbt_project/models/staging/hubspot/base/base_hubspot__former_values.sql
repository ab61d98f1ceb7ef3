{{ config(materialized='table') }}

-- What the stage, the owner and the priority of each ticket were, with whoever set them.
with source as (

    {% for name in ['hs_pipeline_stage', 'hubspot_owner_id', 'hs_ticket_priority'] %}
    select
        id,
        '{{ name }}' as property,
        {{ json_value('properties_with_history', name) }} as history,
        _loaded_at
    from {{ source('raw_hubspot', 'tickets') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

states as (

    {{ json_list_rows('source', 'history', ['id', 'property', '_loaded_at']) }}

)

select
    id as ticket_id,
    property,
    nullif({{ json_text('element', 'value') }}, '') as value,
    {{ json_text('element', 'sourceType') }} as source_type,
    {{ json_text('element', 'updatedByUserId') }} as user_id,
    {{ iso_or_milliseconds(json_text('element', 'timestamp')) }} as changed_at,
    -- The newest comes first.
    -position as age,
    _loaded_at as loaded_at
from states
