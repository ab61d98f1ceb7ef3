"""Postgres holds what the published files hold, whatever happens to the publisher or the server."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import duckdb
import psycopg
import pytest
from pydantic import SecretStr

from publish import load_postgres, publish
from publish.destinations.postgres import Loaded, PostgresBehind, load
from publish.destinations.postgres.views import in_postgres
from tests.publish.conftest import Company
from tests.publish.postgres_server import Server, running
from warehouse.settings import PROJECT_ROOT, settings

pytestmark = pytest.mark.usefixtures("quick_report")
ROLES = ("heedline_leaders", "heedline_success")
# Everything a role might be able to read.
READABLE = """
    select table_schema || '.' || table_name from information_schema.tables
    where table_schema not in ('pg_catalog', 'information_schema')
        and has_schema_privilege('{role}', table_schema, 'usage')
        and has_table_privilege('{role}', format('%I.%I', table_schema, table_name), 'select')
"""


@pytest.fixture(scope="session")
def running_server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def server(running_server: Server) -> Server:
    """The server with an empty database and none of our roles."""
    with psycopg.connect(running_server.uri(database="postgres"), autocommit=True) as connection:
        connection.execute("drop database if exists bi with (force)")
        connection.execute("create database bi")
        for role in (*ROLES, "publisher", "tableau"):
            connection.execute(f"drop role if exists {role}")
    return running_server


def into(server: Server) -> Loaded:
    return load_postgres(SecretStr(server.uri()))


def plain(rows: list[tuple]) -> list[str]:
    """Rows that can be compared: exact (floats by `repr`), instants in UTC, in any order."""
    return sorted(
        repr([v.astimezone(UTC).isoformat() if isinstance(v, datetime) else v for v in row])
        for row in rows
    )


def csat(server: Server) -> float:
    return server.execute("select value from kpi.kpi_scorecard where kpi = 'csat'")[0][0]


def test_every_mart_is_there_to_the_last_digit_and_says_what_it_means(
    company: Company, server: Server
) -> None:
    folder = publish(company.as_of).folder
    loaded = into(server)

    with duckdb.connect(str(folder / "support.duckdb"), read_only=True) as snapshot:
        snapshot.execute("set TimeZone = 'UTC'")
        tables = [row[0] for row in snapshot.execute("show tables").fetchall()]
        for table in tables:
            names = [row[0] for row in snapshot.execute(f"describe {table}").fetchall()]
            wanted = snapshot.execute(f"from {table}").fetchall()
            found = server.execute(f"select {', '.join(names)} from kpi.{table}")
            assert plain(found) == plain(wanted), table
    assert loaded.rows == sum(
        rows for (rows,) in server.execute("select coalesce(rows, 0) from kpi.publication")
    )
    assert server.execute("select obj_description('kpi.kpi_daily'::regclass)") == [
        ("One row per test row of kpi_daily; the customer's own.",)
    ]
    assert server.execute("select col_description('kpi.kpi_daily'::regclass, 2)") == [
        ("What channel means.",)
    ]


def test_publication_says_which_version_this_is(company: Company, server: Server) -> None:
    published = publish(company.as_of)
    into(server)

    manifest = json.loads((published.folder / "manifest.json").read_text())
    snapshot = manifest["destinations"]["snapshot"]
    rows = server.execute(
        "select mart, version, as_of, rows, checksum from kpi.publication "
        "where schema_name = 'kpi' and mart <> 'about' and not is_view"
    )
    assert {row[1:3] for row in rows} == {(published.version, company.as_of)}
    assert {row[0]: (row[3], row[4]) for row in rows} == {
        mart: (said["rows"], said["checksum"]) for mart, said in snapshot.items()
    }


def test_the_same_version_again_writes_nothing(company: Company, server: Server) -> None:
    publish(company.as_of)
    first = into(server)
    files = server.execute("select oid, relfilenode from pg_class order by oid")

    assert into(server) == Loaded(first.version, first.rows, unchanged=True)
    assert server.execute("select oid, relfilenode from pg_class order by oid") == files


def test_a_table_that_somebody_dropped_comes_back(company: Company, server: Server) -> None:
    publish(company.as_of)
    into(server)
    server.execute("drop table kpi.kpi_scorecard")

    assert not into(server).unchanged
    assert csat(server) == 0.9


def test_types_that_postgres_lacks_keep_their_values(company: Company, server: Server) -> None:
    company.execute(
        """
        create or replace table marts.dim_agents as select
            'a' as agent_id, 17014118346046923173168730371588410572::hugeint as huge,
            18446744073709551615::ubigint as big, 12345678901234567.89::decimal(19, 2) as exact,
            0.1::float as small, -7::tinyint as tiny, ['x', null, 'ü'] as texts,
            [1, 2]::hugeint[] as numbers, {'a': 1} as nested, true as flag,
            'b'::enum('a', 'b') as word, time '10:11:12.5' as hour,
            interval '1 month 2 days' as span, 'ab' || chr(0) || 'c' as zero,
            timestamp '2026-06-30 12:00:00.000001' as local,
            timestamptz '2026-06-30 23:59:59.999999+02' as instant
        """
    )
    company.describe({})
    publish(company.as_of)
    into(server)

    (row,) = server.execute("select to_json(a) from kpi.dim_agents as a")
    assert row[0] == {
        "agent_id": "a",
        "huge": 17014118346046923173168730371588410572,
        "big": 18446744073709551615,
        "exact": pytest.approx(12345678901234567.89),
        "small": 0.1,
        "tiny": -7,
        "texts": ["x", None, "ü"],
        "numbers": [1, 2],
        "nested": '{"a":1}',
        "flag": True,
        "word": "b",
        "hour": "10:11:12.5",
        "span": "1 mon 2 days",
        "zero": "abc",
        "local": "2026-06-30T12:00:00.000001",
        "instant": "2026-06-30T21:59:59.999999+00:00",
    }
    assert server.execute("select exact from kpi.dim_agents") == [
        (Decimal("12345678901234567.89"),)
    ]


def test_an_empty_mart_is_an_empty_table(company: Company, server: Server) -> None:
    company.execute("delete from marts.fct_survey_responses")
    publish(company.as_of)
    into(server)

    assert server.execute("select count(*) from kpi.fct_survey_responses") == [(0,)]


def test_columns_that_came_and_went_since_the_last_publish(
    company: Company, server: Server
) -> None:
    publish(company.as_of)
    into(server)
    company.execute("alter table marts.dim_agents drop column team")
    company.execute("alter table marts.dim_agents add column shift varchar default 'night'")
    company.describe({})
    publish(company.as_of)
    into(server)

    assert server.execute("select distinct shift from kpi.dim_agents") == [("night",)]
    with pytest.raises(psycopg.errors.UndefinedColumn):
        server.execute("select team from kpi.dim_agents")


def test_a_key_of_the_contract_is_a_key(company: Company, server: Server) -> None:
    company.unique = {"fct_messages": ["message_id"]}
    company.describe({})
    publish(company.as_of)
    into(server)

    with pytest.raises(psycopg.errors.UniqueViolation):
        server.execute("insert into kpi.fct_messages select * from kpi.fct_messages limit 1")


def test_leaders_read_no_person_and_the_success_team_reads_its_list(
    company: Company, server: Server
) -> None:
    publish(company.as_of)
    into(server)

    leaders, success = (
        {row[0] for row in server.execute(READABLE.format(role=role))} for role in ROLES
    )
    assert "kpi.kpi_scorecard" in leaders
    assert {table.split(".")[0] for table in leaders} == {"kpi"}
    assert success - leaders >= {"success.at_risk_customers", "success.suppressed"}
    for table in leaders:
        text = str(server.execute(f"select * from {table}"))
        for person in ("@customer.example", "Ana Müller", "+4915100000"):
            assert person not in text, table
    assert server.execute("select email from success.at_risk_customers where customer_id = 'c37'")

    server.execute("create role tableau login password 'x' in role heedline_leaders")
    with server.connect("tableau", "x") as reader:
        assert reader.execute("select count(*) from kpi.kpi_scorecard").fetchone() == (4,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select * from success.at_risk_customers")


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
def test_a_reader_in_a_long_transaction_keeps_its_version(
    company: Company, server: Server, isolation: str
) -> None:
    """Given a reader in the middle of a transaction, when the next version is published,
    then the reader goes on with the old one, others are not held up, and it is switched after."""
    publish(company.as_of)
    into(server)
    company.execute("update marts.kpi_scorecard set value = 0.5 where kpi = 'csat'")
    version = publish(company.as_of).folder
    with server.connect() as reader:
        reader.execute(f"begin isolation level {isolation}")
        assert reader.execute("select count(*) from kpi.dim_agents").fetchone() == (3,)

        with pytest.raises(PostgresBehind, match=r"pid \d+, postgres .* pg_terminate_backend"):
            load(SecretStr(server.uri()), version, patience=0)
        assert csat(server) == 0.9
        reader.execute("select value from kpi.kpi_scorecard where kpi = 'csat'")
        assert reader.execute("commit").statusmessage == "COMMIT"
    into(server)
    assert csat(server) == 0.5


def test_a_snapshot_older_than_the_rows_never_finds_the_tables_empty(
    company: Company, server: Server
) -> None:
    publish(company.as_of)
    into(server)
    company.execute("update marts.kpi_scorecard set value = 0.5 where kpi = 'csat'")
    version = publish(company.as_of).folder
    with server.connect() as reader:
        # It has a snapshot, and has not touched a table of ours yet.
        reader.execute("begin isolation level repeatable read")
        reader.execute("select count(*) from pg_class")

        with pytest.raises(PostgresBehind, match="began before"):
            load(SecretStr(server.uri()), version, patience=0)
        found = reader.execute("select value from kpi.kpi_scorecard where kpi = 'csat'").fetchall()
        assert found == [(0.9,)]
        reader.execute("commit")


KILLED_AT = """
import os, signal, sys
from pathlib import Path
from pydantic import SecretStr
from publish.destinations.postgres import loading, swap

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

