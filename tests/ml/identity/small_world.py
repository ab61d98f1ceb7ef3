"""A warehouse of a few contacts, and an engine that links whoever shares an address."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace

import pyarrow as pa

from ml.identity.decision import Decision
from ml.identity.decisions import COLUMNS
from ml.identity.predict import link_warehouse
from warehouse.duck import warehouse
from warehouse.settings import settings

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)

TABLES = """
create schema if not exists intermediate;
create or replace table intermediate.int_contacts (
    source_system varchar, remote_id varchar, remote_updated_at timestamptz,
    remote_was_deleted boolean, merged_into_remote_id varchar, name varchar, given_name varchar,
    surname varchar, email varchar, phone varchar, company varchar, account_remote_id varchar,
    external_ids varchar, date_of_birth date, address varchar, postcode varchar, country varchar,
    language varchar, time_zone varchar, created_at timestamptz
);
create table if not exists intermediate.int_accounts (
    source_system varchar, remote_id varchar, name varchar, domain varchar
);
create table if not exists intermediate.int_conversations (
    source_system varchar, remote_id varchar, contact_remote_id varchar
);
create table if not exists intermediate.int_survey_responses (
    source_system varchar, remote_id varchar, contact_remote_id varchar,
    conversation_source_system varchar, conversation_remote_id varchar
);
"""


def write_contacts(contacts, accounts=()):
    """Make int_contacts of dicts of columns, in this order; absent columns are null."""
    with warehouse() as connection:
        connection.execute(TABLES)
        for contact in contacts:
            names = ", ".join(contact)
            marks = ", ".join("?" for _ in contact)
            connection.execute(
                f"insert into intermediate.int_contacts ({names}) values ({marks})",
                list(contact.values()),
            )
        for account in accounts:
            connection.execute("insert into intermediate.int_accounts values (?, ?, ?, ?)", account)


def write_decisions(*rows):
    """Write (word, left key, right key) as the decisions file; none = no file."""
    path = settings().decisions_file
    path.parent.mkdir(parents=True, exist_ok=True)
    if not rows:
        with suppress(FileNotFoundError):
            path.unlink()
        return
    lines = [",".join(COLUMNS)]
    lines += [
        ",".join([word, *left, *right, "kim", "2026-06-30", ""]) for word, left, right in rows
    ]
    path.write_text("\n".join(lines) + "\n")


def link(contacts=None, decisions=None, as_of=AS_OF):
    """Link these contacts (remote_id → e-mail, all of system `s`) under these decisions."""
    if contacts is not None:
        write_contacts(
            {"source_system": "s", "remote_id": name, "name": name, "email": email}
            for name, email in contacts.items()
        )
    if decisions is not None:
        write_decisions(*((word, ("s", left), ("s", right)) for word, left, right in decisions))
    return link_warehouse(as_of)


def customers():
    """remote_id → customer_id."""
    with warehouse() as connection:
        rows = connection.execute(
            "select remote_id, customer_id from ml.identity_clusters order by all"
        ).fetchall()
    return dict(rows)


def persons():
    """The contacts of each customer, as a set of sets."""
    found = {}
    for name, customer in customers().items():
        found.setdefault(customer, set()).add(name)
    return {frozenset(group) for group in found.values()}


def remembered():
    """Everything linking wrote but when and under which run, in order."""
    tables = {
        "identity_links": "*",
        "identity_clusters": "*",
        "identity_records": "*",
        "identity_decisions": "*",
        "identity_customers": "customer_id",
    }
    with warehouse() as connection:
        return {
            table: connection.execute(f"select {columns} from ml.{table} order by all").fetchall()
            for table, columns in tables.items()
        }


def changes():
    """(change, contacts, reason) in order."""
    with warehouse() as connection:
        return connection.execute(
            "select change, contacts, reason from ml.customer_changes "
            "order by recorded_at, change, contacts, reason"
        ).fetchall()


def forget_model():
    """Make the next run train and score everything anew."""
    with warehouse() as connection:
        connection.execute("delete from ml.identity_models")


@dataclass(frozen=True)
class PlainModel:
    """Stands for `engine.Model`."""

    version: str = "plain-1"

    def to_json(self):
        return json.dumps({"version": self.version})

    @staticmethod
    def from_json(text):
        return PlainModel(**json.loads(text))


def prepare(connection, contacts, prepared, today=None):
    connection.execute(f"create table {prepared} as select record_id, emails from {contacts}")


def score(connection, model, prepared, pairs, changed=None):
    only = f"and (l.record_id in (from {changed}) or r.record_id in (from {changed}))"
    connection.execute(f"""
        create table {pairs} as
        with shared as (
            select l.record_id as left_id, r.record_id as right_id,
                len(list_intersect(l.emails, r.emails)) as same,
                list_sort(l.emails)[1][1] = list_sort(r.emails)[1][1] as alike
            from {prepared} as l, {prepared} as r
            where l.record_id < r.record_id {only if changed else ""}
        )
        select left_id, right_id, case when same > 0 then 9.0 else 0.0 end as match_weight,
            case when same > 0 then 0.99 else 0.5 end as match_probability,
            '[{{"field":"e-mail","label":"same e-mail address","weight":9}}]' as reasons
        from shared where same > 0 or alike
    """)


def cluster(connection, model, prepared, pairs, decisions, clusters, within=None):
    rows = connection.execute(
        f"select left_id, right_id, match_probability from {pairs} order by all"
    ).fetchall()
    scope = f"semi join {within} using (record_id)" if within else ""
    ids = connection.execute(f"select record_id from {prepared} {scope} order by 1").fetchall()
    person = {row[0]: {row[0]} for row in ids}
    never = {frozenset((d.left, d.right)) for d in decisions if not d.link}
    links = [(d.left, d.right) for d in decisions if d.link]
    for left, right in links + [(x, y) for x, y, p in rows if p >= 0.9]:
        one, other = person[left], person[right]
        if one is not other and not any(frozenset((x, y)) in never for x in one for y in other):
            one |= other
            person.update(dict.fromkeys(other, one))
    said = {frozenset((d.left, d.right)) for d in decisions}
    status = [
        "decided" if frozenset((x, y)) in said
        else "linked" if person[x] is person[y]
        else "cut" if p >= 0.9
        else "review"
        for x, y, p in rows
    ]  # fmt: skip
    connection.register(
        "status_rows",
        pa.table(
            {
                "x": pa.array([r[0] for r in rows], pa.string()),
                "y": pa.array([r[1] for r in rows], pa.string()),
                "status": pa.array(status, pa.string()),
            }
        ),
    )
    connection.execute(f"alter table {pairs} add column status varchar")
    connection.execute(
        f"update {pairs} set status = s.status from status_rows as s "
        "where left_id = s.x and right_id = s.y"
    )
    connection.unregister("status_rows")
    names = list(person)
    connection.register(
        "cluster_rows",
        pa.table(
            {
                "record_id": pa.array(names, pa.string()),
                "cluster_id": pa.array([min(person[name]) for name in names], pa.string()),
                "confidence": pa.array([0.99 if len(person[n]) > 1 else 1.0 for n in names]),
            }
        ),
    )
    connection.execute(f"create table {clusters} as from cluster_rows")
    connection.unregister("cluster_rows")


PLAIN_ENGINE = SimpleNamespace(
    Model=PlainModel,
    Decision=Decision,
    prepare=prepare,
    train=lambda connection, prepared: PlainModel(),
    score=score,
    cluster=cluster,
)
