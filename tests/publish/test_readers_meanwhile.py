"""Readers of every destination, each a process of its own, while versions are published under them.

Whatever they catch is one whole version: no error, no mart missing, one `as_of` and one value.
"""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from publish import load_postgres, publish
from publish.destinations.postgres import load
from tests.publish.conftest import Company
from tests.publish.postgres_server import Server
from warehouse.settings import PROJECT_ROOT, settings

AS_OF_MARTS = ("at_risk_customers", "customer_health", "customer_reasons", "customer_risk_changes")
READERS = ("duckdb", "parquet", "hyper", "postgres", "postgres_snapshot")


@pytest.mark.slow
@pytest.mark.usefixtures("quick_report")
def test_nobody_ever_sees_an_error_a_missing_mart_or_two_versions(
    company: Company, server: Server
) -> None:
    """Given a process per way of reading, when versions of another as_of and other values are
    published, then each reader saw several versions, and each of them whole."""
    _set_values(company, 0)
    marts = publish(company.as_of).folder.joinpath("parquet")
    names = sorted(path.name for path in marts.iterdir())
    load_postgres(SecretStr(server.uri()))
    readers = {
        kind: subprocess.Popen(
            [sys.executable, "-m", "tests.publish.reading", kind, *names],
            cwd=PROJECT_ROOT,
            env={**os.environ, "URI": server.uri(), "ROOT": str(settings().published)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in READERS
    }
    # Each has seen the first version before the next ones come.
    said = {kind: json.loads(reader.stdout.readline()) for kind, reader in readers.items()}
    for number in range(1, 5):
        _publish_another(company, number)
        load_postgres(SecretStr(server.uri()))
    # A database is switched in a moment: that often, a reader will be in the middle of something.
    last = sorted(settings().published.glob("v*"))[-2:]
    for number in range(8):
        load(SecretStr(server.uri()), last[number % 2])
    for kind, reader in readers.items():
        out, _ = reader.communicate("stop")
        said[kind] = json.loads(out.splitlines()[-1])

    assert {kind: seen["broken"] for kind, seen in said.items()} == {kind: [] for kind in READERS}
    few = {kind: seen["versions"] for kind, seen in said.items() if len(seen["versions"]) < 2}
    assert few == {}


def _publish_another(company: Company, number: int) -> None:
    company.as_of += timedelta(days=1)
    company.execute(
        "; ".join(
            f"update marts.{mart} set as_of = as_of + interval 1 day"
            for mart in (*AS_OF_MARTS, "kpi_scorecard")
        )
    )
    _set_values(company, number)
    company.prepare()
    publish(company.as_of)


def _set_values(company: Company, number: int) -> None:
    """What readers compare: two marts hold the same number."""
    company.execute(f"update marts.kpi_scorecard set value = {number} where kpi = 'csat'")
    company.execute(f"update marts.kpi_daily set value = {number}")


def test_a_reader_of_an_old_version_reads_on_when_it_is_long_replaced(
    company: Company, quick_report: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a process that has one file of a version open, when it is old and others are removed,
    then the process can open the other files, too, and they go with the process."""
    monkeypatch.setenv("HEEDLINE_KEEP_VERSIONS", "1")
    monkeypatch.setenv("HEEDLINE_KEEP_MINUTES", "0")
    first = publish(company.as_of).folder
    reader = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(first)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "opened\n"
    for number in (1, 2):
        _publish_another(company, number)

    versions = sorted(path.name for path in Path(settings().published).glob("v*"))
    assert len(versions) == 2
    assert first.name in versions
    out, _ = reader.communicate("go on")
    assert out == "0.9 0.9\n"
    _publish_another(company, 3)
    assert not first.exists()


HOLDING = """
import sys, duckdb
snapshot = duckdb.connect(sys.argv[1] + "/support.duckdb", read_only=True)
print("opened", flush=True)
sys.stdin.readline()
value = "select value from {} where kpi = 'csat'"
parquet = sys.argv[1] + "/parquet/kpi_scorecard/data.parquet"
print(
    snapshot.execute(value.format("kpi_scorecard")).fetchall()[0][0],
    duckdb.sql(value.format(f"'{parquet}'")).fetchall()[0][0],
)
"""