place = sys.argv[1]
if place == "replaced":
    whole = swap._replace
    swap._replace = lambda connection: (whole(connection), die())
else:
    setattr(loading, place, die)
loading.load(SecretStr(os.environ["URI"]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("place", ["announce", "settle", "swap", "replaced"])
def test_kill_9_leaves_the_last_version_and_the_next_load_heals(
    company: Company, server: Server, place: str
) -> None:
    publish(company.as_of)
    into(server)
    company.execute("update marts.kpi_scorecard set value = 0.5 where kpi = 'csat'")
    version = publish(company.as_of).folder

    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT, place, version],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT), "URI": server.uri()},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert csat(server) == 0.9
    assert not into(server).unchanged
    assert csat(server) == 0.5
    schemas = server.execute("select nspname from pg_namespace where nspname ~ '^(kpi|success)'")
    assert sorted(schemas) == [("kpi",), ("success",)]


def test_what_others_built_on_a_table_is_not_dropped(company: Company, server: Server) -> None:
    publish(company.as_of)
    into(server)
    server.execute("create schema mine")
    server.execute("create view mine.pulse as select value from kpi.kpi_scorecard")
    company.execute("update marts.kpi_scorecard set value = 0.5 where kpi = 'csat'")
    publish(company.as_of)

    with pytest.raises(PostgresBehind, match=r"did not make.*view mine\.pulse depends"):
        into(server)
    assert csat(server) == 0.9
    assert len(server.execute("select * from mine.pulse")) == 4
    server.execute("drop view mine.pulse")
    into(server)
    assert csat(server) == 0.5


