"""Whatever happens to the publisher or the server, the database holds its last version, whole."""

import json
import os
import signal
import subprocess
import sys
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from publish import load_postgres, publish
from publish.destinations.postgres import PostgresBehind, load
from tests.publish.conftest import Company
from tests.publish.postgres_server import ROLES, Server, csat, into
from warehouse.settings import PROJECT_ROOT, settings

pytestmark = pytest.mark.usefixtures("quick_report")


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
    assert len(server.execute("select * from mine.pulse")) == 6
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
    assert (settings().published / "current").resolve() == second.folder

    into(server)
    assert json.loads(note.read_text()) == {"version": second.version, "behind": None}


@pytest.mark.parametrize(
    "uri", ["postgresql://me:geh/eim@host/bi", "mysql://me:geh%2Feim@host/bi", "postgresql:///bi"]
)
def test_what_is_no_address_is_said_so_without_repeating_it(company: Company, uri: str) -> None:
    publish(company.as_of)
    with pytest.raises(PostgresBehind, match="is no address of a database") as failed:
        load_postgres(SecretStr(uri))
    assert "geh" not in repr(failed.value)
