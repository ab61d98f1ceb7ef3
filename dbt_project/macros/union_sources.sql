{#- All rows of an entity over the enabled sources, in the unified columns and types. The empty first
    branch fixes names and types, so an entity that no enabled source provides is an empty table.
    When two sources deliver the same record (a drop file about another system's records), the newest
    state wins, then the later source in alphabetical order. One source alone delivers none twice.

    `news_only`: what has been loaded since the last build, and all of the systems that are taken whole. -#}
{% macro union_sources(entity, news_only=false) %}
{%- set columns = unified_columns(entity) -%}
{%- set providers = providers_of(entity) -%}
{%- set whole = whole_systems(entity) if news_only else [] -%}
with unioned as (
    select
        {% for name, type in columns.items() %}cast(null as {{ type }}) as {{ name }}, {% endfor %}
        cast(null as varchar) as loaded_from
    where false
    {% for source in providers %}
    union all
    select {{ columns.keys() | join(", ") }}, '{{ source }}' as loaded_from
    from {{ ref("stg_" ~ source ~ "__" ~ entity) }}
    {%- if news_only and source not in whole %}
    where loaded_at > {{ since_loaded_at() }}{% if whole %} or source_system in ({{ quoted(whole) }}){% endif %}
    {%- endif %}
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

{#- Sources that provide an entity, of those enabled. Mapped tables are staged as the file drop. -#}
{% macro providers_of(entity) -%}
    {%- set found = [] -%}
    {%- set staged = var("sources") | map("replace", "sql_database", "file_drop") | unique | sort -%}
    {%- for source in staged if entity in var("source_entities").get(source, []) -%}
        {%- do found.append(source) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Systems of which a build always reads every row of an entity, though other rows are taken by their load: their
    rows may go without a load's saying so (var `taken_whole`), or the file drop delivers the same system. -#}
{% macro whole_systems(entity) -%}
    {%- set found = [] -%}
    {%- set systems = providers_of(entity) | reject("equalto", "file_drop") | list -%}
    {%- for system in systems if entity in var("taken_whole").get(system, []) -%}
        {%- do found.append(system) -%}
    {%- endfor -%}
    {%- if execute and systems and "file_drop" in providers_of(entity) -%}
        {%- set dropped = run_query(
            "select distinct source_system from " ~ ref("stg_file_drop__" ~ entity)
            ~ " where source_system in (" ~ quoted(systems) ~ ")"
        ) -%}
        {%- for row in dropped.rows if row[0] not in found -%}
            {%- do found.append(row[0]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