def test_a_schema_that_is_somebody_elses_is_left_alone(company: Company, server: Server) -> None:
    server.execute("create schema kpi")
    server.execute("create table kpi.budget as select 1 as euros")
    publish(company.as_of)

    with pytest.raises(PostgresBehind, match=r"did not make.*table kpi\.budget depends"):
        into(server)
    assert server.execute("select * from kpi.budget") == [(1,)]


def test_a_user_without_privileges_is_told_what_to_grant(company: Company, server: Server) -> None:
    publish(company.as_of)
    server.execute("create role publisher login password 'p@ss word'")
    uri = SecretStr(server.uri("publisher", "p@ss word"))

    with pytest.raises(PostgresBehind, match="create role heedline_leaders nologin; create role"):
        load_postgres(uri)
    for role in ROLES:
        server.execute(f"create role {role} nologin")
    with pytest.raises(PostgresBehind, match='grant create on database "bi" to "publisher"'):
        load_postgres(uri)
    server.execute('grant create on database "bi" to "publisher"')
    assert not load_postgres(uri).unchanged
    assert csat(server) == 0.9


def test_a_full_disk_leaves_the_last_version(company: Company, server: Server) -> None:
    publish(company.as_of)
    into(server)
    company.execute("update marts.kpi_scorecard set value = 0.5 where kpi = 'csat'")
    publish(company.as_of)
    server.execute(
        "create function full_disk() returns event_trigger language plpgsql as $$ begin "
        "raise 'could not extend file: No space left on device' using errcode = '53100'; end $$"
    )
    server.execute(
        "create event trigger full_disk on ddl_command_end when tag in ('CREATE TABLE') "
        "execute function full_disk()"
    )

    with pytest.raises(PostgresBehind, match="its disk is full; make room"):
        into(server)
    assert csat(server) == 0.9
    server.execute("drop event trigger full_disk")
    into(server)
    assert csat(server) == 0.5


