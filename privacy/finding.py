"""Who is meant, and what is theirs alone: a customer id, an address or a contact as a Person."""

from dataclasses import dataclass, field

import duckdb

from connectors.ledger import normal
from connectors.mentions import can_be_mentioned
from privacy.people import Person, mailbox_of, spellings
from warehouse.sql import identifier


class Unknown(RuntimeError):
    """Nobody is known by this name."""


class Ambiguous(RuntimeError):
    """Several customers are known by this name."""


@dataclass(frozen=True)
class Identity:
    """One contact record of the person, for the person who decides to see."""

    source_system: str
    remote_id: str
    name: str | None
    email: str | None
    phone: str | None
    confidence: float


@dataclass
class Case:
    """Somebody to erase: identifiers, and the records the identity step took for theirs."""

    person: Person
    identities: list[Identity] = field(default_factory=list)


def _exists(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    schema, name = table.split(".")
    return bool(
        connection.execute(
            "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
            [schema, name],
        ).fetchone()
    )


def _whose(connection: duckdb.DuckDBPyConnection) -> str:
    """SQL giving (source_system, remote_id, customer_id) of every contact."""
    parts = ["select source_system, remote_id, customer_id from ml.identity_clusters"]
    if _exists(connection, "intermediate.int_contact_customers"):
        parts.append(
            "select source_system, remote_id, customer_id from intermediate.int_contact_customers"
        )
    return " union ".join(parts)


def find(connection: duckdb.DuckDBPyConnection, who: str, request: str) -> Case:
    """The customer behind `who`: a customer id, an e-mail address or `source:remote_id`.

    Raises:
        Unknown: nobody is.
        Ambiguous: several customers share the address; each is named by its customer id.
    """
    if not _exists(connection, "intermediate.int_contacts"):
        raise Unknown("there are no customers yet; run `heedline run` first")
    whose = _whose(connection)
    system, _, id_ = who.partition(":")
    found = connection.execute(
        f"""
        with whose as ({whose})
        select distinct customer_id from whose where customer_id = $who
        union select customer_id from whose where source_system = $system and remote_id = $id
        union
        select whose.customer_id
        from whose inner join intermediate.int_contacts as contacts
            using (source_system, remote_id)
        where lower(trim(contacts.email)) = $email
        """,
        {"who": who, "system": system, "id": id_, "email": normal("email", who)},
    ).fetchall()
    if not found:
        raise Unknown(
            f"nobody is known as {who}; name a customer_id, an e-mail address or source:remote_id"
        )
    if len(found) > 1:
        ids = ", ".join(sorted(row[0] for row in found))
        raise Ambiguous(f"{len(found)} customers are known by that name; choose one: {ids}")
    return _case(connection, whose, found[0][0], request)


def _case(connection: duckdb.DuckDBPyConnection, whose: str, customer: str, request: str) -> Case:
    rows = connection.execute(
        f"""
        with whose as ({whose})
        select whose.source_system, whose.remote_id, contacts.name, contacts.given_name,
            contacts.surname, contacts.email, contacts.phone, contacts.country,
            contacts.external_ids, coalesce(clusters.confidence, 1)
        from whose
        left join intermediate.int_contacts as contacts using (source_system, remote_id)
        left join ml.identity_clusters as clusters using (source_system, remote_id)
        where whose.customer_id = ? order by 1, 2
        """,
        [customer],
    ).fetchall()
    identities = [Identity(r[0], r[1], r[2], r[5], r[6], float(r[9])) for r in rows]
    person = Person(request, contacts=sorted({(r[0], r[1]) for r in rows}))
    person.customers = _customer_ids(connection, whose, customer)
    _addresses(connection, whose, customer, person, rows)
    _numbers(connection, whose, customer, person, rows)
    _accounts(connection, whose, customer, person, rows)
    _names(connection, whose, customer, person, rows)
    ambiguous = _also_keys(connection, [id_ for _, id_ in person.contacts])
    ids = {id_ for _, id_ in person.contacts if "@" not in id_ and id_ not in ambiguous}
    ids -= {id_ for id_ in ids if normal("phone", id_) in person.phones}
    person.ids = sorted(i for i in ids | set(person.accounts) if can_be_mentioned(i))
    shared_contacts = {v for v in person.shared if "@" in v or v.startswith("+")}
    person.contacts = [c for c in person.contacts if c[1] not in shared_contacts]
    return Case(person, identities)


def _customer_ids(connection: duckdb.DuckDBPyConnection, whose: str, customer: str) -> list[str]:
    """The id, those merged into it, those its contacts had alone; none that is another's now."""
    earlier = connection.execute(
        f"""
        with recursive whose as ({whose}),
        merged as (
            select ? as customer_id
            union
            select changes.from_customer_id
            from ml.customer_changes as changes
            inner join merged on changes.to_customer_id = merged.customer_id
            where changes.change = 'merge'
        )
        select customer_id from merged
        union
        select records.owned_customer_id
        from ml.identity_records as records inner join whose using (source_system, remote_id)
        where whose.customer_id = ?
        except
        select customer_id from whose where customer_id <> ?
        """,
        [customer, customer, customer],
    ).fetchall()
    return sorted(row[0] for row in earlier)


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


def _addresses(connection, whose, customer, person, rows) -> None:  # type: ignore[no-untyped-def]
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


def _numbers(connection, whose, customer, person, rows) -> None:  # type: ignore[no-untyped-def]
    holders: dict[str, set[str]] = {}
    for other, value, country in _others(connection, whose, customer, "phone"):
        for digits in spellings(value, country):
            holders.setdefault(digits, set()).add(other)
    region = next((r[7] for r in rows if r[7]), None)
    held = {r[6] for r in rows if r[6]}
    held |= {r[1] for r in rows if r[0] == "twilio"}
    for phone in sorted(held):
        forms = spellings(phone, region)
        sharing = set().union(*(holders.get(digits, set()) for digits in forms))
        if not _share(person, phone, sharing):
            person.phones = sorted({*person.phones, *forms})


def _accounts(connection, whose, customer, person, rows) -> None:  # type: ignore[no-untyped-def]
    import json

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


def _names(connection, whose, customer, person, rows) -> None:  # type: ignore[no-untyped-def]
    """Full names of two words or more that nobody else has: no customer, no agent."""
    taken = {_plain(value) for _, value, _ in _others(connection, whose, customer, "name")}
    if _exists(connection, "intermediate.int_agents"):
        query = "select distinct name from intermediate.int_agents where name is not null"
        taken |= {_plain(value) for (value,) in connection.execute(query).fetchall()}
    held = {_plain(r[2]) for r in rows if r[2]}
    held |= {_plain(f"{r[3]} {r[4]}") for r in rows if r[3] and r[4]}
    person.names = sorted(n for n in held - taken if " " in n and len(n) >= 7)


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def _also_keys(connection: duckdb.DuckDBPyConnection, ids: list[str]) -> set[str]:
    """Those of the ids that are also the key of some other kind of record: no mark of a person."""
    from connectors.contract import resources

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
