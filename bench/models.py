"""Every model on 100 k and on 1 M conversations, and one day more, each size in its own process.

The peer is the same machine reading and writing the same raw rows once (`create table as select`):
how much more than copying the data it costs to know all of this about it.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta

from bench.company import add_what_came_after, fill
from bench.report import peak_memory_mib, show, timed
from sample import AS_OF
from warehouse import dbt, layers
from warehouse.duck import warehouse

SOURCES = ["file_drop"]
DAY_BEFORE = AS_OF - timedelta(days=1)
ENTITIES = ("conversations", "messages", "conversation_events", "calls", "survey_responses")


def build(as_of: datetime) -> None:
    """All layers, as a run builds them, without dbt's tests."""
    without_tests = ("--exclude-resource-type", "test", "unit_test")
    layers.build_unified(as_of=as_of, sources=SOURCES, extra=without_tests)
    layers.build_marts(as_of=as_of, sources=SOURCES, command="run")
    dbt.run("run", selector="success", as_of=as_of, sources=SOURCES)


def copy_raw() -> None:
    """Read every raw row of the large tables and write it again."""
    with warehouse() as connection:
        connection.execute("create schema peer")
        for entity in ENTITIES:
            connection.execute(f"create table peer.{entity} as from raw_file_drop.{entity}")
        connection.execute("drop schema peer cascade")


def measure(copies: int) -> None:
    rows = fill(copies, DAY_BEFORE)
    before = peak_memory_mib()

    def counted(count: int, work: Callable[[], None]) -> Callable[[], int]:
        def run() -> int:
            work()
            return count

        return run

    peer = timed("DuckDB: create table as select, raw rows only", counted(rows, copy_raw))
    full = timed("heedline: every model, from raw", counted(rows, lambda: build(DAY_BEFORE)))
    show(f"models on {100_000 * copies:,} conversations", "rows", full, peer)
    came = add_what_came_after(copies, DAY_BEFORE, AS_OF + timedelta(hours=1))
    day = timed("heedline: one day more", counted(came, lambda: build(AS_OF)))
    print(
        f"\none day more: {came:,} new rows ({came / rows:.2%}) in {day.seconds:.1f} s, "
        f"{day.seconds / full.seconds:.1%} of the full build"
    )
    print(f"  peak memory: {peak_memory_mib():,.0f} MiB (with the filling of raw: {before:,.0f})")


def main() -> None:
    sizes = os.environ.get("BENCH_COPIES", "1,10").split(",")
    if len(sizes) == 1:
        measure(int(sizes[0]))
        return
    for copies in sizes:
        home = f"{os.environ['HEEDLINE_HOME']}/{copies}"
        env = {**os.environ, "BENCH_COPIES": copies, "HEEDLINE_HOME": home}
        subprocess.run([sys.executable, "-m", "bench", "--only", "models"], env=env, check=True)
