"""Every model on 100 k and on 1 M conversations, each size in a process of its own.

The peer is the same machine reading and writing the same raw rows once (`create table as select`):
how much more than copying the data it costs to know all of this about it.
"""

import os
import subprocess
import sys

from bench.company import fill
from bench.report import peak_memory_mib, show, timed
from sample import AS_OF
from warehouse import dbt
from warehouse.duck import warehouse

ENTITIES = ("conversations", "messages", "conversation_events", "calls", "survey_responses")


def build(command: str = "run") -> int:
    """All layers, as a run builds them, without dbt's tests; models built."""
    return sum(
        len(dbt.run(command, selector=selector, as_of=AS_OF, sources=["file_drop"]))
        for selector in ("unify", "marts", "success")
    )


def copy_raw() -> None:
    """Read every raw row of the large tables and write it again."""
    with warehouse() as connection:
        connection.execute("create schema peer")
        for entity in ENTITIES:
            connection.execute(f"create table peer.{entity} as from raw_file_drop.{entity}")
        connection.execute("drop schema peer cascade")


def measure(copies: int) -> None:
    conversations = fill(copies)
    before = peak_memory_mib()

    def copied() -> int:
        copy_raw()
        return conversations

    def built() -> int:
        dbt.run("seed", as_of=AS_OF, sources=["file_drop"])
        build()
        return conversations

    peer = timed("DuckDB: create table as select, raw rows only", copied)
    mine = timed("heedline: every model, from raw to KPI marts", built)
    show(f"models on {conversations:,} conversations", "conv.", mine, peer)
    print(f"  peak memory: {peak_memory_mib():,.0f} MiB (with the filling of raw: {before:,.0f})")


def main() -> None:
    sizes = os.environ.get("BENCH_COPIES", "1,10").split(",")
    if len(sizes) == 1:
        measure(int(sizes[0]))
        return
    for copies in sizes:
        env = {
            **os.environ,
            "BENCH_COPIES": copies,
            "HEEDLINE_HOME": f"{os.environ['HEEDLINE_HOME']}/{copies}",
        }
        subprocess.run([sys.executable, "-m", "bench", "--only", "models"], env=env, check=True)
