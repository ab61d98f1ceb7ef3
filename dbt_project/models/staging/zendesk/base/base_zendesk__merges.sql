{{ config(materialized='table') }}

-- Zendesk tells a merge on the surviving ticket: a comment whose `via` names the tickets that went
-- into it. The merged ticket itself only gets closed and tagged.
with merging as (

    select
        child_id,
        ticket_id,
        updater_id,
        occurred_at,
        loaded_at,
        coalesce(
            {{ json_value('element', 'via.source.from.ticket_ids') }},
            '[' || {{ json_text('element', 'via.source.from.ticket_id') }} || ']'
        ) as merged_ticket_ids
    from {{ ref('base_zendesk__event_children') }}
    where event_type = 'Comment' and via_relation = 'merge'

),

pairs as (

    {{ json_list_rows('merging', 'merged_ticket_ids', ['child_id', 'ticket_id', 'updater_id', 'occurred_at', 'loaded_at']) }}

),

numbered as (

    select
        child_id,
        ticket_id as into_ticket_id,
        updater_id,
        occurred_at,
        element as ticket_id,
        -- Of several merges of one ticket the latest counts: each of them decides.
        max(loaded_at) over (partition by element) as loaded_at,
        row_number() over (partition by element order by occurred_at desc nulls last, child_id) as latest
    from pairs
    where element <> ticket_id

)

select child_id, ticket_id, into_ticket_id, updater_id, occurred_at, loaded_at
from numbered
where latest = 1
