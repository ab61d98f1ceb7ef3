with source as (

    select contact_id, segments, {{ to_timestamp_utc('updated_at') }} as updated_at, _loaded_at
    from {{ source('raw_amazon_connect', 'transcripts') }}

),

turns as (

    {{ json_list_rows('source', 'segments', ['contact_id', 'updated_at', '_loaded_at']) }}

)

select
    turns.contact_id as leg_id,
    turns.position,
    coalesce({{ json_text('turns.element', 'id') }}, cast(turns.position as varchar)) as turn_id,
    legs.conversation_id,
    legs.vendor_channel,
    legs.agent_id,
    legs.answered_at,
    case
        when {{ json_text('turns.element', 'role') }} in ('CUSTOMER', 'AGENT')
            then lower({{ json_text('turns.element', 'role') }})
        when {{ json_text('turns.element', 'role') }} = 'CUSTOM_BOT' then 'bot'
        else 'system'
    end as author_type,
    {{ json_text('turns.element', 'content') }} as content,
    {{ to_timestamp_utc(json_text('turns.element', 'at')) }} as said_at,
    turns.updated_at,
    {{ newest(['turns._loaded_at', 'legs.loaded_at']) }} as loaded_at
from turns
inner join {{ ref('base_amazon_connect__legs') }} as legs on turns.contact_id = legs.leg_id
where trim({{ json_text('turns.element', 'content') }}) <> ''
