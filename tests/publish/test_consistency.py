"""Ten KPIs, the same number wherever a leader reads it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import SecretStr

from publish import load_postgres
from runtime.semantic import Metrics
from tests.dbt_project.asking import asked, rows
from tests.dbt_project.conftest import acme_home as acme_home
from tests.dbt_project.conftest import metrics as metrics
from tests.dbt_project.conftest import published as published
from tests.publish.postgres_server import Server, running
from tests.publish.test_tableau import hyper

TEN = (
    *("csat", "nps", "ces", "fcr", "reopen_rate", "transfer_rate", "resolution_minutes"),
    *("response_minutes", "conversations_opened", "backlog"),
)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def version(published: Path) -> Path:
    return (published / "published" / "current").resolve()


@pytest.fixture(scope="module")
def card(version: Path) -> dict[str, Row]:
    """The mart, as the snapshot has it."""
    return {row["kpi"]: row for row in rows(version / "support.duckdb", "from kpi_scorecard")}


@pytest.fixture(scope="module")
def server(published: Path) -> Iterator[Server]:
    with running() as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", str(published))
        load_postgres(SecretStr(made.uri()))
        yield made


def test_all_ten_have_a_number(card: dict[str, Row]) -> None:
    assert {kpi for kpi in TEN if card[kpi]["value"] is None} == set()


def test_files_and_databases_have_the_marts_number_to_the_last_digit(
    version: Path, card: dict[str, Row], server: Server
) -> None:
    wanted = {kpi: card[kpi]["value"] for kpi in TEN}
    columns, _, tableau = hyper(version)["kpi_scorecard"]
    with duckdb.connect() as reader:
        file = version / "parquet" / "kpi_scorecard" / "data.parquet"
        parquet = dict(reader.execute(f"select kpi, value from '{file}'").fetchall())
    found = {
        "parquet": parquet,
        "tableau": {row[columns.index("kpi")]: row[columns.index("value")] for row in tableau},
        "postgres": dict(server.execute("select kpi, value from kpi.kpi_scorecard")),
    }
    for place, values in found.items():
        assert {kpi: values[kpi] for kpi in TEN} == wanted, place


@pytest.mark.parametrize("kpi", TEN)
def test_the_semantic_layer_says_the_marts_number_to_the_last_digit(
    metrics: Metrics, card: dict[str, Row], kpi: str
) -> None:
    period = {"first": card[kpi]["period_start"], "last": card[kpi]["period_end"]}
    assert asked(metrics, kpi, **period)[()] == card[kpi]["value"]


def test_the_reports_filters_begin_with_the_marts_numbers(
    version: Path, card: dict[str, Row]
) -> None:
    page = (version / "report.html").read_text()
    [text] = re.findall(r'id="slices">(.*?)</script>', page)
    data = json.loads(text)
    parts = {
        kpi["id"]: (kpi["kind"], sums[0])
        for kpi, sums in zip(data["kpis"], data["sums"], strict=True)
    }

    assert "nps" not in parts  # days of it do not add up
    for kpi in set(TEN) - {"nps"}:
        kind, sums = parts[kpi]
        top, bottom = [*(sum(values[-4:]) for values in sums), 1][:2]
        found = sums[0][-1] if kind == "level" else top / bottom
        # The page carries six decimals of each sum.
        assert found == pytest.approx(card[kpi]["value"], rel=1e-9), kpi