@pytest.mark.parametrize(
    ("broken", "advice"),
    [
        ({"password": "wrong secret"}, "refuses the password"),
        ({"user": "stranger"}, "refuses the password"),
        ({"database": "nowhere"}, "create it, or correct the address"),
    ],
)
def test_a_connection_that_fails_says_what_to_do_and_no_secret(
    company: Company, server: Server, broken: dict[str, str], advice: str
) -> None:
    publish(company.as_of)
    with pytest.raises(PostgresBehind, match=advice) as failed:
        load_postgres(SecretStr(server.uri(**broken)))
    said = str(failed.value) + repr(failed.value.__cause__) + repr(failed.value.__context__)
    for secret in (server.password, quote(server.password), "wrong secret", "wrong%20secret"):
        assert secret not in str(failed.value)
    assert "The database still holds" in said


def test_nobody_there_is_noted_until_a_load_succeeds(company: Company, server: Server) -> None:
    first = publish(company.as_of)
    into(server)
    company.execute("update marts.kpi_scorecard set value = 0.5 where kpi = 'csat'")
    second = publish(company.as_of)
    note = settings().published / "postgres.json"
    assert second.version != first.version

    with pytest.raises(PostgresBehind, match="nobody answers there"):
        load_postgres(SecretStr("postgresql://me:geheim@127.0.0.1:1/bi"))
    said = json.loads(note.read_text())
    assert said["version"] == first.version
    assert "nobody answers there" in said["behind"]
    assert "geheim" not in said["behind"]
    assert versions_current() == second.folder

    into(server)
    assert json.loads(note.read_text()) == {"version": second.version, "behind": None}


def versions_current() -> Path:
    return (settings().published / "current").resolve()


def test_views_answer_as_in_the_snapshot(company: Company, server: Server) -> None:
    company.execute(
        "create view marts.busy as with days as (from marts.kpi_daily where denominator > 0), "
        "leaves as (select channel, team from days group by all) "
        "select l.channel, l.team, sum(d.numerator) as summed, max((d.metric_date::timestamptz "
        "- to_microseconds(cast(trunc(cast(1 as double)) as bigint)))) as latest "
        "from leaves as l, days as d group by all"
    )
    company.describe({})
    folder = publish(company.as_of).folder
    into(server)

    with duckdb.connect(str(folder / "support.duckdb"), read_only=True) as snapshot:
        snapshot.execute("set TimeZone = 'UTC'")
        wanted = snapshot.execute("from busy").fetchall()
    with server.connect() as reader:
        reader.execute("set timezone = 'UTC'")
        assert reader.execute("select * from kpi.busy").fetchall() == wanted
    assert server.execute("select is_view from kpi.publication where mart = 'busy'") == [(True,)]


def test_a_views_own_names_are_not_looked_for_in_the_schema() -> None:
    query = in_postgres("with a as (select 1 as x) select a.x, b.y from a, b", "kpi_next")

    assert query == 'WITH a AS (SELECT 1 AS x) SELECT a.x, b.y FROM a, "kpi_next".b'


def test_a_newer_as_of_replaces_the_older(company: Company, server: Server) -> None:
    publish(company.as_of)
    into(server)
    company.as_of += timedelta(days=1)
    for mart in (
        *("at_risk_customers", "customer_health", "kpi_scorecard"),
        *("customer_reasons", "customer_risk_changes"),
    ):
        company.execute(f"update marts.{mart} set as_of = as_of + interval 1 day")
    company.prepare()
    publish(company.as_of)
    into(server)

    assert server.execute(
        "select as_of from kpi.about union select as_of from kpi.kpi_scorecard "
        "union select as_of from success.at_risk_customers union select as_of from kpi.publication"
    ) == [(company.as_of,)]
