"""A tiny warehouse of two customers, as loading, unifying and linking would leave it."""

import json
from typing import Any

import duckdb
import pytest

from connectors import loading
from warehouse.duck import warehouse
from warehouse.settings import settings

JANE, BOB = "c-jane", "c-bob"
JANES = "jane.roe@home.example"
BOBS = "bob@home.example"
CONTACTS = [
    # source, remote id, customer, name, e-mail, phone, external ids
    ("zendesk", "364000000001", JANE, "Jane Roe", JANES, "+44 114 496 0832", None),
    ("intercom", "5b2c4a004b55b3a2", JANE, "Jane Roe", JANES, None, '{"account":"FH-200999"}'),
    ("email", JANES, JANE, "Jane Roe", JANES, None, None),
    ("zendesk", "364000000002", BOB, "Bob Stone", BOBS, "+44 114 496 0833", None),
    ("email", BOBS, BOB, "Bob Stone", BOBS, None, None),
]


def insert(table: str, **row: Any) -> None:
    """One row, values that are lists or objects as JSON text."""
    with warehouse() as connection:
        put(connection, table, **row)


def put(connection: duckdb.DuckDBPyConnection, table: str, **row: Any) -> None:
    """The same on an open connection."""
    values = [json.dumps(v) if isinstance(v, list | dict) else v for v in row.values()]
    named = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    connection.execute(f"insert into {table} ({named}) values ({marks})", values)


def held(table: str, column: str) -> list[Any]:
    """A column's values, ordered."""
    with warehouse() as connection:
        return [
            row[0]
            for row in connection.execute(f"select {column} from {table} order by 1").fetchall()
        ]


@pytest.fixture
def house() -> None:
    """Jane and Bob, each with a ticket, a letter and a place in the marts; one letter to both."""
    with warehouse() as connection:
        for source in ("zendesk", "intercom", "email"):
            loading.make_tables(connection, source)
        connection.execute("create schema intermediate")
        connection.execute("create schema marts")
        connection.execute(
            "create table intermediate.int_contacts (source_system varchar, remote_id varchar, "
            "name varchar, given_name varchar, surname varchar, email varchar, phone varchar, "
            "country varchar, external_ids varchar)"
        )
        connection.execute("create table marts.dim_customers (customer_id varchar, email varchar)")
        for source, id_, customer, name, email, phone, ids in CONTACTS:
            connection.execute(
                "insert into intermediate.int_contacts values (?, ?, ?, null, null, ?, ?, 'GB', ?)",
                [source, id_, name, email, phone, ids],
            )
            connection.execute(
                "insert into ml.identity_clusters values (?, ?, ?, 1)", [source, id_, customer]
            )
        for customer, email in ((JANE, JANES), (BOB, BOBS)):
            put(connection, "marts.dim_customers", customer_id=customer, email=email)
        for number, (user, email) in enumerate(((364000000001, JANES), (364000000002, BOBS)), 1):
            mark = {"_load_id": "1", "_row_hash": "h"}
            put(connection, "raw_zendesk.users", id=user, email=email, **mark)
            put(
                connection,
                "raw_zendesk.tickets",
                id=number,
                requester_id=user,
                subject="help",
                **mark,
            )
            put(
                connection,
                "raw_zendesk.ticket_events",
                **{"id": number * 10, "ticket_id": number, "child_events": [], **mark},
            )
            put(
                connection,
                "raw_email.messages",
                **letter(f"from-{number}", email, ["help@shop.example"]),
            )
        put(
            connection,
            "raw_email.messages",
            **letter("to-both", "help@shop.example", [JANES, BOBS]),
        )
        put(connection, "ml.message_tags", **tag("kept"))
        put(connection, "ml.message_tags", **tag("gone"))
        put(
            connection,
            "ml.redacted_texts",
            text_hash="kept",
            redactor_version="1",
            redacted_text="",
            findings="",
        )
    (settings().root / "airflow" / "logs").mkdir(parents=True)
    (settings().root / "airflow" / "logs" / "task.log").write_text(f"refused {JANES}\n{BOBS}\n")


def letter(id_: str, sender: str, to: list[str]) -> dict[str, Any]:
    """A mail as the connector has it; `shop.example` is us."""
    own = sender.endswith("@shop.example")
    return {
        "message_id": id_,
        "from_address": sender,
        "counterpart_address": to[0] if own else sender,
        "to_addresses": to,
        "cc_addresses": [],
        "is_own": own,
        "body": "good day",
        "_load_id": "1",
        "_row_hash": "h",
    }


def tag(text_hash: str) -> dict[str, Any]:
    """A row of ml.message_tags."""
    words = dict.fromkeys(("model_version", "sentiment", "topic", "topics", "urgency"), "x")
    scores = ("sentiment_score", "churn_intent", "complaint", "escalation_request")
    numbers = dict.fromkeys((*scores, "refund_request", "confidence"), 0.0)
    return {
        "text_hash": text_hash,
        **words,
        **numbers,
        "language": "en",
        "language_supported": True,
    }
