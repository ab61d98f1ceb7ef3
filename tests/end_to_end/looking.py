"""What the end-to-end tests read of an installation, past the product's own code."""

import json
import os
import time
from pathlib import Path

import duckdb

from tests.searching import files_with


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
