{#- Words of the evidence for a reason: counts, and how long ago. -#}

{#- `1 contact`, `3 contacts`. -#}
{% macro counted(number, noun) -%}
    (cast({{ number }} as varchar) || ' {{ noun }}' || case when {{ number }} = 1 then '' else 's' end)
{%- endmacro %}

{#- The days that hold everything since an instant, as a whole number from 1. -#}
{% macro days_since(instant) -%}
    greatest(1, cast(ceil({{ minutes_between(instant, as_of()) }} / 1440) as bigint))
{%- endmacro %}

{#- `less than a day ago`, `12 days ago`. -#}
{% macro days_ago(instant) -%}
    case
        when {{ minutes_between(instant, as_of()) }} < 1440 then 'less than a day ago'
        else {{ counted('cast(floor(' ~ minutes_between(instant, as_of()) ~ ' / 1440) as bigint)', 'day') }} || ' ago'
    end
{%- endmacro %}

{#- A wait of so many hours: `52 h`, from three days on `4 days`. -#}
{% macro waited(hours) -%}
    case
        when {{ hours }} < 72 then cast(cast(floor({{ hours }}) as bigint) as varchar) || ' h'
        else cast(cast(floor({{ hours }} / 24) as bigint) as varchar) || ' days'
    end
{%- endmacro %}

{#- A number with two decimals; NULL stays NULL. -#}
{% macro two_digits(number) -%} cast(cast({{ number }} as decimal(18, 2)) as varchar) {%- endmacro %}
