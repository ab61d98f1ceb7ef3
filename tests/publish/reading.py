"""Reads one destination again and again until standard input closes, and says what it saw.

`python -m tests.publish.reading KIND MART …`, with `ROOT` (the published folder) and `URI` in the
environment. A version is told by its `as_of`s and the values of two marts; prints
`{"versions": […], "broken": […]}` after the first look and at the end.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

import duckdb
import psycopg

# What has to agree within one version: KPI values and the instants of two marts and `about`.
MARKS = (
    "select value from {place}.kpi_scorecard where kpi = 'csat'",
    "select max(value) from {place}.kpi_daily",
    "select max(as_of)::varchar from {place}.kpi_scorecard",
    "select max(as_of)::varchar from {place}.customer_health",
)
Ask = Callable[[str], list[tuple]]


def look(ask: Ask, place: str, marts: list[str]) -> dict[str, list]:
    """The marks of what is there, and the number of rows of every mart.

    The marks are spread over the whole look, so that one that spans two versions is noticed.
    """
    asked = [mark.format(place=place) for mark in MARKS]
    first = [ask(query)[0][0] for query in (asked[0], asked[2])]
    counts = [int(ask(f"select count(*) from {place}.{mart}")[0][0]) for mart in marts]
    last = [ask(query)[0][0] for query in (asked[1], asked[3])]
    values, instants = zip(first, last, strict=True)
    return {"values": [*map(float, values)], "instants": [*map(str, instants)], "counts": counts}


def current() -> Path:
    return Path(os.environ["ROOT"], "current").resolve(strict=True)


def from_duckdb(marts: list[str]) -> dict[str, list]:
    """The leaders' snapshot, and the success team's lists of the same version."""
    folder = current()
    with duckdb.connect(str(folder / "support.duckdb"), read_only=True) as snapshot:
        seen = look(lambda query: snapshot.execute(query).fetchall(), "main", marts)
    with duckdb.connect(str(folder / "success" / "success.duckdb"), read_only=True) as lists:
        ((listed,),) = lists.execute("select max(as_of)::varchar from at_risk_customers").fetchall()
    return {**seen, "instants": [*seen["instants"], listed]}


def from_parquet(marts: list[str]) -> dict[str, list]:
    folder = current() / "parquet"
    with duckdb.connect() as reader:
        reader.execute("create schema files")
        for mart in marts:
            reader.execute(f"create view files.{mart} as from '{folder}/{mart}/*.parquet'")
        return look(lambda query: reader.execute(query).fetchall(), "files", marts)


def from_hyper(marts: list[str]) -> dict[str, list]:
    from tableauhyperapi import Connection, HyperProcess, Telemetry

    with (
        HyperProcess(
            Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}
        ) as engine,
        Connection(engine.endpoint, current() / "tableau" / "support.hyper") as file,
    ):
        return look(
            lambda query: [tuple(row) for row in file.execute_list_query(query)],
            '"Extract"',
            marts,
        )


@cache
def connected() -> psycopg.Connection:
    """One session for all looks, which prepares the statements that it repeats."""
    return psycopg.connect(os.environ["URI"])


def from_postgres(marts: list[str]) -> dict[str, list]:
    """One transaction, each statement with a snapshot of its own."""
    connection = connected()
    with connection.transaction():
        return look(lambda query: connection.execute(query).fetchall(), "kpi", marts)


def from_postgres_snapshot(marts: list[str]) -> dict[str, list]:
    """One transaction with one snapshot, taken before any mart is touched."""
    connection = connected()
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    with connection.transaction():
        connection.execute("select count(*) from pg_class")
        return look(lambda query: connection.execute(query).fetchall(), "kpi", marts)


def main(kind: str, marts: list[str]) -> None:
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    read = globals()[f"from_{kind}"]
    versions: set[str] = set()
    broken: list[str] = []
    counts: list[int] | None = None
    first = True
    while first or not stop.is_set():
        try:
            seen = read(marts)
        except Exception as error:
            broken.append(f"{type(error).__name__}: {error}")
        else:
            counts = seen["counts"] if counts is None else counts
            alike = len(set(seen["instants"])) == len(set(seen["values"])) == 1
            if not alike or seen["counts"] != counts:
                broken.append(str(seen))
            versions.add(json.dumps([seen["instants"][0], seen["values"][0]]))
        if first:
            print(json.dumps({"versions": sorted(versions), "broken": broken}), flush=True)
            first = False
    print(json.dumps({"versions": sorted(versions), "broken": broken}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
