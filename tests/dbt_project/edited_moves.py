"""Records that turn out to be of another conversation, or of one that is not known yet."""

import random
from datetime import datetime, timedelta

import duckdb

from tests.dbt_project.edited_company import iso

Row = tuple[str, str, str]


def movable(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> list[Row]:
    """Some calls and events: entity, key column and id."""
    found: list[Row] = []
    for entity, key, where in [
        ("calls", "call_id", "true"),
        ("conversation_events", "event_id", "event_type = 'status'"),
        ("conversation_events", "event_id", "event_type = 'team'"),
    ]:
        known = connection.execute(
            f"select {key} from raw_file_drop.{entity} where {where} order by 1"
        ).fetchall()
        found += [(entity, key, name) for (name,) in chance.sample(known, 4)]
    return found


def move(
    connection: duckdb.DuckDBPyConnection, chance: random.Random, rows: list[Row], at: datetime
) -> None:
    """A load says each of them anew, of any conversation; of every fourth nobody knows which."""
    ids = connection.execute(
        "select conversation_id from raw_file_drop.conversations order by conversation_id"
    ).fetchall()
    for number, (entity, key, name) in enumerate(rows):
        (conversation,) = ("unknown",) if number % 4 == 3 else chance.choice(ids)
        connection.execute(
            f"update raw_file_drop.{entity} set conversation_id = ?, _loaded_at = ? "
            f"where {key} = ?",
            [conversation, at, name],
        )


def put_off(connection: duckdb.DuckDBPyConnection, chance: random.Random, at: datetime) -> None:
    """Conversations of people who have others turn out to begin long after this build."""
    known = connection.execute(
        "select conversation_id from raw_file_drop.conversations "
        "qualify count(*) over (partition by contact_id) > 1 order by conversation_id"
    ).fetchall()
    for (name,) in chance.sample(known, 8):
        connection.execute(
            "update raw_file_drop.conversations set opened_at = ?, _loaded_at = ? "
            "where conversation_id = ?",
            [iso(at + timedelta(days=400)), at, name],
        )
