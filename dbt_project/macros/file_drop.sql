{#- The rows of one file-drop entity that this run takes: of the folder in var `drop_folder`, all when it is
    null. The loader keeps one row per key, the newest state (connectors/merging.py). -#}
{% macro file_drop_rows(entity) %}
    select *
    from {{ source("raw_file_drop", entity) }}
    {% if var("drop_folder") %}
    where drop_folder = '{{ var("drop_folder") | replace("'", "''") }}'
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

{#- A status word as one of ours: through var `status_words`; a word that nobody mapped counts as open, so
    that the conversation stays visible in the backlog. -#}
{% macro clean_status(column) -%}
    case
        when {{ clean_word(column) }} is null then null
        when {{ clean_word(column) }} in ('new', 'open', 'pending', 'hold', 'solved', 'closed', 'deleted')
            then {{ clean_word(column) }}
        {% for word, status in var("status_words").items() %}
        when {{ clean_word(column) }} = '{{ word | replace("'", "''") }}' then '{{ status }}'
        {% endfor %}
        else 'open'
    end
{%- endmacro %}
