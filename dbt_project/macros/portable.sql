{#-
  Every construct whose spelling differs between engines stands here and nowhere else, so that moving
  to another engine means rewriting one file. All of them give NULL on a value they cannot read.
-#}

{#- An ISO 8601 text as an instant; without an offset it is UTC, whatever the session's zone.
    (A plain cast to `timestamp` drops the offset, a plain cast to `timestamptz` assumes the session's.) -#}
{% macro to_timestamp_utc(column) -%}
    case
        when regexp_matches({{ column }}, '[0-9]:[0-9]{2}.*([zZ]|[+-][0-9]{2}(:?[0-9]{2})?|UTC|GMT)$')
            then try_cast(regexp_replace({{ column }}, '\s*(UTC|GMT)$', 'Z') as timestamp with time zone)
        else timezone('UTC', try_cast({{ column }} as timestamp))
    end
{%- endmacro %}

{#- `Tue, 18 Aug 2015 17:07:41 +0000` (RFC 2822: mail headers, older HTTP APIs) as an instant. -#}
{% macro rfc2822_to_timestamp(column) -%}
    cast(try_strptime(
        regexp_replace({{ column }}, '\s*\(.*\)$|\s+GMT$|\s+UTC$', case when {{ column }} like '%(%' then '' else ' +0000' end),
        ['%a, %d %b %Y %H:%M:%S %z', '%d %b %Y %H:%M:%S %z']
    ) as timestamp with time zone)
{%- endmacro %}

{#- Seconds since 1970 (number or text) as an instant. -#}
{% macro epoch_to_timestamp(column) -%}
    to_timestamp(try_cast({{ column }} as double))
{%- endmacro %}

{#- A time as an instant, written in ISO 8601 or as milliseconds since 1970. -#}
{% macro iso_or_milliseconds(column) -%}
    case
        when regexp_matches(cast({{ column }} as varchar), '^[0-9]+$')
            then to_timestamp(try_cast({{ column }} as double) / 1000)
        else {{ to_timestamp_utc(column) }}
    end
{%- endmacro %}

{#- A text of words between separators as a JSON list (text); nothing is NULL. -#}
{% macro json_list_of_words(column, separator) -%}
    '["' || replace(replace(nullif({{ column }}, ''), '"', ''), '{{ separator }}', '","') || '"]'
{%- endmacro %}

{% macro to_date(column) -%} try_cast({{ column }} as date) {%- endmacro %}
{% macro to_double(column) -%} try_cast({{ column }} as double) {%- endmacro %}
{% macro to_bigint(column) -%} try_cast({{ column }} as bigint) {%- endmacro %}

{#- true/false from true, t, yes, y, 1 and their opposites; anything else is NULL. -#}
{% macro to_boolean(column) -%}
    case
        when lower(trim(cast({{ column }} as varchar))) in ('true', 't', 'yes', 'y', '1') then true
        when lower(trim(cast({{ column }} as varchar))) in ('false', 'f', 'no', 'n', '0') then false
    end
{%- endmacro %}

{#- The scalar at a path of a JSON text, as text: `json_text('payload', 'user.email')`, of a list
    `json_text('payload', '[0].email')`. JSON null is NULL. -#}
{% macro json_text(column, path) -%}
    json_extract_string({{ valid_json(column) }}, '${{ '' if path.startswith('[') else '.' }}{{ path }}')
{%- endmacro %}

{#- A JSON text that is a scalar, as text. -#}
{% macro json_scalar(column) -%}
    json_extract_string({{ column }}, '$')
{%- endmacro %}

{#- A text as a JSON list of one (text); of NULL an empty one. -#}
{% macro json_list_of(column) -%}
    case when {{ column }} is null then '[]' else cast(to_json([{{ column }}]) as varchar) end
{%- endmacro %}

{#- The value at a path of a JSON text, as JSON text. -#}
{% macro json_value(column, path) -%}
    cast(nullif(json_extract({{ valid_json(column) }}, '$.{{ path }}'), 'null') as varchar)
{%- endmacro %}

{#- The column when it holds JSON, else NULL: one bad row never fails a build. -#}
{% macro valid_json(column) -%}
    case when json_valid({{ column }}) then {{ column }} end
{%- endmacro %}

{% macro json_array_size(column) -%}
    json_array_length({{ valid_json(column) }})
{%- endmacro %}

{#- One row per element of a JSON list: adds `element` (JSON text) and `position` (from 1) to `columns`.
    Use as the body of a CTE: `rows as ({{ json_list_rows('source', 'payload', ['id']) }})`.
    `column` may be an expression such as `json_value(...)`'s. -#}
{% macro json_list_rows(relation, column, columns) -%}
    select
        {{ columns | join(', ') }},
        unnest(elements) as element,
        generate_subscripts(elements, 1) as position
    from (
        select {{ columns | join(', ') }}, cast(json_extract({{ valid_json(column) }}, '$[*]') as varchar[]) as elements
        from {{ relation }}
    ) as with_elements
{%- endmacro %}

{#- One row per member of a JSON object: adds `object_key` and `object_value` (text) to `columns`. -#}
{% macro json_object_rows(relation, column, columns) -%}
    select
        {{ columns | join(', ') }},
        object_key,
        json_extract_string(document, '$."' || object_key || '"') as object_value
    from (
        select {{ columns | join(', ') }}, document, unnest(json_keys(document)) as object_key
        from (
            select {{ columns | join(', ') }}, {{ valid_json(column) }} as document
            from {{ relation }}
        ) as documents
        where json_type(document) = 'OBJECT'
    ) as members
{%- endmacro %}

{#- md5 of texts joined with ':'; `md5_hash(['source_system', 'remote_id'])` is an entity's own key. -#}
{% macro md5_hash(columns) -%}
    md5({% for column in columns %}{{ column }}{% if not loop.last %} || ':' || {% endif %}{% endfor %})
{%- endmacro %}

{#- An instant as whole microseconds since 1970. -#}
{% macro microseconds(column) -%} epoch_us({{ column }}) {%- endmacro %}

{#- The instant so many microseconds after 1970, or after another instant. -#}
{% macro microseconds_after(count, instant="cast('1970-01-01T00:00:00Z' as timestamp with time zone)") -%}
    ({{ instant }} + to_microseconds({{ count }}))
{%- endmacro %}

{#- Exact minutes (double) from one instant to another. -#}
{% macro minutes_between(started_at, ended_at) -%}
    (({{ microseconds(ended_at) }} - {{ microseconds(started_at) }}) / 60000000.0)
{%- endmacro %}

{#- Sum and mean that do not depend on the order of the rows: adding doubles does, in the last digits, and
    several threads add in any order. Nine decimals are kept. -#}
{% macro exact_sum(column, where="true") -%}
    cast(sum(cast({{ column }} as decimal(28, 9))) filter (where {{ where }}) as double)
{%- endmacro %}

{% macro exact_avg(column, where="true") -%}
    (
        {{ exact_sum(column, where) }}
        / nullif(count({{ column }}) filter (where {{ where }}), 0)
    )
{%- endmacro %}

{#- Calendar date of an instant in a zone. -#}
{% macro local_date(column, zone) -%}
    cast(timezone({{ zone }}, {{ column }}) as date)
{%- endmacro %}

{#- First and last date of the week (Monday to Sunday) or month that a date is in. -#}
{% macro period_start(unit, date) -%}
    cast(date_trunc('{{ unit }}', {{ date }}) as date)
{%- endmacro %}

{% macro period_end(unit, date) -%}
    cast({{ period_start(unit, date) }} + interval 1 {{ unit }} - interval 1 day as date)
{%- endmacro %}

{#- Texts of a group in one, in an order. -#}
{% macro text_list(expression, order_by, where, separator) -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_by }}) filter (where {{ where }})
{%- endmacro %}

{#- Wall time (a timestamp without zone) in a zone as an instant. A wall time that a clock change repeats
    means its first occurrence, one that it skips is read with the offset before the change: what
    Python's zoneinfo does by default. (The engine alone picks the second occurrence.) -#}
{% macro wall_time_to_utc(zone, wall) -%}
    least(
        timezone({{ zone }}, {{ wall }}),
        case
            when timezone({{ zone }}, {{ earlier_reading(zone, wall) }}) = {{ wall }}
                then {{ earlier_reading(zone, wall) }}
            else timezone({{ zone }}, {{ wall }})
        end
    )
{%- endmacro %}

{#- The wall time read with the offset that held four hours earlier. -#}
{% macro earlier_reading(zone, wall) -%}
    (timezone({{ zone }}, {{ wall }} - interval 4 hour) + interval 4 hour)
{%- endmacro %}

{#- Names of the time zones the engine knows, as a relation with column `name`. -#}
{% macro known_time_zones() -%} pg_timezone_names() {%- endmacro %}

{#- One row per date from the first to the last (two date expressions), column `calendar_date`. -#}
{% macro date_spine(first_date, last_date) -%}
    select cast(unnest(generate_series(
        cast({{ first_date }} as timestamp), cast({{ last_date }} as timestamp), interval 1 day
    )) as date) as calendar_date
{%- endmacro %}

{#- One row per whole number from the column `first` to the column `last`: adds `number` to `columns`. -#}
{% macro number_rows(relation, columns, first, last) -%}
    select {{ columns | join(', ') }}, unnest(generate_series({{ first }}, {{ last }})) as number
    from {{ relation }}
{%- endmacro %}

{#- Rows as one JSON list (text) in a given order. -#}
{% macro json_list_agg(expression, order_by) -%}
    cast(to_json(list({{ expression }} order by {{ order_by }})) as varchar)
{%- endmacro %}

{#- A JSON object of names and expressions, to be listed by `json_list_agg`: `json_object({'score': 'a.score'})`. -#}
{% macro json_object(members) -%}
    json_object({% for name, expression in members.items() %}'{{ name }}', {{ expression }}{{ ", " if not loop.last }}{% endfor %})
{%- endmacro %}

{#- Whether a JSON list of texts has any of some texts; NULL has none. -#}
{% macro json_list_has_any(column, texts) -%}
    (
        {% for text in texts %}
        coalesce(contains({{ column }}, '"{{ text | replace("'", "''") }}"'), false){{ " or " if not loop.last }}
        {% else %}
        false
        {% endfor %}
    )
{%- endmacro %}

{#- Pairs of instants as one JSON list of [from, to] (text) in a given order. NULL when there is none. -#}
{% macro json_interval_list(from_, to, order_by, where) -%}
    cast(to_json(list([{{ iso_text(from_) }}, {{ iso_text(to) }}] order by {{ order_by }}) filter (where {{ where }})) as varchar)
{%- endmacro %}

{#- An instant as ISO 8601 text in UTC. -#}
{% macro iso_text(instant) -%} strftime(timezone('UTC', {{ instant }}), '%Y-%m-%dT%H:%M:%SZ') {%- endmacro %}

{#- The different values of a text column, in order, as one JSON list (text). NULL when there is none. -#}
{% macro json_text_list(expression) -%}
    cast(to_json(list(distinct {{ expression }} order by {{ expression }}) filter (where {{ expression }} <> '')) as varchar)
{%- endmacro %}

{#- `"name": 12.34`: a member of a JSON object, to be joined with commas between braces. -#}
{% macro json_member(name, amount) -%}
    '"' || replace({{ name }}, '"', '') || '": ' || cast(cast({{ amount }} as decimal(28, 2)) as varchar)
{%- endmacro %}

{#- Whole months from one instant to another, by the UTC calendar. -#}
{% macro full_months(started_at, ended_at) -%}
    date_sub('month', timezone('UTC', {{ started_at }}), timezone('UTC', {{ ended_at }}))
{%- endmacro %}

{% macro median(column) -%} median({{ column }}) {%- endmacro %}

{#- Join each row to the last row of the other relation at or before it:
    `from a {{ asof_left_join() }} b on a.key = b.key and a.at >= b.at`. -#}
{% macro asof_left_join() -%} asof left join {%- endmacro %}

{#- A wall time `HH:MM` (24:00 allowed) as minutes after midnight; NULL when it is not one. -#}
{% macro minutes_of_day(column) -%}
    case
        when regexp_matches({{ column }}, '^(([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00)$')
            then cast(split_part({{ column }}, ':', 1) as integer) * 60 + cast(split_part({{ column }}, ':', 2) as integer)
    end
{%- endmacro %}

{#- Wall time on a date, some minutes after its midnight. -#}
{% macro wall_time(date, minutes) -%}
    (cast({{ date }} as timestamp) + {{ minutes }} * interval 1 minute)
{%- endmacro %}

{#- The greatest of some instants; NULLs among them do not count. -#}
{% macro newest(columns) -%}
    greatest({{ columns | join(', ') }})
{%- endmacro %}

{#- The value of the row that is last by an instant, then by a key (so that a tie has one answer). -#}
{% macro latest(value, instant, key) -%}
    max_by({{ value }}, row({{ instant }}, {{ key }}))
{%- endmacro %}

{#- The value of the row that is first by an instant, then by a key. -#}
{% macro earliest(value, instant, key) -%}
    min_by({{ value }}, row({{ instant }}, {{ key }}))
{%- endmacro %}

{#- A list of texts as SQL literals; an empty list gives one that nothing equals. -#}
{% macro quoted(texts) -%}
    {% for text in texts %}'{{ text | replace("'", "''") }}'{{ ", " if not loop.last }}{% else %}''{% endfor %}
{%- endmacro %}

{#- A number as people write it: no trailing zeros (4, 4.5). -#}
{% macro number_text(value) -%}
    case
        when {{ value }} = floor({{ value }}) then cast(cast({{ value }} as bigint) as varchar)
        else cast({{ value }} as varchar)
    end
{%- endmacro %}

{#- `49.00 EUR`; NULL without an amount. -#}
{% macro money_text(amount, currency) -%}
    cast(cast({{ amount }} as decimal(28, 2)) as varchar) || coalesce(' ' || {{ currency }}, '')
{%- endmacro %}

{#- A name such as billing_payment as words. -#}
{% macro words(column) -%} replace({{ column }}, '_', ' ') {%- endmacro %}

{#- Letters to change, leave out, add or swap with their neighbour to get from one text to the other. -#}
{% macro edit_distance(one, other) -%} damerau_levenshtein({{ one }}, {{ other }}) {%- endmacro %}

{#- A text in lower case, trimmed, its inner white space as single spaces; empty is NULL. -#}
{% macro one_line(column) -%}
    nullif(trim(regexp_replace(lower({{ column }}), '\s+', ' ', 'g')), '')
{%- endmacro %}

{#- How many digits (of any script) a text has. -#}
{% macro digits_in(column) -%}
    length(regexp_replace({{ column }}, '\P{Nd}', '', 'g'))
{%- endmacro %}

{#- The beginning of a text in one line: at most so many characters, and three dots where more follows. No word (and
    no placeholder) is cut. -#}
{% macro beginning_of(column, characters) -%}
    {%- set line = "trim(regexp_replace(" ~ column ~ ", '\\s+', ' ', 'g'))" -%}
    case
        when length({{ line }}) <= {{ characters }} then {{ line }}
        else regexp_replace(left({{ line }}, {{ characters }}), '\s*\S*$', '') || ' …'
    end
{%- endmacro %}
