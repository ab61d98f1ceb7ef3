{#- A table, made anew: the old one goes and the new one comes in one transaction. dbt-duckdb's own way there
    (a table aside, two renames, a look for foreign keys and indexes, a drop) is a dozen statements, which cost
    small models more than their rows do. #}
{% materialization table, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        {%- set created = create_table_as(false, target, compiled_code) -%}
        {% if existing is not none %}drop {{ existing.type }} {{ existing }};{% endif %}
        {{ created }}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
