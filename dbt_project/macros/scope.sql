{#-
  Incremental builds. A build is either full or takes up what happened since the last one. Then
  `int_conversation_scope` names the conversations that may have changed; the intermediate models about
  conversations hold those alone, and the facts, which hold everything, exchange their rows. Which of the two it is,
  is decided in `warehouse/builds.py`.
-#}
{% macro is_delta() -%}
    {{ return(not execute or since() is not none) }}
{%- endmacro %}

{#- What the last build saw, `{as_of, loaded_at}`. NULL: this build is full. (While the project is read: something, so
    that every model's references are seen.) -#}
{% macro since() -%}
    {% set never = "1970-01-01T00:00:00Z" %}
    {{ return(fromjson(run_value("HEEDLINE_SINCE", "null")) if execute else {"as_of": never, "loaded_at": never}) }}
{%- endmacro %}

{#- Whether a column's conversation is part of this build. Stands in the models that read the unified terms. -#}
{% macro in_scope(column, scope="int_conversation_scope") -%}
    {% if is_delta() -%}
    {{ column }} in (select conversation_id from {{ ref(scope) }})
    {%- else -%}
    true
    {%- endif %}
{%- endmacro %}

{#- Whether a period's leaf of the KPIs' dimensions is one whose KPIs this build works out. -#}
{% macro leaf_in_scope(unit, period, dimensions=kpi_dimensions()) -%}
    {% if is_delta() -%}
    {{ leaf_listed(unit, period, dimensions, ref('int_kpi_leaves')) }}
    {%- else -%}
    true
    {%- endif %}
{%- endmacro %}

{% macro leaf_listed(unit, period, dimensions, leaves) -%}
    ({{ period }}{% for dimension in dimensions %}, coalesce({{ dimension }}, ''){% endfor %}) in (
        select period_start{% for dimension in kpi_dimensions() %}, coalesce({{ dimension }}, ''){% endfor %}

        from {{ leaves }}
        where unit = '{{ unit }}'
    )
{%- endmacro %}

{% macro since_loaded_at() -%} cast('{{ since().loaded_at }}' as timestamp with time zone) {%- endmacro %}
{% macro since_as_of() -%} cast('{{ since().as_of }}' as timestamp with time zone) {%- endmacro %}

{#- A mart as the last build left it. Not a `ref`: it is built later in this build. -#}
{% macro held(mart) -%}
    {{ return(api.Relation.create(database=target.database, schema="marts", identifier=mart)) }}
{%- endmacro %}

{#- Whether a unified row is news: loaded since, or an instant of it has come since. -#}
{% macro is_news(instants) -%}
    (
        loaded_at > {{ since_loaded_at() }}
        {% for instant in instants %}
        or ({{ instant }} > {{ since_as_of() }} and {{ instant }} <= {{ as_of() }})
        {% endfor %}
    )
{%- endmacro %}

{#- The table in which a fact keeps the rows that this build took out or put in: what its KPIs' dates follow from. -#}
{% macro changed_rows(fact) -%}
    {{ return(api.Relation.create(database=target.database, schema="intermediate", identifier=fact ~ "__changed")) }}
{%- endmacro %}

{#- Incremental strategy `exchange`: of the target's rows in the build's scope, those that are no longer so go and
    new ones come; a row that is as it was stays. What went and what came is kept in `changed_rows`.

    Config `meta`: `scope_column` (default conversation_id) and `scope`, the intermediate model that lists its values
    of this build (default int_conversation_scope); `scope: everything` when the model always comes whole;
    `scope_unit`: which periods of int_kpi_leaves; `scope_without`: rows without a value are always part;
    `scope_keys`: a model that lists keys of rows that are, too. -#}
{% macro get_incremental_exchange_sql(arguments) %}
    {% set fact = arguments["target_relation"] %}
    {% set new = arguments["temp_relation"] %}
    {% set names = arguments["dest_columns"] | map(attribute="name") | list %}
    {% set columns = names | join(", ") %}
    {% set changed = changed_rows(fact.identifier) %}
    {% set key = config.require("unique_key") %}
    {% set key = [key] if key is string else key %}
    create or replace table {{ changed }} as
    with held as (
        select {{ columns }} from {{ fact }} where {{ exchanged_rows(config.get("meta", {})) }}
    ),
    -- By the key and not `except`, which takes four times as long.
    same as (
        select {% for column in key %}held.{{ column }}{{ ", " if not loop.last }}{% endfor %}

        from held
        inner join {{ new }} as new on {{ same_values(key, "held", "new") }}
        where {{ same_values(names, "held", "new") }}
    )
    select true as is_new, {{ columns }}
    from {{ new }} as new
    where not exists (select 1 from same where {{ same_values(key, "same", "new") }})
    union all
    select false, {{ columns }}
    from held
    where not exists (select 1 from same where {{ same_values(key, "same", "held") }});

    delete from {{ fact }} as fact
    where exists (
        select 1 from {{ changed }} as gone where not gone.is_new and {{ same_values(key, "gone", "fact") }}
    );

    insert into {{ fact }} ({{ columns }})
    select {{ columns }} from {{ changed }} where is_new;
{% endmacro %}

{% macro same_values(columns, one, other) -%}
    {% for column in columns %}{{ one }}.{{ column }} is not distinct from {{ other }}.{{ column }}{{ " and " if not loop.last }}{% endfor %}
{%- endmacro %}

{#- Which rows of a target `exchange` may take out. -#}
{% macro exchanged_rows(meta) -%}
    {% set column = meta.get("scope_column", "conversation_id") %}
    {% set scope = meta.get("scope", "int_conversation_scope") %}
    {% if scope == "everything" -%}
    true
    {%- else -%}
    {% set listed = api.Relation.create(database=target.database, schema="intermediate", identifier=scope) %}
    {% if meta.get("scope_unit") -%}
    {{ leaf_listed(meta.scope_unit, column, kpi_dimensions(), listed) }}
    {%- else -%}
    (
        {{ column }} in (select conversation_id from {{ listed }})
        {% if meta.get("scope_without") %}or {{ column }} is null{% endif %}
        {% if meta.get("scope_keys") -%}
        {% set keys = api.Relation.create(database=target.database, schema="intermediate", identifier=meta.scope_keys) %}
        or {{ config.require("unique_key") }} in (select {{ config.require("unique_key") }} from {{ keys }})
        {%- endif %}
    )
    {%- endif %}
    {%- endif %}
{%- endmacro %}

{#- Incremental strategy `renew` of what has been loaded: rows that come again replace those held under their key, and
    those of the systems that are taken whole replace all held of these. Config `meta.entity`: the unified entity. -#}
{% macro get_incremental_renew_sql(arguments) %}
    {% set held = arguments["target_relation"] %}
    {% set new = arguments["temp_relation"] %}
    {% set columns = arguments["dest_columns"] | map(attribute="name") | join(", ") %}
    {% set whole = whole_systems(config.require("meta").entity) %}
    delete from {{ held }} as held
    where
        exists (
            select 1 from {{ new }} as new where new.source_system = held.source_system and new.remote_id = held.remote_id
        )
        {% if whole %}or source_system in ({{ quoted(whole) }}){% endif %};

    insert into {{ held }} ({{ columns }}) select {{ columns }} from {{ new }};
{% endmacro %}
