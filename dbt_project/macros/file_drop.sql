{#- The rows of one file-drop entity that this run takes: of the folder in var `drop_folder` (all when it
    is null), the newest per key: by `updated_at` where the entity has it, then the file loaded last. -#}
{% macro file_drop_rows(entity, key, updated_at=none) %}
    select *
    from (
        select
            *,
            row_number() over (
                partition by source_system, {{ key | join(", ") }}
                order by
                    {% if updated_at %}{{ to_timestamp_utc(updated_at) }} desc nulls last,{% endif %}
                    _loaded_at desc nulls last,
                    drop_file desc nulls last,
                    try_cast(drop_row as bigint) desc nulls last
            ) as state_rank
        from {{ source("raw_file_drop", entity) }}
        {% if var("drop_folder") %}
        where drop_folder = '{{ var("drop_folder") | replace("'", "''") }}'
        {% endif %}
    ) as ranked
    where state_rank = 1
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
