"""What tests ask of the semantic model they read back."""

import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests.publish.powerbi.tmdl_reader import Node, reference

FILE = re.compile(r'(?:File\.Contents|Folder\.Files)\(PublishedFolder & "\\([^"]+)"\)')


def active(model: Node) -> list[tuple[str, str]]:
    """Many → one, of every relationship that filters by itself."""
    return [
        (reference(one.properties["fromColumn"])[0], reference(one.properties["toColumn"])[0])
        for one in model.of("relationship").values()
        if one.properties.get("isActive") != "false"
    ]


def source(table: Node) -> str:
    return table.of("partition")[table.name].properties["source"]


def parquet_of(version: Path, table: Node) -> Path | None:
    """The file, or the folder of files, that a table is read from."""
    found = FILE.search(table.of("partition")[table.name].properties["source"])
    return version / found[1].replace("\\", "/") if found else None


def values(version: Path, table: Node, column: str) -> list[Any]:
    path = parquet_of(version, table)
    assert path is not None
    name = table.of("column")[column].properties["sourceColumn"]
    read: list[Any] = pq.read_table(path, columns=[name]).column(0).to_pylist()
    return read
