{#- The rows of one file-drop entity that this run takes: of the folder it names, all when it names none. The
    loader keeps one row per key, the newest state (connectors/merging.py). -#}
{% macro file_drop_rows(entity) %}
    {%- set folder = run_value("HEEDLINE_DROP_FOLDER", var("drop_folder") or "") %}
    select *
    from {{ source("raw_file_drop", entity) }}
    {% if folder %}
    where drop_folder = '{{ folder | replace("'", "''") }}'
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
