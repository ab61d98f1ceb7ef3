"""What a connector declares: its resources (keys, columns), and how it fails.

`resources.yml` is read by the extractor (as dlt hints) and by the loader (to make the raw tables),
so a table has every declared column even when no record ever carried it.
"""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.person import Person
from warehouse.credentials import Credentials as Credentials

ROOM = Path(__file__).resolve().parent
ColumnType = Literal["text", "bigint", "double", "bool", "json"]


class Reconciled(BaseModel):
    """How a raw table is held against what the vendor counts; conditions are SQL on the table.

    Attributes:
        deleted: the rows of which the vendor has said that they are gone.
        counted: the rows that the vendor's own count is about (default: all that are not deleted).
            `$since`, `$until` and `$among` (a list) are those that were kept with the count.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    deleted: str | None = None
    counted: str | None = None


class Resource(BaseModel):
    """One table a source delivers.

    Attributes:
        primary_key: columns that name a row for good.
        version: column that orders the states of one row; the newest state wins. Empty: the last
            one received wins.
        provenance: columns that say where a row came from, not what it says: a row that differs
            only in these is a duplicate.
        person: how a row is tied to a person, for erasing one.
        reconciled: which rows are deleted, and which the vendor counts.
        columns: type of every column that downstream SQL reads. Timestamps stay `text`, as the
            vendor wrote them; nested values stay `json`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    primary_key: tuple[str, ...] = Field(min_length=1)
    version: str | None = None
    provenance: tuple[str, ...] = ()
    person: Person | None = None
    reconciled: Reconciled = Reconciled()
    columns: dict[str, ColumnType]

    def dlt_hints(self) -> dict[str, Any]:
        """Keyword arguments for `@dlt.resource`: declared columns, nothing nested unpacked."""
        return {
            "primary_key": list(self.primary_key),
            # Landing only adds files, each under its load id; the warehouse merges by key.
            "write_disposition": "append",
            "max_table_nesting": 0,
            # Keys too may be null on the way in: the gate sets such rows aside. dlt would refuse
            # the package for one of them, and go on refusing the same package on every later run.
            "columns": {
                name: {"data_type": kind, "nullable": True} for name, kind in self.columns.items()
            },
        }


class SourceError(RuntimeError):
    """A source could not be read. One line: source, place, what is wrong, what to do."""

    def __init__(self, source: str, where: str, problem: str, remedy: str) -> None:
        super().__init__(f"{source}: {where}: {problem}; {remedy}")


def first_problem(error: ValidationError) -> tuple[list[str], str]:
    """What is wrong first in a settings file: the path of keys to it, and `path: problem`."""
    first = error.errors()[0]
    keys = [str(part) for part in first["loc"]]
    place = ".".join(keys)
    return keys, f"{place}: {first['msg']}" if place else first["msg"]


@cache
def resources(source: str) -> dict[str, Resource]:
    """The declared resources of a source, by name, in file order."""
    text = (ROOM / source / "resources.yml").read_text()
    return {name: Resource(**spec) for name, spec in yaml.safe_load(text).items()}
