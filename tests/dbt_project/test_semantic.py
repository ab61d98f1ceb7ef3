"""The metrics: one per KPI, equal to the KPI marts to the last digit, asked through MetricFlow."""

import csv
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow.validation.data_warehouse_model_validator import DataWarehouseModelValidator
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import (
    SemanticManifestValidator,
)

from runtime import semantic
from runtime.semantic import Metrics, Request
from tests.dbt_project.asking import Row, asked, rows
from warehouse.dbt import PROJECT

MARTS = {
    "day": ("kpi_daily", "metric_date"),
    "week": ("kpi_weekly", "period_start"),
    "month": ("kpi_monthly", "period_start"),
}
TEN = (
    "first_response_minutes",
    "resolution_business_minutes",
    "response_minutes",
    "csat",
    "nps",
    "ces_score",
    "fcr",
    "sentiment",
    "conversations_opened",
    "backlog",
)
# The scorecard's rows of one channel or topic, where the measure's own name is taken.
RENAMED = {"first_response_minutes": "first_response_minutes_written"}


def manifest(snapshot: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((snapshot.parent / semantic.FILE).read_text())
    return read


@cache
def seed() -> list[dict[str, str]]:
    with (PROJECT / "seeds" / "kpi_targets.csv").open() as file:
        return list(csv.DictReader(file))


def exact(values: list[float | None]) -> float:
    """A sum as the marts have it: of decimals with nine digits."""
    return float(sum(Decimal(value or 0).quantize(Decimal("1e-9")) for value in values))


@pytest.mark.parametrize("unit", MARTS)
def test_ten_kpis_equal_the_marts_to_the_last_digit(
    metrics: Metrics, snapshot: Path, unit: str
) -> None:
    mart, period = MARTS[unit]
    for kpi in TEN:
        leaves: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in rows(snapshot, f"from {mart} where kpi = '{kpi}'"):
            leaves[row[period], row["channel"], row["team"]].append(row)
        expected = {}
        for key, group in leaves.items():
            numerator = exact([row["numerator"] for row in group])
            denominator = exact([row["denominator"] for row in group])
            scale = 100 if kpi == "nps" else 1
            is_ratio = group[0]["kind"] not in {"count", "level"}
            expected[key] = scale * numerator / denominator if is_ratio else numerator

        found = asked(metrics, kpi, unit, "channel", "team")

        assert expected
        # The marts have no row where nothing waited.
        assert {key: value for key, value in found.items() if value or kpi != "backlog"} == expected


def test_every_row_of_the_scorecard_is_its_metric(metrics: Metrics, snapshot: Path) -> None:
    for row in rows(snapshot, "from kpi_scorecard"):
        name = RENAMED.get(row["kpi"], row["kpi"])
        found = asked(metrics, name, first=row["period_start"], last=row["period_end"])
        assert (found.get(()) or None) == (row["value"] or None), name


def test_there_is_a_metric_for_every_kpi_and_it_says_what_the_seed_says(
    metrics: Metrics, snapshot: Path
) -> None:
    measured = {row["kpi"] for row in rows(snapshot, "select distinct kpi from kpi_evidence")}
    carded = {RENAMED.get(row["kpi"], row["kpi"]) for row in seed()}
    assert set(metrics.all) == measured | {row["measure"] for row in seed()} | carded

    published = {metric["name"]: metric for metric in manifest(snapshot)["metrics"]}
    for row in seed():
        metric = published[RENAMED.get(row["kpi"], row["kpi"])]
        assert metric["label"] == row["label"]
        assert metric["config"]["meta"] == {
            "unit": row["unit"],
            "target_direction": row["target_direction"],
            "scorecard": row["kpi"],
        }
    labels = [metric["label"] for metric in published.values()]
    assert len(set(labels)) == len(labels)
    assert all(metric["description"] for metric in published.values())


def test_every_metric_filters_on_the_measure_of_its_name(metrics: Metrics, snapshot: Path) -> None:
    measure = {RENAMED.get(row["kpi"], row["kpi"]): row["measure"] for row in seed()}
    for metric in manifest(snapshot)["metrics"]:
        if metric["name"] in metrics.all and metric["name"] != "nps":
            (filtered,) = metric["filter"]["where_filters"]
            name = measure.get(metric["name"], metric["name"])
            assert f"= '{name}'" in filtered["where_sql_template"], metric["name"]


def test_nps_takes_each_customers_latest_answer_of_any_window(
    metrics: Metrics, snapshot: Path
) -> None:
    answers = rows(snapshot, "from kpi_evidence where kpi = 'nps'")
    assert len(answers) > len({row["customer_id"] for row in answers})  # one answered twice

    def points(chosen: list[Row]) -> float:
        latest = {
            row["customer_id"] or row["record_id"]: row["numerator"]
            for row in sorted(chosen, key=lambda row: row["dated_at"])
        }
        return 100 * sum(latest.values()) / len(latest)

    assert asked(metrics, "nps") == {(): points(answers)}
    for last in sorted({row["first_date"] for row in answers}):
        until = [row for row in answers if row["first_date"] <= last]
        assert asked(metrics, "nps", last=last) == {(): points(until)}, last


def test_a_filter_takes_the_backlog_of_the_last_day_also_when_nothing_waited_then(
    metrics: Metrics, snapshot: Path
) -> None:
    monthly: dict[tuple[Any, ...], float] = defaultdict(float)
    for row in rows(snapshot, "from kpi_monthly where kpi = 'backlog'"):
        monthly[row["period_start"], row["channel"]] += row["numerator"]
    waited = {row["channel"] for row in rows(snapshot, "from kpi_daily where kpi = 'backlog'")}
    emptied = 0
    for channel in waited:
        found = asked(metrics, "backlog", "month", where={"channel": (channel,)})
        assert found == {(month,): monthly[month, channel] for (month,) in found}
        emptied += 0.0 in found.values()
    assert emptied


def test_kpis_split_by_the_conversation_the_customer_and_the_account(
    metrics: Metrics, snapshot: Path
) -> None:
    joins = {
        "source_system": "fct_conversations using (conversation_id)",
        "country": "dim_customers using (customer_id)",
        "health_band": "(select customer_id, band as health_band from customer_health) "
        "using (customer_id)",
        "account_name": "dim_customers using (customer_id)",
    }
    for name, join in joins.items():
        expected = rows(
            snapshot,
            f"select {name} as part, sum(numerator) / sum(denominator) as value "
            f"from kpi_evidence left join {join} where kpi = 'fcr' group by all",
        )
        assert asked(metrics, "fcr", name) == {(row["part"],): row["value"] for row in expected}


def test_several_metrics_stand_side_by_side(metrics: Metrics) -> None:
    both = metrics.answer(Request(("csat", "backlog"), ("month", "channel")))
    assert both.columns == ("month", "channel", "csat", "backlog")
    june = {row[1]: row[2:] for row in both.rows if row[0].date() == date(2026, 6, 1)}
    alone = {
        kpi: {key[1]: value for key, value in asked(metrics, kpi, "month", "channel").items()
              if key[0] == date(2026, 6, 1)}
        for kpi in ("csat", "backlog")
    }  # fmt: skip
    assert june == {
        channel: (alone["csat"].get(channel), alone["backlog"].get(channel))
        for channel in alone["csat"].keys() | alone["backlog"].keys()
    }


def test_the_configuration_is_valid_and_its_sql_runs(snapshot: Path) -> None:
    """What `mf validate-configs` does, without asking pypi.org first."""
    found = semantic.manifest_at(snapshot.parent / semantic.FILE)
    rules = SemanticManifestValidator[Any]().validate_semantic_manifest(found)
    assert not rules.all_issues

    class Client:
        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

        def dry_run(self, stmt: str, **_: Any) -> None:
            connection.execute(f"explain {stmt}")

    with duckdb.connect(str(snapshot), read_only=True) as connection:
        validator: Any = DataWarehouseModelValidator(sql_client=Client())  # type: ignore[arg-type]
        for kind in ("semantic_models", "dimensions", "entities", "simple_metrics", "metrics"):
            issues = getattr(validator, f"validate_{kind}")(found).all_issues
            assert not issues, issues


def test_no_column_and_no_dimension_is_called_day(snapshot: Path) -> None:
    names = {row["column_name"] for row in rows(snapshot, "from duckdb_columns()")}
    for model in manifest(snapshot)["semantic_models"]:
        names |= {part["name"] for part in (*model["dimensions"], *model["entities"])}
    assert "channel" in names
    assert "day" not in names


def exposures() -> dict[str, set[str]]:
    """What people see → the models behind it."""
    read = yaml.safe_load((PROJECT / "models/_exposures.yml").read_text())["exposures"]
    return {entry["name"]: {ref.split("'")[1] for ref in entry["depends_on"]} for entry in read}


def test_every_mart_has_a_reader_and_every_reader_is_named() -> None:
    marts = {path.stem for path in PROJECT.glob("models/marts/**/*.sql")}
    assert marts <= set().union(*exposures().values())
    assert {
        *("kpi_scorecard_report", "bi_tables", "at_risk_list"),
        *("customer_card", "kpi_explanation", "kpi_query"),
    } <= set(exposures())


def test_what_query_reads_is_its_exposure(snapshot: Path) -> None:
    read = manifest(snapshot)
    readers = (*read["semantic_models"], *read["project_configuration"]["time_spines"])
    assert {part["node_relation"]["alias"] for part in readers} == exposures()["kpi_query"]


def test_the_calendar_goes_from_the_first_kpi_to_the_day_before_as_of(snapshot: Path) -> None:
    (span,) = rows(
        snapshot,
        "select min(calendar_date) as first, max(calendar_date) as last, count(*) as n, "
        "(select min(metric_date) from kpi_daily) as measured from dim_dates",
    )
    assert (span["first"], span["last"]) == (span["measured"], date(2026, 6, 29))
    assert span["n"] == (span["last"] - span["first"]).days + 1
