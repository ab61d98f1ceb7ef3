"""dlt source: mapped tables of a database as rows of our entities.

A table with a cursor column is read from the highest value of the last run, less a lookback; one
without is read whole, and rows that it no longer has are told by their key (`gone`). What is kept
of the reading lands in one package with the rows.
"""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
import sqlalchemy as sa

from connectors.contract import Credentials
from connectors.file_drop.handing import arrival, to_table
from connectors.file_drop.schema import Entity, entities
from connectors.file_drop.shape import Origin, connect, shape
from connectors.held import Held
from connectors.sql_database.database import engine, session
from connectors.sql_database.mapping import NAME, Mapped, read_mapping
from connectors.sql_database.reading import (
    described,
    highest,
    kept,
    read_cursor,
    rows,
    translated,
)
from warehouse.clock import wall_now

log = logging.getLogger(__name__)


@dlt.source(name=NAME, max_table_nesting=0)
def source(credentials: Credentials, mapping: str = "") -> Any:
    """Rows of every mapped table that changed since the last run.

    Args:
        credentials: `base_url` postgresql://host[:port] (or sqlite://), login, password, database;
            `extra`: libpq's parameters, such as sslmode and sslrootcert.
        mapping: path of the mapping file.

    Raises:
        SourceError: the mapping or the address cannot be followed; later, while reading: a table or
            column is not there, unreachable, refused, cut off.
    """
    read = read_mapping(Path(mapping).expanduser())
    made = engine(credentials)

    @dlt.resource(name="tables")
    def tables() -> Iterator[Any]:
        state = dlt.current.resource_state()
        arrived = arrival(state, wall_now().timestamp())
        wanted = [(entity, each) for entity, some in read.tables.items() for each in some]
        for _, each in wanted:
            # Before anything is read: a wrong name is told at once, and all tables stay in step.
            with session(made, each.table) as connection:
                described(connection, each)
        for entity, each in wanted:
            progress = state.setdefault("tables", {}).setdefault(f"{entity}:{each.table}", {})
            origin = Origin(read.system, Path(each.table), arrived)
            yield from _read(made, entities()[entity], entity, each, origin, progress)

    return tables


def _read(
    made: sa.Engine,
    entity: Entity,
    name: str,
    mapped: Mapped,
    origin: Origin,
    progress: dict[str, Any],
) -> Iterator[Any]:
    """One table's rows, and what follows from them for `progress`."""
    same = progress.get("read_as") == mapped.model_dump(mode="json")
    # What its owner says of a table has changed: the rows read before are to be told anew.
    cursor = read_cursor(progress.get("cursor")) if same else None
    count, listed = 0, set[str]()
    with session(made, mapped.table) as connection, connect() as duck:
        table = described(connection, mapped)
        for some in rows(connection, table, mapped, cursor):
            ours = [translated(row, mapped) for row in some]
            texts = pa.array([json.dumps(row) for row in ours], pa.string())
            numbers = pa.array(range(count + 1, count + len(some) + 1), pa.int64())
            piece = pa.table({"json_line": texts, "drop_row": numbers})
            yield to_table(name, shape(duck, piece, entity, origin, None), NAME)
            count += len(some)
            if mapped.cursor:
                cursor = highest(some, mapped.cursor, cursor)
            else:
                listed.update(_key(row, entity) for row in ours)
    if not mapped.cursor:
        yield from _gone(name, mapped, origin, progress, listed)
    progress["cursor"] = kept(cursor)
    progress["read_as"] = mapped.model_dump(mode="json")
    log.info("sql_database: %s: %d rows of %s", mapped.table, count, name)


def _key(row: dict[str, Any], entity: Entity) -> str:
    return "|".join(str(row.get(column, "")).strip() for column in entity.key)


def _gone(
    name: str, mapped: Mapped, origin: Origin, progress: dict[str, Any], listed: set[str]
) -> Iterator[Any]:
    """Keys that the whole table no longer has, and those that it has again."""
    held, gone = Held(progress), Held(progress, "gone")
    if not listed and len(held):
        log.warning(
            "sql_database: %s is empty and had %d rows; they are not taken for deleted",
            *(mapped.table, len(held)),
        )
        return
    before = set(progress["gone"])
    lost = held.drop_all_but(listed)
    held.add(listed)
    gone.drop_all_but(before - listed)
    gone.add(lost)
    changed = [(key, "true") for key in lost] + [(k, "false") for k in sorted(before & listed)]
    if changed:
        told = [
            {"source_system": origin.folder, "entity": name, "row_key": key, "is_gone": is_gone}
            for key, is_gone in changed
        ]
        yield to_table("gone", pa.Table.from_pylist(told), NAME)
