{{ config(materialized='table') }}

with source as (

    select
        *,
        {{ json_text('author', 'id') }} as author_id,
        {{ json_text('author', 'type') }} as author_kind,
        {{ to_boolean(json_text('author', 'bot')) }} as is_bot
    from {{ source('raw_drift', 'messages') }}

)

select
    ---------- ids
    id as message_id,
    conversation_id,
    author_id,

    ---------- what was said, and by whom
    case
        when is_bot then 'bot'
        when author_kind = 'contact' then 'customer'
        when author_kind = 'user' then 'agent'
        else 'system'
    end as author_type,
    coalesce(type, 'chat') not like 'private%' as is_public,
    body_text as body,

    ---------- timestamps
    {{ epoch_to_timestamp('created_at / 1000.0') }} as created_at,
    _loaded_at as loaded_at
from source
