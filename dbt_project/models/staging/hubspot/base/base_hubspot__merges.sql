{{ config(materialized='table') }}

-- Whoever is merged away vanishes from every list; only the property of who is left names them.
with winners as (

    {% for kind in ['contacts', 'companies', 'tickets'] %}
    select
        '{{ kind }}' as kind,
        id as into_id,
        {{ json_list_of_words('hs_merged_object_ids', ';') }} as merged_ids,
        changed_ms,
        _loaded_at
    from {{ source('raw_hubspot', kind) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

pairs as (

    {{ json_list_rows('winners', 'merged_ids', ['kind', 'into_id', 'changed_ms', '_loaded_at']) }}

),

ranked as (

    select
        kind,
        trim(element, '"') as id,
        into_id,
        {{ epoch_to_timestamp('changed_ms / 1000.0') }} as changed_at,
        -- In a chain of merges each winner names those before: the last one counts, each decides.
        max(_loaded_at) over (partition by kind, element) as loaded_at,
        row_number() over (partition by kind, element order by changed_ms desc nulls last, into_id) as latest
    from pairs

)

select kind, id, into_id, changed_at, loaded_at
from ranked
where latest = 1 and id <> into_id and id <> ''
