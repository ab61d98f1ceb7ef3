{#- The periods and leaves of the dimensions whose KPIs this build works out anew: those in which changed rows of the
    facts count, then or now, or where the backlog differs. An answer to NPS can take the place of another leaf's; what
    of a week or month depends on its last day so far, changes in all its leaves. Full build: nobody asks.
    depends_on: the facts, whose changed rows are read. -#}
{% set leaf = kpi_dimensions() | join(", ") %}
{% set marts = {"day": "kpi_daily", "week": "kpi_weekly", "month": "kpi_monthly"} %}
{% for group in kpi_groups() %}
-- depends_on: {{ ref(group["fact"]) }}
{% endfor %}
{% if not is_delta() %}
select 'day' as unit, {{ last_metric_date() }} as period_start, {{ leaf }}
from {{ ref('fct_backlog_daily') }}
where false
{% else %}
with evidence as (
    {{ kpi_evidence_of_facts(changed=true) }}
),

backlog as (
    select metric_date, {{ leaf }}, cast(backlog as double) as backlog
    from {{ ref('fct_backlog_daily') }}
    where backlog <> 0
),

held_backlog as (
    select metric_date, {{ leaf }}, numerator from {{ held('kpi_daily') }} where kpi = 'backlog'
),

changes as (
    select first_date as metric_date, {{ leaf }}, kind from evidence where kind <> 'level'
    union
    select metric_date, {{ leaf }}, 'level' from (select * from backlog except select * from held_backlog) as risen
    union
    select metric_date, {{ leaf }}, 'level' from (select * from held_backlog except select * from backlog) as gone
),

answers as (
    select first_date, {{ leaf }} from {{ ref('kpi_evidence') }} where kind = 'nps'
)

{% for unit, mart in marts.items() %}
{% set answered = "(select " ~ period_start(unit, "metric_date") ~ " from changes where kind = 'nps')" %}
{% set period = "metric_date" if unit == "day" else "period_start" %}
select '{{ unit }}' as unit, {{ period_start(unit, 'metric_date') }} as period_start, {{ leaf }} from changes
union
select '{{ unit }}', {{ period_start(unit, 'first_date') }}, {{ leaf }} from answers
where {{ period_start(unit, 'first_date') }} in {{ answered }}
union
select '{{ unit }}', {{ period }}, {{ leaf }} from {{ held(mart) }}
where
    (kpi = 'nps' and {{ period }} in {{ answered }})
    {% if unit != "day" %}
    or {{ period }} >= {{ period_start(unit, metric_date(since_as_of() ~ " - interval 1 microsecond")) }}
    {% endif %}
{{ "union" if not loop.last }}
{% endfor %}
{% endif %}
