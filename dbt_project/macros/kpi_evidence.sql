{#- One branch of `kpi_evidence`: what each record of a fact table contributes to a KPI.

    kpi, kind, at (the instant that dates the record), fact, record_id, numerator, denominator (SQL, none
    for counts), where; `channel`, `team` and `topic` name other columns or `null`; `last_date` is given
    where a record counts on more days than its first, `relation` where a CTE prepares the fact. -#}
{% macro kpi_evidence_rows(
    kpi, kind, at, fact, record_id, numerator, where, denominator="1", conversation_id="conversation_id",
    channel="channel", team="team", topic="topic", last_date=none, relation=none
) -%}
    select
        {{ kpi }} as kpi,
        '{{ kind }}' as kind,
        {{ metric_date(at) }} as first_date,
        {{ last_date or metric_date(at) }} as last_date,
        cast({{ channel }} as varchar) as channel,
        cast({{ team }} as varchar) as team,
        cast({{ topic }} as varchar) as topic,
        segment,
        '{{ fact }}' as fact,
        {{ record_id }} as record_id,
        cast({{ conversation_id }} as varchar) as conversation_id,
        customer_id,
        {{ at }} as dated_at,
        cast({{ numerator }} as double) as numerator,
        cast({{ "null" if kind in ["count", "level"] else denominator }} as double) as denominator
    from {{ relation or ref(fact) }}
    where {{ at }} is not null and {{ where }}
{%- endmacro %}
