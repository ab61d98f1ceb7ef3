"""Mail threads, whose status time alone changes: no load says that they are solved."""

import random
from datetime import datetime, timedelta

import duckdb

from connectors.contract import resources
from tests.dbt_project.edited_company import iso

_TYPES = {"text": "varchar", "json": "varchar", "bool": "boolean"}


def make_tables(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """A source's raw tables, as its loader makes them, without a row."""
    connection.execute(f"create schema raw_{source}")
    for entity, resource in resources(source).items():
        columns = [f"{name} {_TYPES.get(kind, kind)}" for name, kind in resource.columns.items()]
        listed = ", ".join(columns)
        connection.execute(f"create table raw_{source}.{entity} ({listed}, _loaded_at timestamptz)")


def receive(
    connection: duckdb.DuckDBPyConnection, chance: random.Random, last: datetime, count: int
) -> None:
    """Mails of the weeks before an instant, loaded then; some answer one that is loaded later."""
    for _ in range(count):
        at = last - timedelta(minutes=chance.randrange(60 * 24 * 20))
        person = f"mail{chance.randrange(30)}@x.example"
        is_own, is_reply = chance.random() < 0.4, chance.random() < 0.6
        name = f"{iso(at)}-{chance.random()}"
        connection.execute(
            "insert into raw_email.messages by name select ? as message_id, ? as thread_root, "
            "? as sent_at, ? as from_address, ? as counterpart_address, 'lamp' as subject_key, "
            "? as is_reply_subject, ? as is_own, false as is_automatic, false as is_spam, "
            "'text number 1' as reply, ? as _loaded_at",
            [name, name, iso(at), "us@acme.example" if is_own else person, person, is_reply,
             is_own, last],
        )  # fmt: skip
