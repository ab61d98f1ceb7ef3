{#-
  Incremental builds. A build is either full or takes up what happened since the last one. Then
  `int_conversation_scope` names the conversations that may have changed; the intermediate models about
  conversations hold those alone, and the facts, which hold everything, exchange their rows. Only what conversations
  decide about each other takes their neighbours in (`int_conversation_neighbourhood`), as the last build published
  them. Which of the two it is, is decided in `warehouse/builds.py`.
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

{#- A table as the last build left it. Not a `ref`: it is built later in this build. -#}
{% macro held(table, schema="marts") -%}
    {{ return(api.Relation.create(database=target.database, schema=schema, identifier=table)) }}
{%- endmacro %}

{#- Conversations that are or were merged, under the id of the one that survived. -#}
{% macro merge_groups() -%}
    {% for relation in [ref('int_conversation_links'), held('fct_conversations')] %}
    {% for member in ["conversation_id", "survivor_conversation_id"] %}
    select {{ member }} as conversation_id, survivor_conversation_id as group_id
    from {{ relation }}
    where survivor_conversation_id <> conversation_id
    {{ "union all" if not loop.last }}
    {% endfor %}
    {{ "union all" if not loop.last }}
    {% endfor %}
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

{#- Conversations that a load's rows named before, and name no longer. Not a `source`: it is written, too. -#}
{% macro left_conversations() -%}
    {{ return(api.Relation.create(database=target.database, schema="ops", identifier="left_conversations")) }}
{%- endmacro %}

{#- The table in which a fact keeps the rows that this build took out or put in: what its KPIs' dates follow from. -#}
{% macro changed_rows(fact) -%}
    {{ return(api.Relation.create(database=target.database, schema="intermediate", identifier=fact ~ "__changed")) }}
{%- endmacro %}
