"""How well contacts are linked, measured against truths that the linkage never saw.

`evaluate_tables` runs the very function behind `heedline link` and its peers on labelled tables;
`evaluate_warehouse` judges what stands in a warehouse of the sample company. One configuration for
all (`identity.yml`), fixed without these labels.
"""

import csv
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ml.identity.evaluate.measures import Quality, quality, worst
from ml.identity.evaluate.peers import Clusters, exact_email, textbook_splink
from ml.identity.evaluate.tables import Labelled
from ml.identity.tabular import link
from warehouse.duck import warehouse

DISCLAIMER = (
    "One generic configuration for every table; "
    "its thresholds were fixed without looking at these labels."
)
_WRITTEN = {"emails": "email", "phones": "phone"}
"""Columns that `heedline link` reads under another name than ours."""


@dataclass(frozen=True)
class Result:
    """One method on one table. `worst_merges` and `worst_splits` are lists of records as they came,
    each with its person and cluster."""

    table: str
    method: str
    seconds: float
    quality: Quality
    worst_merges: list[list[dict[str, Any]]]
    worst_splits: list[list[dict[str, Any]]]

    def as_json(self) -> dict[str, Any]:
        """Plain values, for other tools."""
        return asdict(self)


@dataclass(frozen=True)
class Coverage:
    """Contacts of a warehouse and of its truth that could not be compared."""

    without_truth: int
    not_received: int


def heedline(table: pa.Table) -> Clusters:
    """Link through files, as the command does."""
    with tempfile.TemporaryDirectory(prefix="heedline-evaluate-") as folder:
        source, target = Path(folder, "people.csv"), Path(folder, "links.csv")
        names = [_WRITTEN.get(name, name) for name in table.column_names]
        with source.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(names)
            writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
        link(source, target)
        with target.open(newline="", encoding="utf-8") as file:
            return {row["record_id"]: row["customer_id"] for row in csv.DictReader(file)}


METHODS: dict[str, Callable[[pa.Table], Clusters]] = {
    "heedline": heedline,
    "splink, textbook": textbook_splink,
    "equal e-mail": exact_email,
}


def evaluate_tables(
    tables: Iterable[Labelled], methods: Iterable[str] = tuple(METHODS), examples: int = 0
) -> Iterator[Result]:
    """Every method on every table, as they come (no join on e-mail where there is none).

    Args:
        tables: from `ml.identity.evaluate.tables`.
        methods: names in `METHODS`.
        examples: how many of the worst merges and splits to carry along.

    Raises:
        RuntimeError: a method lost or invented a record.
    """
    for table in tables:
        for method in methods:
            if method == "equal e-mail" and "emails" not in table.people.column_names:
                continue
            started = time.perf_counter()
            found = METHODS[method](table.people)
            seconds = time.perf_counter() - started
            if found.keys() != table.truth.keys():
                raise RuntimeError(
                    f"{method} on {table.name}: {len(found):,} records came back of "
                    f"{len(table.truth):,}; every record must have one customer"
                )
            yield _result(table, method, seconds, found, examples)


def _result(table: Labelled, method: str, seconds: float, found: Clusters, examples: int) -> Result:
    records = table.people["record_id"].to_pylist()
    clusters = [found[record] for record in records]
    persons = [table.truth[record] for record in records]

    def rows(group: list[int]) -> list[dict[str, Any]]:
        return [
            {"person": persons[at], "cluster": clusters[at]}
            | {k: v for k, v in table.people.slice(at, 1).to_pylist()[0].items() if v is not None}
            for at in group[:20]
        ]

    merges, splits = worst(clusters, persons, examples) if examples else ([], [])
    return Result(
        table.name,
        method,
        seconds,
        quality(clusters, persons),
        [rows(group) for group in merges],
        [rows(group) for group in splits],
    )


def evaluate_warehouse(home: Path, examples: int = 0) -> tuple[Result, Coverage]:
    """`ml.identity_clusters` of a home in which the sample company ran, against its truth.

    Args:
        home: a HEEDLINE_HOME.
        examples: how many of the worst merges and splits to carry along.

    Raises:
        FileNotFoundError: no warehouse, or no sample company's truth in this home.
        ValueError: several sample companies, or no contact has been linked yet.
    """
    truths = sorted(home.glob("sample/*/truth/identities.parquet"))
    if not truths:
        raise FileNotFoundError(
            f"no truth at {home}/sample/*/truth/identities.parquet; "
            "run the sample company in this home"
        )
    if len(truths) > 1:
        known = ", ".join(path.parent.parent.name for path in truths)
        raise ValueError(
            f"several sample companies in {home} ({known}); remove all but the one that ran"
        )
    with warehouse(read_only=True, path=home / "warehouse" / "heedline.duckdb") as connection:
        joined = _compared(connection, truths[0])
        coverage = Coverage(*_counts(connection))
    if not joined.num_rows:
        raise ValueError(f"no contact of {home} has been linked yet; run the pipeline first")
    records = joined["record_id"].to_pylist()
    truth = dict(zip(records, joined["person_id"].to_pylist(), strict=True))
    found = dict(zip(records, joined["customer_id"].to_pylist(), strict=True))
    people = joined.drop_columns(["person_id", "customer_id"])
    table = Labelled(f"sample company {truths[0].parent.parent.name}", people, truth)
    return _result(table, "heedline", 0.0, found, examples), coverage


def _compared(connection: duckdb.DuckDBPyConnection, truth: Path) -> pa.Table:
    connection.execute(
        "create or replace temp view truth as select distinct system, remote_id, person_id "
        "from read_parquet($path)".replace("$path", "'" + str(truth).replace("'", "''") + "'")
    )
    return connection.sql(
        """
        select source_system || ' ' || c.remote_id as record_id, person_id, customer_id
        from ml.identity_clusters as c
        join truth on system = source_system and truth.remote_id = c.remote_id
        order by record_id
        """
    ).to_arrow_table()


def _counts(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    row = connection.execute(
        """
        select
            (select count(*) from ml.identity_clusters as c where not exists (
                from truth where system = source_system and remote_id = c.remote_id)),
            (select count(*) from truth as t where not exists (
                from ml.identity_clusters
                where source_system = system and remote_id = t.remote_id))
        """
    ).fetchone()
    assert row
    return int(row[0]), int(row[1])
