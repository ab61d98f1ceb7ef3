"""Landing: no row stays in dlt's working folder, no row is too odd to land, no kill sticks."""

import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.contract import Resource, SourceError
from connectors.landing import complete_loads, land, land_pending
from expectations.keys import primary_keys
from tests.searching import files_with
from warehouse.landed import landed_files
from warehouse.settings import settings

MARKER = "grace.hopper@customer.example"
ORDERS = Resource(primary_key=("id",), columns={"id": "text", "mail": "text"})
Rows = Callable[[], Iterator[Any]]


def shop(rows: Rows) -> Any:
    """A source of one resource."""

    @dlt.source(name="shop")
    def source() -> Any:
        return dlt.resource(rows, name="orders", **ORDERS.dlt_hints())

    return source()


def two_orders() -> Iterator[Any]:
    yield [{"id": "1", "mail": MARKER}, {"id": "2", "mail": f"b.{MARKER}"}]


def ids() -> list[str | None]:
    """Every id that has landed, in the order of the loads."""
    found: list[str | None] = []
    for load_id in complete_loads("shop"):
        for file in landed_files("shop", load_id).get("orders", []):
            found += pq.read_table(file).column("id").to_pylist()
    return found


def killed(body: str) -> None:
    """Run a landing in a process that ends itself by kill -9 on the way."""
    script = f"""
import os, signal, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from connectors.landing import land
from tests.connectors.test_landing import MARKER, shop, two_orders

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

{body}
"""
    done = subprocess.run([sys.executable, "-c", script], env=dict(os.environ), check=False)
    assert done.returncode == -signal.SIGKILL


def test_no_row_stays_with_dlt_once_it_has_landed() -> None:
    assert land("shop", shop(two_orders)).rows == {"orders": 2}
    assert files_with(settings().landing, MARKER)
    assert files_with(settings().dlt, MARKER) == []


def test_rows_that_an_older_version_left_are_removed_by_the_next_landing() -> None:
    land("shop", shop(two_orders))
    (package,) = (settings().dlt / "shop_landing" / "load" / "loaded").iterdir()
    for state in ("completed_jobs", "failed_jobs"):
        (package / state).mkdir(exist_ok=True)
        table = pa.table({"mail": [MARKER]})
        pq.write_table(table, package / state / "orders.1.0.parquet", compression="zstd")
        packed = gzip.compress(MARKER.encode())
        (package / state / "orders.2.0.jsonl.gz").write_bytes(packed)
    assert len(files_with(settings().dlt, MARKER)) == 4
    land("shop", shop(lambda: iter([])))
    assert files_with(settings().dlt, MARKER) == []


def test_what_a_source_that_broke_off_had_given_is_removed_and_given_again() -> None:
    def breaks_off() -> Iterator[Any]:
        yield [{"id": str(n), "mail": MARKER} for n in range(20_000)]
        raise SourceError("shop", "/orders", "is closed", "come back")

    with pytest.raises(SourceError, match="is closed"):
        land("shop", shop(breaks_off))
    assert files_with(settings().dlt, MARKER) == []
    assert ids() == []
    assert land("shop", shop(two_orders)).rows == {"orders": 2}


def test_what_an_extraction_killed_midway_had_read_is_removed_by_the_next_landing() -> None:
    killed("""
def rows():
    yield [{"id": str(n), "mail": MARKER} for n in range(20_000)]
    die()

land("shop", shop(rows))
""")
    assert files_with(settings().dlt, MARKER), "nothing to remove: proves nothing"
    assert land("shop", shop(two_orders)).rows == {"orders": 2}
    assert files_with(settings().dlt, MARKER) == []
    assert ids() == ["1", "2"]


@pytest.mark.parametrize("step", ["normalize", "load"])
@pytest.mark.parametrize("landed_before", [False, True])
def test_a_landing_killed_between_two_steps_is_made_good_by_the_next(
    step: str, landed_before: bool
) -> None:
    if landed_before:
        land("shop", shop(lambda: iter([[{"id": "0", "mail": "other"}]])))
    killed(f"""
from dlt.pipeline.pipeline import Pipeline
Pipeline.{step} = die
land("shop", shop(two_orders))
""")
    land("shop", shop(lambda: iter([[{"id": "3", "mail": MARKER}]])))
    # A first package that never landed is forgotten with its cursor: the source gives it again.
    expected = {"0", "1", "2", "3"} if landed_before else {"3"}
    assert set(ids()) == expected
    assert files_with(settings().dlt, MARKER) == []


def test_what_a_killed_extraction_left_lands_without_asking_the_source() -> None:
    land("shop", shop(lambda: iter([[{"id": "0", "mail": "other"}]])))
    killed("""
from dlt.pipeline.pipeline import Pipeline
Pipeline.load = die
land("shop", shop(two_orders))
""")
    assert set(ids()) == {"0"}
    assert land_pending("shop")
    assert set(ids()) == {"0", "1", "2"}
    assert files_with(settings().dlt, MARKER) == []
    assert not land_pending("shop")


def test_a_row_without_its_key_lands_for_the_gate_to_judge() -> None:
    rows = [{"id": "1", "mail": "a"}, {"mail": "b"}, {"id": None, "mail": "c"}]
    land("shop", shop(lambda: iter([rows])))
    assert ids() == ["1", None, None]
    assert primary_keys("shop")["orders"] == ["id"]


def test_a_home_whose_keys_were_not_nullable_takes_a_row_without_its_key() -> None:
    hints = ORDERS.dlt_hints()
    for column in hints["columns"].values():
        del column["nullable"]
    land(
        "shop", dlt.source(lambda: dlt.resource(two_orders, name="orders", **hints), name="shop")()
    )
    land("shop", shop(lambda: iter([[{"id": None, "mail": "c"}]])))
    assert ids() == ["1", "2", None]
