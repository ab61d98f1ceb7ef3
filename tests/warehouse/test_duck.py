"""Opening the warehouse: tables made, UTC, one writer, a busy file named."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from warehouse.duck import WarehouseBusy, warehouse
from warehouse.settings import settings

HOLDER = """
import sys, duckdb
held = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def test_writing_makes_the_shared_tables_and_speaks_utc() -> None:
    with warehouse() as connection:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables order by 1"
        ).fetchall()
        zone = connection.execute("select current_setting('TimeZone')").fetchone()
    assert ("ml.message_tags",) in names
    assert ("ops.loads",) in names
    assert zone == ("UTC",)


def test_tables_of_an_earlier_version_gain_their_new_columns_and_keep_their_rows() -> None:
    path = settings().warehouse_file
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as old:
        old.execute("create schema ml")
        old.execute(
            "create table ml.identity_clusters "
            "(source_system text, remote_id text, customer_id text)"
        )
        old.execute("insert into ml.identity_clusters values ('zendesk', '1', 'c')")
    with warehouse() as connection:
        rows = connection.execute("select * from ml.identity_clusters").fetchall()
    with warehouse() as connection:
        again = connection.execute("select * from ml.identity_clusters").fetchall()
    assert rows == again == [("zendesk", "1", "c", 1.0)]


def test_reading_before_anything_was_loaded_says_what_to_do() -> None:
    with pytest.raises(FileNotFoundError, match="heedline run"), warehouse(read_only=True):
        pass


def test_a_file_held_by_another_process_is_waited_for_then_named(tmp_path: Path) -> None:
    with warehouse():
        pass
    path = settings().warehouse_file
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(WarehouseBusy, match="held by another process"),
            warehouse(wait_seconds=0.3),
        ):
            pass
    finally:
        holder.communicate(timeout=30)
    with warehouse():
        pass
