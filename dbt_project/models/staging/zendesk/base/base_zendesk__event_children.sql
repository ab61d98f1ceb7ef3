{{ config(materialized='table') }}

with source as (

    select * from {{ source('raw_zendesk', 'ticket_events') }}

),

children as (

    {{ json_list_rows('source', 'child_events', ['id', 'ticket_id', 'updater_id', 'created_at', '_loaded_at']) }}

),

renamed as (

    select
        ---------- ids
        coalesce(
            {{ json_text('element', 'id') }},
            cast(id as varchar) || '-' || cast(position as varchar)
        ) as child_id,
        cast(ticket_id as varchar) as ticket_id,
        cast(updater_id as varchar) as updater_id,

        ---------- what
        coalesce({{ json_text('element', 'event_type') }}, {{ json_text('element', 'type') }}) as event_type,
        {{ json_text('element', 'via.channel') }} as via_channel,
        {{ json_text('element', 'via.source.rel') }} as via_relation,
        element,

        ---------- timestamps
        {{ to_timestamp_utc('created_at') }} as occurred_at,
        _loaded_at as loaded_at
    from children

)

select * from renamed
