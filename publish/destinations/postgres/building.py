"""Build the new tables aside, in `kpi_next` and `success_next`, and read them back.

Nobody is allowed to read there. What a killed publish left is dropped first.
"""

from dataclasses import dataclass

from adbc_driver_manager.dbapi import Connection

from publish.destinations.postgres.columns import stored
from publish.destinations.postgres.link import PostgresBehind, run
from publish.destinations.postgres.source import LEADERS, SCHEMAS, SUCCESS, Source, Table
from publish.destinations.postgres.views import in_postgres
from warehouse.sql import identifier, literal

# Role: what it may read. Roles that people's users are put into, not users.
ROLES = {"heedline_leaders": (LEADERS,), "heedline_success": (LEADERS, SUCCESS)}
PUBLICATION = "publication"
_BATCH_ROWS = 50_000


@dataclass(frozen=True)
class Line:
    """One table as it was read back, for `kpi.publication`. Views have no rows of their own."""

    schema: str
    mart: str
    is_view: bool
    rows: int | None
    checksum: str | None


def aside(schema: str) -> str:
    """The schema in which the next `schema` is built."""
    return f"{schema}_next"


def build(connection: Connection, source: Source) -> list[Line]:
    """Make every table and view aside; what is in them, as read back.

    Raises:
        PostgresBehind: a table read back differs from the file.
    """
    for schema in SCHEMAS:
        run(connection, f"drop schema if exists {aside(schema)} cascade")
        run(connection, f"create schema {aside(schema)}")
    return [_make(connection, source, table) for table in source.tables()]


def announce(connection: Connection, lines: list[Line], version: dict[str, str]) -> None:
    """Write `publication`, one row per table, and let the roles read.

    Args:
        version: `version`, `as_of` and `manifest` (its checksum).
    """
    table = f"{aside(LEADERS)}.{PUBLICATION}"
    run(
        connection,
        f"create table {table} (version text not null, as_of timestamp with time zone not null, "
        "manifest text not null, schema_name text not null, mart text not null, "
        "is_view boolean not null, rows bigint, checksum text, primary key (schema_name, mart))",
    )
    said = ", ".join(literal(version[name]) for name in ("version", "as_of", "manifest"))
    values = ", ".join(f"({said}, {_values(line)})" for line in lines)
    run(connection, f"insert into {table} values {values}")
    _comment(
        connection,
        f"table {table}",
        "One row per published mart: which version this is, as of when, how many rows it has and "
        "their checksum as the version's manifest.json has it.",
        {},
    )
    for role, schemas in ROLES.items():
        for schema in schemas:
            run(connection, f"grant usage on schema {aside(schema)} to {role}")
            run(connection, f"grant select on all tables in schema {aside(schema)} to {role}")


def _make(connection: Connection, source: Source, table: Table) -> Line:
    place = f"{aside(table.schema)}.{identifier(table.name)}"
    said = {column.name: column.description for column in table.columns}
    if table.query is not None:
        query = in_postgres(table.query, aside(table.schema))
        run(connection, f"create view {place} as {query}")
        _comment(connection, f"view {place}", table.description, said)
        return Line(table.schema, table.name, True, None, None)
    columns = [stored(column) for column in table.columns]
    kinds = ", ".join(f"{identifier(one.name)} {one.kind}" for one in columns)
    # It is vacuumed once, before the switch, and never changed after: autovacuum would only hold
    # locks that the next switch has to wait for.
    run(connection, f"create table {place} ({kinds}) with (autovacuum_enabled = false)")
    with connection.cursor() as cursor:
        cursor.adbc_ingest(
            table.name,
            source.rows(table).to_arrow_reader(_BATCH_ROWS),
            mode="append",
            db_schema_name=aside(table.schema),
        )
    for key in table.keys:
        named = ", ".join(identifier(column) for column in key)
        run(connection, f"alter table {place} add unique ({named})")
    _comment(connection, f"table {place}", table.description, said)
    return _read_back(connection, source, table, place)


def _read_back(connection: Connection, source: Source, table: Table, place: str) -> Line:
    wanted = source.counted(table)
    with connection.cursor() as cursor:
        cursor.execute(f"select * from {place}")
        source.reader.register("read_back", cursor.fetch_record_batch())
        found = source.summed(table, "read_back")
        source.reader.unregister("read_back")
    if found != wanted:
        raise PostgresBehind(
            f"publish: {table.schema}.{table.name} has {found[0]} rows in Postgres and "
            f"{wanted[0]} in the published file, or other values in them; publish again, and if "
            "it says the same again, Postgres does not keep a type of this mart"
        )
    return Line(table.schema, table.name, False, *found)


def _comment(connection: Connection, what: str, description: str, columns: dict[str, str]) -> None:
    """All comments of a table in one statement: the server may be far away."""
    place = what.split(" ", 1)[1]
    statements = [f"comment on {what} is {literal(description)}"]
    statements += [
        f"comment on column {place}.{identifier(name)} is {literal(said)}"
        for name, said in columns.items()
    ]
    body = "; ".join(statements)
    tag = "$heedline$"
    assert tag not in body
    run(connection, f"do {tag} begin {body}; end {tag}")


def _values(line: Line) -> str:
    rows = "null" if line.rows is None else str(line.rows)
    said = "null" if line.checksum is None else literal(line.checksum)
    return f"{literal(line.schema)}, {literal(line.mart)}, {line.is_view}, {rows}, {said}"
