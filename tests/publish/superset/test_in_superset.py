"""The bundle in a real Superset 6.1 over a published version.

HEEDLINE_SUPERSET=1 switches it on: its environment takes 700 MB. HEEDLINE_SUPERSET_VERSION names
the folder of another version than the acme company's (`published/current`).
"""

import os
import shutil
import subprocess
from typing import Any

import duckdb
import pytest

from publish.superset.bundle import ROOM
from tests.publish.superset.asking import ask, chart_data, data_of, ids, may_write
from tests.publish.superset.conftest import ONE_TEAM, READER, Bundle
from tests.publish.superset.server import ADMIN, Superset

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("HEEDLINE_SUPERSET") != "1", reason="HEEDLINE_SUPERSET is off"
    ),
]
# Two connections of one process, the first one still open when `current` moves to v2.
OVER_A_FLIP = """
import os, superset_config
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

def opened():
    uri = make_url("duckdb:////published/current/support.duckdb")
    uri, params = superset_config.DB_CONNECTION_MUTATOR(uri, {}, None, None, None)
    return create_engine(uri, **params).connect()

def value(connection):
    return connection.execute(text("select max(value) from kpi_scorecard")).scalar()

old = opened()
before = value(old)
link = os.environ["SUPERSET_PUBLISHED"] + "/current"
os.symlink("v2", link + ".new")
os.replace(link + ".new", link)
print(value(opened()) == 4711 and value(old) == before != 4711)
"""


def test_every_chart_answers_a_reader(
    superset: Superset, bundle: Bundle, marts: duckdb.DuckDBPyConnection
) -> None:
    """And is empty only where the marts have nothing under its conditions."""
    with superset.client(READER) as client:
        known = ids(client, "chart")
        assert set(known) == {chart["uuid"] for chart in bundle.charts.values()}
        full = 0
        for path, chart in bundle.charts.items():
            answer = chart_data(client, known[chart["uuid"]])
            assert answer.status_code == 200, f"{path}: {answer.text[:2000]}"
            (result,) = answer.json()["result"]
            assert result["error"] is None, path
            assert bool(result["data"]) == has_rows(marts, bundle, chart), path
            full += bool(result["data"])
    assert full > len(bundle.charts) / 2


def has_rows(marts: duckdb.DuckDBPyConnection, bundle: Bundle, chart: dict[str, Any]) -> bool:
    """Whether any row of the chart's dataset meets its conditions, asked of DuckDB itself."""
    dataset = bundle.dataset_of(chart)
    said = {"==": "=", "IS TRUE": "is true", "IS NOT NULL": "is not null", "IN": "in"}
    made = {c["column_name"]: c["expression"] or c["column_name"] for c in dataset["columns"]}
    conditions, values = ["true"], []
    for wanted in chart["params"]["adhoc_filters"]:
        value = wanted["comparator"]
        mark = "" if value is None else "?"
        if isinstance(value, list):
            mark = f"({', '.join('?' * len(value))})"
        values += value if isinstance(value, list) else [] if value is None else [value]
        sign = said.get(wanted["operator"], wanted["operator"])
        conditions.append(f"{made[wanted['subject']]} {sign} {mark}")
    table = f"({dataset['sql']})" if dataset["sql"] else dataset["table_name"]
    # A number is one row whatever it is of.
    grouped = chart["viz_type"] != "big_number_total"
    asked = f"select count(*) from {table} as asked where {' and '.join(conditions)}"
    (rows,) = marts.execute(asked, values).fetchone() or (0,)
    return bool(rows) or not grouped


def test_superset_says_what_the_scorecard_says_to_the_last_digit(
    superset: Superset, bundle: Bundle, marts: duckdb.DuckDBPyConnection, scorecard: dict[str, str]
) -> None:
    expected = dict(marts.execute("select kpi, value from kpi_scorecard").fetchall())
    daily = bundle.dataset("kpi_daily")
    metrics = {metric["metric_name"] for metric in daily["metrics"]}
    added = {kpi: metric for kpi, metric in scorecard.items() if metric in metrics}
    with superset.client(READER) as client:
        card = ask(client, bundle.dataset("kpi_scorecard"), ["value"], ("kpi",))
        assert {row["kpi"]: row["value"] for row in card} == expected
        (days,) = ask(client, daily, sorted(added.values()), days_ago=28)
    compared = {kpi: (days[metric] or None) for kpi, metric in added.items()}
    assert compared == {kpi: (expected[kpi] or None) for kpi in added}
    assert sum(value is not None for value in compared.values()) >= 10


def test_a_team_lead_sees_one_team_and_nobody_changes_anything(
    superset: Superset, bundle: Bundle, teams: list[str]
) -> None:
    daily, card = bundle.dataset("kpi_daily"), bundle.dataset("kpi_scorecard")
    with superset.client() as admin:
        everybody = {row["team"] for row in ask(admin, daily, ["conversations_opened"], ("team",))}
        table = ids(admin, "dataset")[card["uuid"]]
    assert set(teams) <= everybody
    assert len(teams) > 1
    with superset.client(ONE_TEAM) as client:
        rows = ask(client, daily, ["conversations_opened"], ("team",))
        assert {row["team"] for row in rows} == {teams[0]}
        assert data_of(client, table, ["value"]).status_code == 403
        assert client.get("/api/v1/dashboard/heedline-success").status_code in (403, 404)
    sql = {"database_id": 1, "sql": "select 1", "runAsync": False}
    own_name = {"slice_name": next(iter(bundle.charts.values()))["slice_name"]}
    for user, allowed in ((ADMIN, True), (READER, False)):
        with superset.client(user) as client:
            may_write(client)
            number = ids(client, "chart")[next(iter(bundle.charts.values()))["uuid"]]
            changed = client.put(f"/api/v1/chart/{number}", json=own_name)
            assert changed.status_code == (200 if allowed else 403), changed.text
            assert (client.post("/api/v1/sqllab/execute/", json=sql).status_code == 403) != allowed
            assert client.get("/api/v1/database/").status_code == (200 if allowed else 403)


def test_the_next_query_reads_the_new_version_while_the_old_one_is_still_read(
    superset: Superset, bundle: Bundle
) -> None:
    """One process, as in the server: an old connection stays open over the flip."""
    published = superset.published
    shutil.copytree(published / "v1", published / "v2")
    with duckdb.connect(str(published / "v2" / "support.duckdb")) as connection:
        connection.execute("update kpi_scorecard set value = 4711")
    environ = os.environ | {
        "PYTHONPATH": str(ROOM),
        "SUPERSET_PUBLISHED": str(published),
        "SUPERSET_HOME": str(published.parent),
        "SUPERSET_SECRET_KEY": "not of a server",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    ran = subprocess.run(
        [superset.python, "-c", OVER_A_FLIP],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.splitlines()[-1:] == ["True"], ran.stderr[-2000:]
    with superset.client(READER) as client:
        rows = ask(client, bundle.dataset("kpi_scorecard"), ["value"], ("kpi",))
    assert {row["value"] for row in rows} == {4711}
