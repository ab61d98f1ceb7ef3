"""One mapped table: its columns checked, its rows read in chunks, its values in our terms."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from connectors.contract import SourceError
from connectors.sql_database.mapping import NAME, Mapped
from warehouse.clock import iso

CHUNK = 5_000
Row = dict[str, Any]
Cursor = datetime | date | int


def described(connection: sa.Connection, mapped: Mapped) -> sa.Table:
    """The table with the columns that are read.

    Raises:
        SourceError: there is no such table or column, or the cursor is neither time nor number.
    """
    schema, _, name = mapped.table.rpartition(".")
    inspector, remedy = sa.inspect(connection), "correct the mapping file"
    try:
        found = {c["name"]: c["type"] for c in inspector.get_columns(name, schema or None)}
    except sa.exc.NoSuchTableError:
        there = inspector.get_table_names(schema or None) + inspector.get_view_names(schema or None)
        why = f"no such table; there are: {', '.join(sorted(there)) or 'none that we may see'}"
        raise SourceError(NAME, mapped.table, why, remedy) from None
    if missing := [column for column in mapped.wanted if column not in found]:
        why = f"has no column {', '.join(missing)}; there are: {', '.join(found)}"
        raise SourceError(NAME, mapped.table, why, remedy)
    if mapped.cursor and not _orders(found[mapped.cursor]):
        why = f"cursor {mapped.cursor} is neither a time nor a whole number"
        raise SourceError(NAME, mapped.table, why, f"{remedy}, or leave `cursor` out")
    columns = [sa.Column(column, found[column]) for column in mapped.wanted]
    return sa.Table(name, sa.MetaData(), *columns, schema=schema or None)


def _orders(kind: Any) -> bool:
    if isinstance(kind, sa.Numeric):
        return kind.scale in (0, None) and not isinstance(kind, sa.Float)
    return isinstance(kind, sa.DateTime | sa.Date | sa.Integer)


def rows(
    connection: sa.Connection, table: sa.Table, mapped: Mapped, since: Any
) -> Iterator[list[Row]]:
    """The table's rows in chunks: those at or after `since` (less the lookback), or all.

    Rows without a cursor value are always among them: nothing says whether they changed.
    """
    query = sa.select(table)
    if mapped.cursor and since is not None:
        cursor = table.c[mapped.cursor]
        query = query.where(sa.or_(cursor >= _before(since, mapped.lookback), cursor.is_(None)))
    result = connection.execution_options(yield_per=CHUNK).execute(query)
    for part in result.partitions(CHUNK):
        yield [dict(row._mapping) for row in part]


def _before(since: Cursor, lookback: int) -> Cursor:
    return since - lookback if isinstance(since, int) else since - timedelta(minutes=lookback)


def kept(cursor: Cursor | None) -> list[str] | None:
    """A cursor as the state keeps it: what it is, and its text."""
    return None if cursor is None else [type(cursor).__name__, str(cursor)]


def read_cursor(held: list[str] | None) -> Cursor | None:
    """A cursor from the state."""
    if not held:
        return None
    kind, text = held
    if kind == "int":
        return int(text)
    return datetime.fromisoformat(text) if kind == "datetime" else date.fromisoformat(text)


def highest(some: list[Row], column: str, so_far: Cursor | None) -> Cursor | None:
    """The highest cursor of these rows and before."""
    found = [row[column] for row in some if row[column] is not None]
    values = [int(value) if isinstance(value, Decimal) else value for value in found]
    return max([*values, *([so_far] if so_far is not None else [])], default=None)


def translated(row: Row, mapped: Mapped) -> Row:
    """A row in our columns, as JSON holds them; what else is read stays under its own name."""
    zone = ZoneInfo(mapped.time_zone)
    ours: Row = {theirs: _plain(row[theirs], zone) for theirs in mapped.extra}
    if mapped.cursor and isinstance(row[mapped.cursor], datetime):
        ours["updated_at"] = _plain(row[mapped.cursor], zone)
    if mapped.deleted:
        gone = row[mapped.deleted]
        ours["is_deleted"] = gone is not None and gone is not False and gone not in (0, "")
    ours |= mapped.constants
    for name, theirs in mapped.columns.items():
        value = _plain(row[theirs], zone)
        words = mapped.values.get(name)
        ours[name] = words.get(str(value), value) if words and value is not None else value
    return {name: value for name, value in ours.items() if value is not None}


def _plain(value: Any, zone: ZoneInfo) -> Any:
    """A value as JSON: times in UTC, decimals with all their digits, NUL and NaN as nothing."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return value.replace("\x00", "")
        case float():
            return value if value == value and abs(value) != float("inf") else None
        case Decimal():
            return str(value) if value.is_finite() else None
        case datetime():
            moment = value if value.tzinfo else value.replace(tzinfo=zone)
            return iso(moment.astimezone(UTC))
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
        case dict():
            return {str(name): _plain(each, zone) for name, each in value.items()}
        case list() | tuple() | set():
            return [_plain(each, zone) for each in value]
        case bytes() | memoryview():
            return bytes(value).hex()
        case _:
            return str(value)
