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
    -- By the key: `except` took five times as long.
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

    -- What came replaces what is held under its key, even where that was not expected to change.
    delete from {{ fact }} as fact
    where exists (select 1 from {{ changed }} as changed where {{ same_values(key, "changed", "fact") }});

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
    those of the systems that are taken whole replace all held of these. Config `meta`: `entity`, the unified entity;
    `names`: the columns (system, id) that name another conversation. One that is named no longer is kept in
    `ops.left_conversations`: what comes does not tell of it. -#}
{% macro get_incremental_renew_sql(arguments) %}
    {% set held = arguments["target_relation"] %}
    {% set new = arguments["temp_relation"] %}
    {% set columns = arguments["dest_columns"] | map(attribute="name") | join(", ") %}
    {% set whole = whole_systems(config.require("meta").entity) %}
    {% if config.require("meta").names %}
    {% set system, id = config.require("meta").names %}
    insert into {{ left_conversations() }}
    select held.{{ system }}, held.{{ id }}, coalesce(new.loaded_at, (select max(loaded_at) from ops.loads))
    from {{ held }} as held
    left join {{ new }} as new on new.source_system = held.source_system and new.remote_id = held.remote_id
    where
        held.{{ id }} is not null
        and (new.remote_id is not null{% if whole %} or held.source_system in ({{ quoted(whole) }}){% endif %})
        and not ({{ same_values([system, id], "held", "new") }});

    {% endif %}
    delete from {{ held }} as held
    where
        exists (
            select 1 from {{ new }} as new where new.source_system = held.source_system and new.remote_id = held.remote_id
        )
        {% if whole %}or source_system in ({{ quoted(whole) }}){% endif %};

    insert into {{ held }} ({{ columns }}) select {{ columns }} from {{ new }};
{% endmacro %}

{#- Incremental strategy `remember` of the risk features: what was worked out when a month began is kept, what was
    worked out of any other instant goes, and so does whoever is no customer any more. -#}
{% macro get_incremental_remember_sql(arguments) %}
    {% set memory = arguments["target_relation"] %}
    {% set new = arguments["temp_relation"] %}
    {% set columns = arguments["dest_columns"] | map(attribute="name") | join(", ") %}
    delete from {{ memory }} as memory
    where
        not memory.is_month_start
        or memory.as_of in (select as_of from {{ new }})
        or memory.customer_id not in (select customer_id from {{ held("int_customers", "intermediate") }});

    insert into {{ memory }} ({{ columns }}) select {{ columns }} from {{ new }};
{% endmacro %}
