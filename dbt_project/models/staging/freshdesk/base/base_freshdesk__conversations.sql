{{ config(materialized='table') }}

with source as (

    select
        cast(id as varchar) as ticket_id,
        cast(requester_id as varchar) as requester_id,
        conversations,
        status,
        {{ to_timestamp_utc('updated_at') }} as ticket_updated_at,
        _loaded_at as loaded_at
    from {{ source('raw_freshdesk', 'tickets') }}

),

elements as (

    {{ json_list_rows('source', 'conversations', [
        'ticket_id', 'requester_id', 'status', 'ticket_updated_at', 'loaded_at'
    ]) }}

),

renamed as (

    select
        ---------- ids
        {{ json_text('element', 'id') }} as conversation_id,
        ticket_id,
        requester_id,
        {{ json_text('element', 'user_id') }} as author_id,

        ---------- what
        {{ to_boolean(json_text('element', 'incoming')) }} as is_incoming,
        {{ to_boolean(json_text('element', 'private')) }} as is_private,
        {{ json_text('element', 'automation_id') }} is not null
        or coalesce({{ to_boolean(json_text('element', 'auto_response')) }}, false) as is_automatic,
        coalesce({{ json_text('element', 'body_text') }}, {{ json_text('element', 'body') }}) as body,
        status = 5 as is_closed,

        ---------- timestamps
        {{ to_timestamp_utc(json_text('element', 'created_at')) }} as created_at,
        {{ to_timestamp_utc(json_text('element', 'updated_at')) }} as updated_at,
        ticket_updated_at,
        loaded_at
    from elements

),

-- A merge moves what was said: should both tickets list it for a while, the one that changed last has it.
numbered as (

    select
        * exclude (loaded_at),
        max(loaded_at) over (partition by conversation_id) as loaded_at,
        row_number() over (
            partition by conversation_id order by ticket_updated_at desc nulls last, ticket_id desc nulls last
        ) as latest
    from renamed
    where conversation_id is not null

)

select
    * exclude (latest),
    -- The note that Freshdesk leaves on a ticket it merges, unless an agent words it otherwise.
    case
        when not coalesce(is_incoming, false)
            then nullif(regexp_extract(body, '(?i)merged into ticket\s*(?:id)?\s*[#:]?\s*([0-9]+)', 1), '')
    end as merged_into_ticket_id,
    not coalesce(is_incoming, false)
    and regexp_matches(coalesce(body, ''), '(?i)^\s*merged from ticket') as is_told_of_a_merge
from numbered
where latest = 1
