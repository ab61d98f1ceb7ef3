"""What one publish writes, and what a destination has to be able to do with it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import duckdb

from publish.content import Content, checksum, schema_hash
from publish.marts import Column, Mart


@dataclass(frozen=True)
class Edition:
    """The marts as they stand in the warehouse, for as long as one publish lasts.

    Attributes:
        connection: the warehouse, read-only.
        marts: every described mart.
        content: what they say.
        as_of: the run's only "now".
    """

    connection: duckdb.DuckDBPyConnection
    marts: tuple[Mart, ...]
    content: Content
    as_of: datetime

    @property
    def tables(self) -> tuple[Mart, ...]:
        """The marts that are tables; views are left to databases."""
        return tuple(mart for mart in self.marts if mart.view is None)

    @property
    def views(self) -> tuple[Mart, ...]:
        return tuple(mart for mart in self.marts if mart.view is not None)


@dataclass(frozen=True)
class Held:
    """One mart as a destination holds it, read back from there.

    Attributes:
        place: where it was read, for messages.
        columns: in the destination's order.
        checksum: as `publish.content.checksum`, of the rows read back.
        whole: every row of the mart is meant to be there (a call list is a part of its mart).
    """

    mart: str
    place: str
    rows: int
    columns: tuple[str, ...] = field(repr=False)
    checksum: str
    schema_hash: str
    whole: bool = True

    def described(self) -> dict[str, Any]:
        """What the manifest keeps of it."""
        kept = ("rows", "checksum", "schema_hash")
        return {name: value for name, value in asdict(self).items() if name in kept}


class Destination(Protocol):
    """What a module of `publish/destinations` has to offer to be written into a version.

    Attributes:
        NAME: names it in settings and in the manifest.
        FOR_LEADERS: it holds no personal data, and every mart.
    """

    NAME: str
    FOR_LEADERS: bool

    def write(self, edition: Edition, folder: Path) -> None:
        """Write every file below `folder`, the version being built."""
        ...

    def read_back(self, edition: Edition, folder: Path) -> list[Held]:
        """Open what was written, as a reader would, and say what is there.

        Raises:
            CannotPublish: something that is not a mart is wrong.
        """
        ...


def hold(
    reader: duckdb.DuckDBPyConnection,
    mart: Mart,
    columns: Sequence[Column],
    relation: str,
    place: str,
) -> Held:
    """Read a mart back from a relation that DuckDB can read.

    Args:
        columns: the ones meant to be there. Where others are, the rows are not looked at: what is
            there is told, and the audit refuses it.
    """
    found = tuple(row[0] for row in reader.execute(f"describe from {relation}").fetchall())
    kinds = schema_hash([column for column in columns if column.name in found])
    if found != tuple(column.name for column in columns):
        return Held(mart.name, place, -1, found, "", kinds)
    counted = reader.execute(f"select count(*), {checksum(columns)} from {relation}").fetchone()
    assert counted is not None
    return Held(mart.name, place, int(counted[0]), found, str(counted[1]), kinds)
