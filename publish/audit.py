"""The audit of write-audit-publish: read back what was built before anybody else can.

Looks at the files, not at the intentions: row counts, one `as_of`, no personal column, and no
e-mail address or phone number of a known person anywhere in the leaders' files.
"""

from pathlib import Path

import duckdb

from publish import parquet, report, semantics, snapshot
from publish.content import Content
from publish.marts import CannotPublish, Mart
from warehouse.sql import literal

_EMAIL = r"[a-z0-9._%+''-]+@[a-z0-9.-]+\.[a-z]{2,}"
_PHONE = r"\+[0-9]{6,15}"


def check(
    connection: duckdb.DuckDBPyConnection,
    marts: tuple[Mart, ...],
    folder: Path,
    content: Content,
) -> None:
    """Compare the built files with the warehouse.

    Raises:
        CannotPublish: naming mart, column and remedy.
    """
    _known_people(connection, marts)
    with duckdb.connect() as reader:
        reader.execute("set TimeZone = 'UTC'")
        reader.execute(f"attach {literal(str(folder / snapshot.FILE))} as built (read_only)")
        for mart in marts:
            if mart.view is not None:
                _check_view(reader, mart)
                continue
            file = literal(str(folder / parquet.FOLDER / mart.name / parquet.FILE))
            for place in (f"built.main.{mart.name}", f"read_parquet({file})"):
                _check_rows(reader, mart, place, content)
                _check_columns(reader, mart, place)
        semantics.check(reader, folder)
    for mart in (m for m in marts if m.view is None):
        _check_as_of(connection, mart, content)
        _check_values(connection, mart)
    report.check(folder)


def _check_rows(
    reader: duckdb.DuckDBPyConnection, mart: Mart, place: str, content: Content
) -> None:
    counted = reader.execute(f"select count(*) from {place}").fetchone()
    assert counted is not None
    if counted[0] != content.rows[mart.name]:
        raise CannotPublish(
            f"publish: {mart.name}: {counted[0]} rows in {place}, {content.rows[mart.name]} in the "
            "warehouse; something wrote to the warehouse meanwhile: publish again"
        )


def _check_view(reader: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    """A view answers, from the tables beside it, with the columns that are described."""
    try:
        _check_columns(reader, mart, f"built.main.{mart.name}")
    except duckdb.Error as error:
        raise CannotPublish(
            f"publish: the view {mart.name} cannot be read in {snapshot.FILE} "
            f"({str(error).splitlines()[0]}); it may name published tables and columns only"
        ) from error


def _check_columns(reader: duckdb.DuckDBPyConnection, mart: Mart, place: str) -> None:
    found = {row[0] for row in reader.execute(f"describe select * from {place}").fetchall()}
    leaked = found & {column.name for column in mart.personal_columns}
    if leaked:
        raise CannotPublish(f"publish: {mart.name}.{leaked.pop()} is personal and was written")


def _check_as_of(connection: duckdb.DuckDBPyConnection, mart: Mart, content: Content) -> None:
    if "as_of" not in {column.name for column in mart.columns}:
        return
    wrong = connection.execute(
        f"select max(as_of)::varchar from {mart.table} having max(as_of) <> ?::timestamptz",
        [content.as_of],
    ).fetchone()
    if wrong:
        raise CannotPublish(
            f"publish: {mart.name} describes {wrong[0]}, not {content.as_of}; "
            "build the marts for this as_of, then publish"
        )


def _known_people(connection: duckdb.DuckDBPyConnection, marts: tuple[Mart, ...]) -> None:
    """Collect addresses and numbers from the personal columns into a temporary table."""
    connection.execute("create or replace temp table known_people (value varchar)")
    for mart in marts:
        for column in mart.personal_columns:
            if column.kind == "VARCHAR":
                connection.execute(
                    "insert into known_people "
                    f"select distinct lower(trim({column.name})) from {mart.table} "
                    f"where regexp_full_match(lower(trim({column.name})), '{_EMAIL}|{_PHONE}')"
                )


def _check_values(connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    """No leaders' text column may hold a known address or number, whole or inside a text.

    Compared with known people, not with the pattern alone: a Message-ID looks like an address.
    """
    for column in mart.leaders_columns:
        if column.kind != "VARCHAR":
            continue
        hit = connection.execute(
            f"with candidates as (select distinct {column.name} as text from {mart.table} "
            f"where contains({column.name}, '@') or contains({column.name}, '+')), "
            "found as (select unnest("
            f"regexp_extract_all(lower(text), '{_EMAIL}|{_PHONE}')) as value from candidates) "
            "select count(*) from found where value in (select value from known_people)"
        ).fetchone()
        if hit and hit[0]:
            raise CannotPublish(
                f"publish: {mart.table}.{column.name} holds {hit[0]} e-mail addresses or phone "
                "numbers of known people but is not marked personal_data; mark it in the model's "
                "yml (config: meta: personal_data: true) and build the marts again"
            )
