"""Which identifiers are one customer's alone: what others have too is neither used nor removed."""

import json
from typing import Any

import duckdb

from connectors.contract import resources
from connectors.ledger import normal
from privacy.people import Person, mailbox_of, spellings
from warehouse.duck import has_table
from warehouse.sql import identifier

Row = tuple[Any, ...]
"""source_system, remote_id, name, given_name, surname, email, phone, country, external_ids, …"""


def _others(
    connection: duckdb.DuckDBPyConnection, whose: str, customer: str, column: str
) -> list[tuple[str, str, str | None]]:
    """(customer, value, country) of everybody else's values of a column."""
    return connection.execute(
        f"""
        with whose as ({whose})
        select distinct whose.customer_id, contacts.{column}, contacts.country
        from intermediate.int_contacts as contacts
        inner join whose using (source_system, remote_id)
        where whose.customer_id <> ? and contacts.{column} is not null
        """,
        [customer],
    ).fetchall()


def _share(person: Person, value: str, others: set[str]) -> bool:
    if others:
        person.shared[value] = len(others)
    return bool(others)


def addresses(
    connection: duckdb.DuckDBPyConnection,
    whose: str,
    customer: str,
    person: Person,
    rows: list[Row],
) -> None:
    holders: dict[str, set[str]] = {}
    boxes: dict[str, set[str]] = {}
    for other, value, _ in _others(connection, whose, customer, "email"):
        holders.setdefault(normal("email", value), set()).add(other)
        boxes.setdefault(mailbox_of(value), set()).add(other)
    held = {normal("email", r[5]) for r in rows if r[5]}
    held |= {normal("email", r[1]) for r in rows if "@" in r[1]}
    for email in sorted(held):
        if not _share(person, email, holders.get(email, set())):
            person.emails.append(email)
            if mailbox_of(email) not in boxes and mailbox_of(email):
                person.mailboxes.append(mailbox_of(email))


def numbers(
    connection: duckdb.DuckDBPyConnection,
    whose: str,
    customer: str,
    person: Person,
    rows: list[Row],
) -> None:
    holders: dict[str, set[str]] = {}
    for other, value, country in _others(connection, whose, customer, "phone"):
        for digits in spellings(value, country):
            holders.setdefault(digits, set()).add(other)
    region = next((r[7] for r in rows if r[7]), None)
    held = {r[6] for r in rows if r[6]}
    # Phone lines name people by their number.
    held |= {r[1] for r in rows if r[0] in ("twilio", "amazon_connect") and r[1].startswith("+")}
    for phone in sorted(held):
        forms = spellings(phone, region)
        sharing = set().union(*(holders.get(digits, set()) for digits in forms))
        if not _share(person, phone, sharing):
            person.phones = sorted({*person.phones, *forms})


def accounts(
    connection: duckdb.DuckDBPyConnection,
    whose: str,
    customer: str,
    person: Person,
    rows: list[Row],
) -> None:
    def values(text: str | None) -> set[str]:
        try:
            document = json.loads(text or "{}")
        except ValueError:
            return set()
        return {str(v) for v in document.values() if v} if isinstance(document, dict) else set()

    holders: dict[str, set[str]] = {}
    for other, text, _ in _others(connection, whose, customer, "external_ids"):
        for value in values(text):
            holders.setdefault(value, set()).add(other)
    for value in sorted(set().union(*(values(r[8]) for r in rows))):
        if not _share(person, value, holders.get(value, set())):
            person.accounts.append(value)


def names(
    connection: duckdb.DuckDBPyConnection,
    whose: str,
    customer: str,
    person: Person,
    rows: list[Row],
) -> None:
    """Full names of two words or more that nobody else has: no customer, no agent."""
    taken = {_plain(value) for _, value, _ in _others(connection, whose, customer, "name")}
    if has_table(connection, "intermediate.int_agents"):
        query = "select distinct name from intermediate.int_agents where name is not null"
        taken |= {_plain(value) for (value,) in connection.execute(query).fetchall()}
    held = {_plain(r[2]) for r in rows if r[2]}
    held |= {_plain(f"{r[3]} {r[4]}") for r in rows if r[3] and r[4]}
    person.names = sorted(n for n in held - taken if " " in n and len(n) >= 7)


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def also_keys(connection: duckdb.DuckDBPyConnection, ids: list[str]) -> set[str]:
    """Those of the ids that are also the key of some other kind of record: no mark of a person."""
    numbers = [i for i in ids if i.isdigit()]
    found: set[str] = set()
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_schema like 'raw\\_%' escape '\\'"
    ).fetchall()
    for schema, name in tables if numbers else []:
        declared = resources(schema.removeprefix("raw_")).get(name)
        if declared is None or len(declared.primary_key) != 1:
            continue
        if declared.person and "contact" in declared.person.leaves:
            continue
        column = f"cast({identifier(declared.primary_key[0])} as varchar)"
        rows = connection.execute(
            f"select {column} from {schema}.{identifier(name)} where list_contains(?, {column})",
            [numbers],
        ).fetchall()
        found |= {row[0] for row in rows}
    return found
