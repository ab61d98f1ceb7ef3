{{ config(materialized='table') }}

with source as (

    select
        id,
        _loaded_at,
        {{ json_value('conversation_parts', 'conversation_parts') }} as parts
    from {{ source('raw_intercom', 'conversations') }}

),

parts as (

    {{ json_list_rows('source', 'parts', ['id', '_loaded_at']) }}

),

renamed as (

    select
        ---------- ids
        {{ json_text('element', 'id') }} as part_id,
        id as conversation_id,
        {{ json_text('element', 'author.id') }} as author_id,
        {{ json_text('element', 'assigned_to.id') }} as assigned_to_id,

        ---------- text
        {{ json_text('element', 'part_type') }} as part_type,
        {{ json_text('element', 'author.type') }} as author_kind,
        {{ json_text('element', 'author.name') }} as author_name,
        {{ json_text('element', 'author.email') }} as author_email,
        {{ json_text('element', 'assigned_to.type') }} as assigned_to_kind,
        {{ json_text('element', 'body') }} as body,
        position,

        ---------- timestamps
        {{ epoch_to_timestamp(json_text('element', 'created_at')) }} as created_at,
        {{ epoch_to_timestamp(json_text('element', 'updated_at')) }} as updated_at,
        _loaded_at as loaded_at
    from parts

)

select
    *,
    case
        when author_kind in ('user', 'lead', 'contact') then 'customer'
        when author_kind = 'bot' then 'bot'
        when author_kind in ('admin', 'team') then 'agent'
        else 'system'
    end as author_type
from renamed
where part_id is not null
