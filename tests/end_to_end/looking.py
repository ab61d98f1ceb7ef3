"""What the end-to-end tests read of an installation, past the product's own code."""

import json
import os
import time
from pathlib import Path
from typing import NamedTuple

import duckdb

from tests.publish.postgres_server import Server
from tests.searching import files_with

CHOSEN = """
    select clusters.customer_id, min(contacts.email), list(clusters.remote_id)
    from ml.identity_clusters as clusters
    inner join intermediate.int_contacts as contacts using (source_system, remote_id)
    group by clusters.customer_id
    having list_has_all(
        list(clusters.source_system), ['zendesk', 'intercom', 'email', 'stripe']
    ) and count(distinct contacts.email) = 1
    order by clusters.customer_id limit 1
"""


class Person(NamedTuple):
    """Somebody of the sample company who is on four channels under one address."""

    customer: str
    email: str
    remote_ids: list[str]

    @property
    def texts(self) -> list[str]:
        """What must not be found anywhere once they are erased."""
        return [self.customer, self.email, *(i for i in self.remote_ids if len(i) >= 10)]


def somebody(warehouse: Path) -> Person:
    """The first such person."""
    (row,) = query(warehouse, CHOSEN)
    return Person(*row)


def warehouse_of(home: Path) -> Path:
    return home / "data" / "warehouse" / "heedline.duckdb"


def published(home: Path) -> Path:
    return home / "data" / "published" / "current"


def query(path: Path, text: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(text).fetchall()


def rows(home: Path, text: str) -> list[tuple]:
    """Rows of a query on what BI tools read."""
    return query(published(home) / "support.duckdb", text)


def mart_hashes(home: Path) -> dict[str, str]:
    manifest = json.loads((published(home) / "manifest.json").read_text())
    hashes: dict[str, str] = manifest["content"]["hashes"]
    return hashes


def customers(home: Path) -> set[str]:
    return {row[0] for row in rows(home, "select customer_id from dim_customers")}


def tables_of(database: Server) -> list[tuple]:
    """Every table in Postgres that is ours: another one by the same name has another id."""
    return database.execute(
        "select oid, relname from pg_class where relnamespace in "
        "('kpi'::regnamespace, 'success'::regnamespace) order by oid"
    )


def assert_says_what_files_say(database: Server, version: Path) -> None:
    """Both schemas have every table of this version's files, with as many rows."""
    assert database.execute("select distinct version from kpi.publication") == [(version.name,)]
    for schema, file in (("kpi", "support"), ("success", "success/success")):
        path = version / f"{file}.duckdb"
        for (name,) in query(path, "select table_name from duckdb_tables()"):
            wanted = query(path, f"select count(*) from {name}")
            assert database.execute(f"select count(*) from {schema}.{name}") == wanted, name


def assert_nowhere(home: Path, texts: list[str]) -> None:
    """No file of the installation holds any of the texts (the vendors' own are not searched)."""
    for folder in ("warehouse", "published", "landing", "dlt", "dbt", "airflow", "privacy"):
        assert files_with(home / "data" / folder, *texts) == [], texts


def assert_no_process_of(home: Path) -> None:
    """No live process has an environment that points at this home; some take a moment to go."""
    deadline = time.monotonic() + 60
    while left := _processes_of(home):
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def _processes_of(home: Path) -> list[str]:
    marker, found = f"HEEDLINE_HOME={home / 'data'}".encode(), []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) != os.getpid() and marker in (
                folder / "environ"
            ).read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return [line for line in found if line.strip()]
