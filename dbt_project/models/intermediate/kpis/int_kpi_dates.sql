{#- The dates whose KPIs this build works out anew: those on which changed rows of the facts count, then or now, where
    the backlog differs, and the last ones of the build before and of this one. Full build: nobody asks.
    depends_on: the facts, whose changed rows are read. -#}
{% set backlog = "metric_date, channel, team, topic, segment, cast(backlog as double) as backlog" %}
{% set held_backlog = "metric_date, channel, team, topic, segment, numerator" %}
{% for fact in [
    "fct_conversations", "fct_responses", "fct_status_spans", "fct_sla_targets", "fct_survey_responses",
    "fct_self_service_sessions", "fct_issues"
] %}
-- depends_on: {{ ref(fact) }}
{% endfor %}
{% if not is_delta() %}
select {{ last_metric_date() }} as metric_date
{% else %}
with evidence as (
    {{ kpi_evidence_of_facts(changed=true) }}
),

backlog as (
    select {{ backlog }} from {{ ref('fct_backlog_daily') }} where backlog <> 0
),

held_backlog as (
    select {{ held_backlog }} from {{ held('kpi_daily') }} where kpi = 'backlog'
)

select first_date as metric_date from evidence where kind <> 'level'
union
select metric_date from (select * from backlog except select * from held_backlog) as risen
union
select metric_date from (select * from held_backlog except select * from backlog) as gone
union
select {{ last_metric_date() }}
union
select {{ metric_date(since_as_of() ~ " - interval 1 microsecond") }}
{% endif %}
