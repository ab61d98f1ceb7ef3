"""Labelled tables of people: FEBRL 1-3, Splink's fake_1000 and our simulated styles.

The first two lie in a folder that the user names (`febrl/dataset1.csv`, `fake_1000/fake_1000.csv`).
Their labels are read here, to judge; nothing in the linkage was chosen by looking at them.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from ml.identity.simulate import STYLES, TRUTH, simulate

_RENAMED = {
    "rec_id": "record_id", "unique_id": "record_id", "first_name": "given_name",
    "dob": "date_of_birth", "city": "suburb", "email": "emails",
}  # fmt: skip


@dataclass(frozen=True)
class Labelled:
    """A table without its truth, and the truth: record_id → person."""

    name: str
    people: pa.Table
    truth: dict[str, str]


def simulated(rows: int, seeds: int) -> Iterator[Labelled]:
    """Every style, with seeds 1 to `seeds`."""
    for style in STYLES:
        for seed in range(1, seeds + 1):
            table = simulate(style, rows, seed)
            truth = dict(zip(table["record_id"].to_pylist(), table[TRUTH].to_pylist(), strict=True))
            people = table.drop_columns(TRUTH)
            yield Labelled(f"simulated {style}, seed {seed}", people, truth)
            if "soc_sec_id" in people.column_names:
                less = people.drop_columns("soc_sec_id")
                yield Labelled(f"simulated {style}, seed {seed}, no soc_sec_id", less, truth)


def febrl(folder: Path) -> Iterator[Labelled]:
    """FEBRL 1-3, each with and without `soc_sec_id`; `rec-12-dup-0` is person 12.

    Raises:
        FileNotFoundError: a file is not there.
    """
    for number in (1, 2, 3):
        table = _read(folder / "febrl" / f"dataset{number}.csv")
        records = table["record_id"].to_pylist()
        truth = {record: re.sub(r"^rec-(\d+)-.*$", r"\1", record) for record in records}
        yield Labelled(f"FEBRL {number}", table, truth)
        yield Labelled(f"FEBRL {number}, no soc_sec_id", table.drop_columns("soc_sec_id"), truth)


def fake_1000(folder: Path) -> Labelled:
    """Splink's fake_1000 with the persons its maker generated (column `cluster`).

    Raises:
        FileNotFoundError: the file is not there.
    """
    table = _read(folder / "fake_1000" / "fake_1000.csv")
    truth = dict(zip(table["record_id"].to_pylist(), table["cluster"].to_pylist(), strict=True))
    return Labelled("fake_1000", table.drop_columns("cluster"), truth)


def clerical(folder: Path, truth: dict[str, str]) -> tuple[int, int]:
    """fake_1000's clerical labels: pairs, and how many of them the column `cluster` agrees with."""
    with (folder / "fake_1000" / "fake_1000_labels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    agree = sum(
        (truth[row["unique_id_l"]] == truth[row["unique_id_r"]])
        == (float(row["clerical_match_score"]) >= 0.5)
        for row in rows
    )
    return len(rows), agree


def _read(path: Path) -> pa.Table:
    """A CSV as text, spaces around names and values cut, empty as null, columns under our names."""
    with path.open(newline="", encoding="utf-8") as file:
        head, *rows = list(csv.reader(file, skipinitialspace=True))
    names = [_RENAMED.get(name.strip(), name.strip()) for name in head]
    columns = {
        name: pa.array([row[place].strip() or None for row in rows], pa.string())
        for place, name in enumerate(names)
    }
    return pa.table(columns)
