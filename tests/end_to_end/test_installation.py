"""The life of one installation on the sample company, under a real scheduler, in file order.

It runs while its BI database is down, refuses another company, is interrupted, erases a person and
is killed while it does, brings the database up to date, keeps that person out of what vendors still
serve and out of a restored backup, and changes nothing else.
"""

import csv
import json
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Heedline, started, wait_until_it_says
from tests.end_to_end.looking import (
    Person,
    assert_no_process_of,
    assert_nowhere,
    assert_says_what_files_say,
    customers,
    mart_hashes,
    published,
    query,
    rows,
    somebody,
    tables_of,
    warehouse_of,
)
from tests.publish.people import People, of_sample
from tests.publish.postgres_server import Server
from tests.publish.texts import texts_below, texts_in_postgres
from tests.searching import files_with

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def first_run(
    heedline: Heedline, database: Server, to_postgres: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    with database.stopped():
        return heedline("run", "--size", "small", **to_postgres)


@pytest.fixture(scope="module")
def everybody(first_run: subprocess.CompletedProcess[str], home: Path) -> People:
    (world,) = (home / "data" / "sample").glob("*/world")
    return of_sample(world)


@pytest.fixture(scope="module")
def person(first_run: subprocess.CompletedProcess[str], home: Path) -> Person:
    shutil.copy(warehouse_of(home), home / "backup.duckdb")
    return somebody(warehouse_of(home))


def test_first_run_goes_from_every_channel_to_the_published_files(
    first_run: subprocess.CompletedProcess[str], home: Path
) -> None:
    assert "publish.publish_version" in first_run.stdout, first_run.stdout + first_run.stderr
    for channel in ("zendesk", "intercom", "twilio", "email", "survey", "salesforce", "stripe"):
        assert f"ingest_{channel}.load" in first_run.stdout
    assert "KPI scorecard" in first_run.stdout
    assert "customers to call first" in first_run.stdout
    for name in (
        "support.duckdb",
        "report.html",
        "parquet/kpi_scorecard",
        "success/at_risk_customers.csv",
        "success/at_risk.html",
    ):
        assert (published(home) / name).exists(), name


def test_a_database_that_is_down_is_named_and_holds_nothing_else_up(
    first_run: subprocess.CompletedProcess[str],
    heedline: Heedline,
    home: Path,
    database: Server,
    to_postgres: dict[str, str],
) -> None:
    assert first_run.returncode == 1
    where = rf"127\.0\.0\.1:{database.port}/bi"
    assert re.search(
        rf"failed publish\.load_postgres: PostgresBehind: publish: .*{where}.* version before",
        first_run.stderr,
    ), first_run.stderr
    assert re.search(r"not everything worked: publish\.load_postgres;", first_run.stderr)
    status = heedline("status", **to_postgres)
    assert "Postgres is behind: it has no version yet" in status.stdout
    assert database.password not in first_run.stdout + first_run.stderr + status.stdout
    assert not files_with(home / "data" / "airflow" / "logs", database.password)


def test_leaders_find_nobody_of_the_company_and_the_success_team_does(
    everybody: People, home: Path
) -> None:
    assert everybody.found(texts_below(published(home), leave_out="success")) == {}

    found = everybody.found(texts_below(published(home) / "success"))
    seen = {kind: len(whom) for kind, whom in found.items()}
    assert min(seen["email"], seen["phone"], seen["name"]) > 200
    assert seen["surname"] > 20


@pytest.mark.usefixtures("first_run")
def test_every_channel_reaches_the_marts(home: Path) -> None:
    channels = {c for (c,) in rows(home, "select distinct channel from fct_conversations")}
    assert {"ticket", "email", "chat", "chatbot", "phone", "social"} <= channels
    systems = {s for (s,) in rows(home, "select distinct source_system from fct_conversations")}
    assert {"zendesk", "intercom", "twilio", "email"} <= systems


@pytest.mark.usefixtures("first_run")
def test_the_at_risk_list_gives_reasons(home: Path) -> None:
    path = published(home) / "success" / "at_risk_customers.csv"
    listed = list(csv.DictReader(path.open(encoding="utf-8-sig")))
    assert listed
    assert all(row["top_reasons"] for row in listed)
    assert [float(r["score"]) for r in listed]


@pytest.mark.usefixtures("first_run")
def test_status_and_at_risk_read_what_was_published(heedline: Heedline) -> None:
    status = heedline("status")
    assert status.returncode == 0
    assert re.search(r"zendesk +20", status.stdout)
    listed = heedline("at-risk", "--top", "3", "--format", "json")
    assert listed.returncode == 0
    assert 1 <= len(json.loads(listed.stdout)) <= 3


@pytest.mark.usefixtures("first_run")
@pytest.mark.parametrize(
    ("asked", "for_"), [(("--size", "medium"), "sample medium"), (("--live",), "own systems")]
)
def test_another_company_is_refused_in_one_line_and_changes_nothing(
    asked: tuple[str, ...], for_: str, heedline: Heedline, home: Path
) -> None:
    version = published(home).resolve()
    done = heedline("run", *asked, AIRFLOW_CONN_HEEDLINE_STRIPE="http://sk_test:none@127.0.0.1:9")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"holds sample small, this run is for {for_}" in line
    assert "set HEEDLINE_HOME" in line
    assert published(home).resolve() == version


@pytest.mark.usefixtures("first_run")
def test_ctrl_c_stops_everything_that_was_started(home: Path) -> None:
    process = started(home, "run", "--size", "small")
    wait_until_it_says("Airflow is up", process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=400)
    assert process.returncode == 130, errors
    assert "stopped" in errors
    assert_no_process_of(home)


def test_a_dry_run_lists_every_identity_and_changes_nothing(
    heedline: Heedline, home: Path, person: Person
) -> None:
    before = warehouse_of(home).stat().st_size
    done = heedline("erase", person.email, "--dry-run")
    assert done.returncode == 0, done.stderr
    for name in ("zendesk:", "intercom:", "email:", "stripe:", "raw_zendesk.tickets"):
        assert name in done.stdout
    assert warehouse_of(home).stat().st_size == before
    assert person.customer in customers(home)


@pytest.mark.usefixtures("first_run")
def test_an_unknown_person_is_one_line(heedline: Heedline) -> None:
    done = heedline("erase", "nobody@nowhere.example", "--yes")
    assert done.returncode == 1
    assert done.stderr.startswith("heedline: nobody is known as nobody@nowhere.example")
    assert done.stderr.count("\n") == 1


def test_killed_halfway_and_completed_the_person_is_nowhere(
    heedline: Heedline, home: Path, person: Person, to_postgres: dict[str, str]
) -> None:
    others = customers(home) - {person.customer}
    process = started(home, "erase", person.customer, "--yes", **to_postgres)
    wait_until_it_says("erase.sweep", process)
    process.kill()
    process.communicate()
    done = heedline("erase", "--replay", **to_postgres)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "erased and proved" in done.stdout
    assert "found 0" in done.stdout
    assert customers(home) == others
    assert_nowhere(home, person.texts)
    proofs = list((home / "data" / "privacy" / "proofs").glob("*.json"))
    assert [json.loads(p.read_text())["found"] for p in proofs] == [0]


def test_the_next_publish_has_brought_the_database_to_what_the_files_say(
    home: Path, database: Server, everybody: People, person: Person
) -> None:
    assert_says_what_files_say(database, published(home).resolve())
    with database.connect() as connection:
        assert everybody.found(texts_in_postgres(connection, "kpi")) == {}
        seen = everybody.found(texts_in_postgres(connection, "success"))
    assert {"email", "phone", "name"} <= seen.keys()
    assert person.email not in seen["email"]


def test_erasing_again_says_that_it_is_done(heedline: Heedline, person: Person) -> None:
    done = heedline("erase", person.email, "--yes")
    assert done.returncode == 0
    assert "erased already" in done.stdout


def test_neither_vendors_that_serve_everything_again_nor_a_restored_backup_bring_the_person_back(
    heedline: Heedline,
    home: Path,
    person: Person,
    database: Server,
    to_postgres: dict[str, str],
) -> None:
    before, version = mart_hashes(home), published(home).resolve()
    tables = tables_of(database)
    # Without cursors every vendor is asked for all it has.
    shutil.rmtree(home / "data" / "dlt")
    shutil.rmtree(home / "data" / "landing")
    shutil.copy(home / "backup.duckdb", warehouse_of(home))
    assert files_with(home / "data" / "warehouse", person.email)
    done = heedline("run", "--size", "small", **to_postgres)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "publish.finish_erasures" in done.stdout
    (left_out, unaccounted) = query(
        warehouse_of(home),
        "select sum(erased), count(*) filter "
        "(where received <> accepted + quarantined + duplicates + erased) from ops.loads",
    )[0]
    assert left_out > 10
    assert unaccounted == 0
    assert person.customer not in customers(home)
    assert_nowhere(home, person.texts)
    # What was served again is held already, and all that is made of it comes out the same.
    new_rows = query(
        warehouse_of(home),
        "select source, resource, accepted from ops.loads where accepted > 0 "
        "qualify dense_rank() over (partition by source order by load_id) > 1",
    )
    assert new_rows == []
    assert mart_hashes(home) == before
    assert published(home).resolve() == version
    assert tables_of(database) == tables
    assert f"Postgres has {version.name}" in heedline("status", **to_postgres).stdout
