"""Mapped tables of a SQLite file, and that mapped tables need no file drop."""

import sqlite3
from pathlib import Path
from typing import Any

from connectors.contract import Credentials
from connectors.sql_database.source import source
from tests.connectors.slices import AS_OF, extract, load, raw
from tests.connectors.sql_database_shop import AGENTS
from warehouse import dbt


def test_sqlite_is_read_too_and_cannot_be_written(tmp_path: Path, mapped: Any) -> None:
    file = tmp_path / "tickets.db"
    with sqlite3.connect(file) as database:
        database.executescript(
            "create table ticket (id integer primary key, kind text, at date, size real);"
            "insert into ticket values (1, 'a' || char(0) || 'b', '2026-05-01', 1e999),"
            "(2, null, '2026-05-02', 0.1);"
        )
    there = Credentials(base_url="sqlite://", database=str(file))
    columns = {"conversation_id": "id", "opened_at": "at", "subject": "kind"}
    table = {"table": "ticket", "columns": columns, "constants": {"channel": "ticket"},
             "extra": ["size"], "cursor": "id", "lookback": 0}  # fmt: skip
    mapping = mapped(conversations=table)
    assert extract("sql_database", source(there, mapping)) == {"conversations": 2}
    load("sql_database")
    assert raw("select conversation_id, subject, opened_at, remote_data "
               "from raw_sql_database.conversations order by 1") == [
        ("1", "ab", "2026-05-01", None), ("2", None, "2026-05-02", '{"size":0.1}')
    ]  # fmt: skip
    with sqlite3.connect(file) as database:
        database.execute("insert into ticket values (3, 'c', '2026-05-03', 1)")
    assert extract("sql_database", source(there, mapping)) == {"conversations": 2}


def test_tables_alone_reach_the_unified_layer_with_the_file_drop_off(
    tmp_path: Path, mapped: Any
) -> None:
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as database:
        database.executescript(
            "create table staff (id text, name text); insert into staff values ('a', 'Ann');"
        )
    there = Credentials(base_url="sqlite://", database=str(file))
    extract("sql_database", source(there, mapped(agents=AGENTS)))
    load("sql_database")
    names = "stg_file_drop__orders stg_file_drop__agents int_agents loaded_orders"
    dbt.run("run", as_of=AS_OF, sources=["sql_database"], extra=("--select", names))
    assert raw("select source_system, remote_id, name from intermediate.int_agents") == [
        ("shop", "a", "Ann")
    ]
    assert raw("select count(*) from intermediate.loaded_orders") == [(0,)]
    assert raw("select count(*) from information_schema.schemata "
               "where schema_name = 'raw_file_drop'") == [(0,)]  # fmt: skip
