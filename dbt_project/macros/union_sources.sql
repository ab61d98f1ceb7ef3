{#- All rows of an entity over the enabled sources, in the unified columns and types. The empty first
    branch fixes names and types, so an entity that no enabled source provides is an empty table.
    When two sources deliver the same record (a drop file about another system's records), the newest
    state wins, then the later source in alphabetical order. One source alone delivers none twice. -#}
{% macro union_sources(entity) %}
{%- set columns = unified_columns(entity) -%}
{%- set providers = [] -%}
{%- for source in var("sources") | sort if entity in var("source_entities").get(source, []) -%}
    {%- do providers.append(source) -%}
{%- endfor -%}
with unioned as (
    select
        {% for name, type in columns.items() %}cast(null as {{ type }}) as {{ name }}, {% endfor %}
        cast(null as varchar) as loaded_from
    where false
    {% for source in providers %}
    union all
    select {{ columns.keys() | join(", ") }}, '{{ source }}' as loaded_from
    from {{ ref("stg_" ~ source ~ "__" ~ entity) }}
    {% endfor %}
)

{%- if providers | length <= 1 %}

select {{ columns.keys() | join(", ") }}
from unioned
where remote_id is not null
{%- else %},

ranked as (
    select
        {{ columns.keys() | reject("equalto", "loaded_at") | join(", ") }},
        row_number() over (
            partition by source_system, remote_id
            order by remote_updated_at desc nulls last, loaded_from desc
        ) as state_rank,
        -- The states that lost decide as well.
        max(loaded_at) over (partition by source_system, remote_id) as loaded_at
    from unioned
    where remote_id is not null
)

select {{ columns.keys() | join(", ") }}
from ranked
where state_rank = 1
{%- endif %}
{% endmacro %}
