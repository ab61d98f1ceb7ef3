"""Who is meant, and what is theirs alone: a customer id, an address or a contact as a Person."""

from dataclasses import dataclass, field

import duckdb

from connectors.ledger import normal
from connectors.mentions import can_be_mentioned
from privacy.alone import accounts, addresses, also_keys, names, numbers
from privacy.people import Person
from warehouse.duck import has_table


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


def _whose(connection: duckdb.DuckDBPyConnection) -> str:
    """SQL giving (source_system, remote_id, customer_id) of every contact."""
    parts = ["select source_system, remote_id, customer_id from ml.identity_clusters"]
    if has_table(connection, "intermediate.int_contact_customers"):
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
    if not has_table(connection, "intermediate.int_contacts"):
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
    addresses(connection, whose, customer, person, rows)
    numbers(connection, whose, customer, person, rows)
    accounts(connection, whose, customer, person, rows)
    names(connection, whose, customer, person, rows)
    ambiguous = also_keys(connection, [id_ for _, id_ in person.contacts])
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
