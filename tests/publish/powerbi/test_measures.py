"""What a measure is written as in DAX, and which metrics can be said in sums at all."""

from typing import Any

import pytest

from publish.destinations.powerbi.measures import Condition, LastDay, Latest, Ratio, Total, dax
from publish.destinations.powerbi.metrics import SemanticLayer

EMAIL = Condition("channel", ("email", 'so "called"'))
SUM = "SUM('kpi_daily'[numerator])"


def flat(formula: str) -> str:
    """A formula on one line."""
    joined = " ".join(formula.split())
    return joined.replace("( ", "(").replace(" )", ")")


def test_a_total_keeps_the_pages_filters() -> None:
    assert dax(Total("kpi_daily", "numerator")) == SUM
    assert flat(dax(Total("kpi_daily", "numerator", (EMAIL,)))) == (
        f'CALCULATE({SUM}, KEEPFILTERS(\'kpi_daily\'[channel] IN {{"email", "so ""called"""}}))'
    )


def test_a_ratio_divides_sums() -> None:
    ratio = Ratio(Total("kpi_daily", "numerator"), Total("kpi_daily", "denominator"), factor=100)
    assert flat(dax(ratio)) == f"100 * DIVIDE({SUM}, SUM('kpi_daily'[denominator]))"


def test_a_level_is_that_of_the_periods_last_day() -> None:
    level = LastDay(Total("kpi_daily", "numerator", (EMAIL,)), ("dim_dates", "calendar_date"))
    kept = 'KEEPFILTERS(\'kpi_daily\'[channel] IN {"email", "so ""called"""})'
    assert flat(dax(level)) == (
        "VAR LastDay = MAX('dim_dates'[calendar_date]) "
        f"VAR Waiting = CALCULATE({SUM}, {kept}, 'dim_dates'[calendar_date] = LastDay) "
        f"VAR Known = CALCULATE(COUNTROWS('kpi_daily'), {kept}, REMOVEFILTERS('dim_dates')) "
        "RETURN IF(NOT ISBLANK(Known), COALESCE(Waiting, 0))"
    )


def test_a_respondents_latest_is_found_over_all_channels() -> None:
    part = Latest(Total("kpi_answers", "numerator"), "respondent", "metric_date", ("Channel",))
    assert flat(dax(part)) == (
        "VAR LastDays = CALCULATETABLE(ADDCOLUMNS("
        "SUMMARIZE('kpi_answers', 'kpi_answers'[respondent]), \"@Last\", "
        "CALCULATE(MAX('kpi_answers'[metric_date]))), REMOVEFILTERS('Channel')) "
        "VAR Counted = TREATAS(LastDays, 'kpi_answers'[respondent], 'kpi_answers'[metric_date]) "
        "RETURN CALCULATE(SUM('kpi_answers'[numerator]), KEEPFILTERS(Counted))"
    )


CSAT = "{{ Dimension('record__measure') }} = 'csat'"


def where(template: str) -> dict[str, Any]:
    return {"where_filters": [{"where_sql_template": template}]}


def layer(*metrics: dict[str, Any]) -> SemanticLayer:
    """A semantic layer of metrics over one model of sums; what they leave out is given."""
    given = {
        "name": "odd",
        "label": "Odd",
        "description": "",
        "type": "simple",
        "type_params": {"measure": {"name": "numerators"}},
        "filter": where(CSAT),
        "config": {},
    }
    measures = [
        {"name": "numerators", "agg": "sum", "expr": "cast(numerator as decimal(28, 9))"},
        {"name": "means", "agg": "average", "expr": "numerator"},
        {"name": "odds", "agg": "sum", "expr": "numerator * 2"},
    ]
    team = {"name": "team", "label": "Team", "type": "foreign", "expr": None, "description": ""}
    model = {
        "defaults": {"agg_time_dimension": "metric_date"},
        "node_relation": {"alias": "kpi_evidence"},
        "entities": [team],
        "dimensions": [{"name": "measure", "expr": "kpi"}],
        "measures": [{"non_additive_dimension": None, **measure} for measure in measures],
    }
    elsewhere = {
        **model,
        "node_relation": {"alias": "kpi_sla"},
        "measures": [{"name": "met", "agg": "sum", "expr": "numerator"}],
    }
    return SemanticLayer(
        {
            "metrics": [{**given, **metric} for metric in metrics],
            "semantic_models": [elsewhere, model],
            "project_configuration": {"time_spines": []},
        }
    )


def test_filters_are_read_as_conditions_on_columns() -> None:
    (kpi,) = layer({"filter": where(CSAT + " and {{ Entity('team') }} in ('a', 'b')")}).kpis()
    conditions = (Condition("kpi", ("csat",)), Condition("team", ("a", "b")))
    assert kpi.expression == Total("kpi_daily", "numerator", conditions)


def test_metrics_of_one_label_are_told_apart() -> None:
    labels = [kpi.label for kpi in layer({"name": "odd"}, {"name": "odder"}).kpis()]
    assert labels == ["Odd (odd)", "Odd (odder)"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "cumulative"}, "it is of type cumulative"),
        ({"type_params": {"measure": {"name": "means"}}}, "means is no sum of a column"),
        ({"type_params": {"measure": {"name": "odds"}}}, "odds is no sum of a column"),
        ({"type_params": {"measure": {"name": "met"}}}, "what kpi_daily does not add up"),
        ({"filter": where("{{ Dimension('x') }} > 3")}, "its filter is"),
        ({"filter": where(CSAT + " and {{ Dimension('c__brand') }} = 'b'")}, "told apart by brand"),
        ({"filter": None}, "it names no KPI"),
        ({"type": "derived", "type_params": {"expr": "a - b"}}, "its formula is a - b"),
    ],
)
def test_what_is_no_sum_is_left_out_with_a_warning(
    caplog: pytest.LogCaptureFixture, change: dict[str, Any], reason: str
) -> None:
    assert layer(change).kpis() == []
    assert "powerbi: metric odd is left out: " in caplog.text
    assert reason in caplog.text
