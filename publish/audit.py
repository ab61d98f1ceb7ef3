"""The audit of write-audit-publish: read back what was built before anybody else can.

Looks at the files, not at the intentions: the same columns, row counts and checksums as in the
warehouse, one `as_of`, no personal column, and no e-mail address or phone number of a known person
anywhere in the leaders' files.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from publish.content import Content
from publish.edition import Destination, Edition, Held
from publish.marts import CannotPublish, Mart

_EMAIL = r"[a-z0-9._%+''-]+@[a-z0-9.-]+\.[a-z]{2,}"
_PHONE = r"\+[0-9]{6,15}"


def check(
    edition: Edition, destinations: Sequence[Destination], folder: Path
) -> dict[str, list[Held]]:
    """Compare what was built with the warehouse; what each destination holds, by its name.

    Raises:
        CannotPublish: naming mart, column and remedy.
    """
    held = {}
    for destination in destinations:
        held[destination.NAME] = destination.read_back(edition, folder)
        for one in held[destination.NAME]:
            compare(edition, one, for_leaders=destination.FOR_LEADERS)
    _known_people(edition.connection, edition.marts)
    for mart in edition.tables:
        _check_as_of(edition.connection, mart, edition.content)
        _check_values(edition.connection, mart)
    return held


def compare(edition: Edition, held: Held, *, for_leaders: bool) -> None:
    """A mart as it was read back is the mart as it stands in the warehouse.

    Raises:
        CannotPublish: it lacks or has more rows or columns, or other values.
    """
    mart = next(mart for mart in edition.marts if mart.name == held.mart)
    columns = mart.leaders_columns if for_leaders else mart.columns
    if for_leaders and (
        leaked := set(held.columns) & {column.name for column in mart.personal_columns}
    ):
        raise CannotPublish(f"publish: {mart.name}.{leaked.pop()} is personal and was written")
    if not held.whole:
        return
    if held.columns != tuple(column.name for column in columns):
        differs = set(held.columns) ^ {column.name for column in columns}
        raise CannotPublish(
            f"publish: {mart.name} has other columns in {held.place} than in the warehouse "
            f"({', '.join(sorted(differs)) or 'another order'}); build the marts and publish again"
        )
    content = edition.content
    if held.rows != content.rows[mart.name]:
        raise CannotPublish(
            f"publish: {mart.name}: {held.rows} rows in {held.place}, {content.rows[mart.name]} in "
            "the warehouse; something wrote to the warehouse meanwhile: publish again"
        )
    wanted = content.leaders if for_leaders else content.hashes
    if held.checksum != wanted[mart.name]:
        raise CannotPublish(
            f"publish: {mart.name}: other values in {held.place} than in the warehouse; publish "
            "again, and if it says the same again the destination does not keep a type of this mart"
        )


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
