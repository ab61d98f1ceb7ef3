{#- The rows of one file-drop entity that this run takes: of the folder it names, all when it names none; and
    those of mapped database tables, which are rows of the same terms. Either of the two may be off. The loader keeps one row
    per key, the newest state (connectors/merging.py). A table that is read whole says by key which rows are gone. -#}
{% macro file_drop_rows(entity, key) %}
    {%- set folder = run_value("HEEDLINE_DROP_FOLDER", var("drop_folder") or "") %}
    {%- set sources = var("sources", []) %}
    {% if "file_drop" in sources %}
    select *
    from {{ source("raw_file_drop", entity) }}
    {% if folder %}
    where drop_folder = '{{ folder | replace("'", "''") }}'
    {% endif %}
    {% endif %}
    {% if "file_drop" in sources and "sql_database" in sources %}
    union all by name
    {% endif %}
    {% if "sql_database" in sources %}
    select
        held.* replace (
            case when gone.is_gone = 'true' then 'true' else held.is_deleted end as is_deleted,
            {{ newest(["held._loaded_at", "gone._loaded_at"]) }} as _loaded_at
        )
    from {{ source("raw_sql_database", entity) }} as held
    left join {{ source("raw_sql_database", "gone") }} as gone
        on held.source_system = gone.source_system
        and gone.entity = '{{ entity }}'
        and concat_ws('|', {% for column in key %}held.{{ column }}{{ ", " if not loop.last }}{% endfor %}) = gone.row_key
    {% endif %}
{% endmacro %}

{#- A drop file's text: trimmed, empty is NULL. -#}
{% macro clean_text(column) -%}
    nullif(trim({{ column }}), '')
{%- endmacro %}

{#- A closed vocabulary's word: trimmed, lower case, empty is NULL. -#}
{% macro clean_word(column) -%}
    lower(nullif(trim({{ column }}), ''))
{%- endmacro %}

{#- A status word as one of ours, through var `status_words`. A word that nobody mapped stays as it is: the
    unified models count it as open and say so (macro `known_status`). -#}
{% macro clean_status(column) -%}
    case {{ clean_word(column) }}
        {% for word, status in var("status_words").items() %}
        when '{{ word | replace("'", "''") }}' then '{{ status }}'
        {% endfor %}
        else {{ clean_word(column) }}
    end
{%- endmacro %}
