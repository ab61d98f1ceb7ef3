"""Postgres holds what the published files hold, to the last digit, and shows each role its part."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import duckdb
import psycopg
import pytest

from publish import publish
from publish.destinations.postgres import Loaded
from publish.destinations.postgres.views import in_postgres
from tests.publish.conftest import Company
from tests.publish.postgres_server import ROLES, Server, csat, into

pytestmark = pytest.mark.usefixtures("quick_report")
READABLE = """
    select table_schema || '.' || table_name from information_schema.tables
    where table_schema not in ('pg_catalog', 'information_schema')
        and has_schema_privilege('{role}', table_schema, 'usage')
        and has_table_privilege('{role}', format('%I.%I', table_schema, table_name), 'select')
"""


def plain(rows: list[tuple]) -> list[str]:
    """Rows that can be compared: exact (floats by `repr`), instants in UTC, in any order."""
    return sorted(
        repr([v.astimezone(UTC).isoformat() if isinstance(v, datetime) else v for v in row])
        for row in rows
    )


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


def test_types_that_postgres_lacks_keep_their_values(
    company: Company, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_DESTINATIONS", "postgres")  # Tableau would refuse the big numbers
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
        assert reader.execute("select count(*) from kpi.kpi_scorecard").fetchone() == (6,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select * from success.at_risk_customers")


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
