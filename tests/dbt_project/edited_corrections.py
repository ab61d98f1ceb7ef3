"""Records that were loaded before come again otherwise: put right, put off, merged, taken back."""

import random
from datetime import datetime, timedelta

import duckdb

from tests.dbt_project.drop import COLUMNS
from tests.dbt_project.edited_company import PEOPLE, TEXTS, iso


def correct(connection: duckdb.DuckDBPyConnection, chance: random.Random, at: datetime) -> None:
    """Change rows that were loaded before: as a merge into raw does, with the new load's time."""
    ids = [i for (i,) in connection.execute(
        "select conversation_id from raw_file_drop.conversations order by conversation_id"
    ).fetchall()]  # fmt: skip

    def change(entity: str, key: str, name: str, **values: str) -> None:
        assert set(values) <= set(COLUMNS[entity].split())
        sets = ", ".join(f"{column} = ?" for column in values)
        connection.execute(
            f"update raw_file_drop.{entity} set {sets}, _loaded_at = ? where {key} = ?",
            [*values.values(), at, name],
        )

    picked = iter(chance.sample(ids, 24))
    for _ in range(4):
        change("conversations", "conversation_id", next(picked),
               merged_into_conversation_id=next(picked), updated_at=iso(at))  # fmt: skip
    change("conversations", "conversation_id", next(picked), deleted_at=iso(at), updated_at=iso(at))
    change("conversations", "conversation_id", next(picked), is_spam="true")
    for _ in range(3):
        change(
            "conversations",
            "conversation_id",
            next(picked),
            contact_id=f"p{chance.randrange(PEOPLE)}",
        )
    change("conversations", "conversation_id", next(picked), team="Night", priority="high")
    later = iso(at + timedelta(hours=5))  # than anything that this step's build knows
    change("conversations", "conversation_id", next(picked), channel="chat")
    for entity, key, told in (
        ("orders", "order_id", {"contact_id": "p1"}),
        ("orders", "order_id", {"amount": "7"}),
        ("orders", "order_id", {"ordered_at": later}),
        ("subscriptions", "subscription_id", {"plan": "basic"}),
        ("subscriptions", "subscription_id", {"started_at": "unreadable"}),
        ("article_events", "event_id", {"contact_id": "p2"}),
        ("article_events", "event_id", {"occurred_at": later}),
        ("articles", "article_id", {"title": f"How to, as of {iso(at)}"}),
    ):
        known = connection.execute(f"select {key} from raw_file_drop.{entity} order by 1")
        change(entity, key, chance.choice(known.fetchall())[0], **told)
    told_alone_by_the_timeline = connection.execute(
        "select event_id from raw_file_drop.conversation_events "
        "where event_type = 'priority' order by 1"
    ).fetchall()
    for (name,) in chance.sample(told_alone_by_the_timeline, 3):
        change("conversation_events", "event_id", name, old_value="low")
    for _ in range(3):
        change(
            "contacts",
            "contact_id",
            f"p{chance.randrange(PEOPLE)}",
            account_id=f"k{chance.randrange(4)}",
        )
    change(
        "accounts",
        "account_id",
        f"k{chance.randrange(4)}",
        customer_status="Former customer",
        customer_until=iso(at - timedelta(days=9)),
        updated_at=iso(at),
    )
    some = {
        entity: iter(chance.sample(connection.execute(
            f"select {key} from raw_file_drop.{entity} order by {key}"
        ).fetchall(), count))
        for entity, key, count in [
            ("messages", "message_id", 26),
            ("conversation_events", "event_id", 3),
            ("survey_responses", "response_id", 3),
        ]
    }  # fmt: skip
    for _ in range(20):
        change("messages", "message_id", next(some["messages"])[0], body=chance.choice(TEXTS))
    # Put off until long after this build, or said to be about something else.
    later = iso(at + timedelta(days=400))
    for _ in range(3):
        change("messages", "message_id", next(some["messages"])[0], sent_at=later)
        change("conversation_events", "event_id", next(some["conversation_events"])[0],
               occurred_at=later)  # fmt: skip
        change("messages", "message_id", next(some["messages"])[0],
               conversation_id=next(picked))  # fmt: skip
        change("survey_responses", "response_id", next(some["survey_responses"])[0],
               conversation_id=next(picked))  # fmt: skip


def take_back(connection: duckdb.DuckDBPyConnection, channel: str, at: datetime) -> None:
    """Answers of the fans of days and of weeks about a channel turn out to be none."""
    connection.execute(
        "update raw_file_drop.survey_responses set score = null, responded_at = null, "
        "_loaded_at = ? where contact_id like 'fan of %' and conversation_id like ?",
        [at, f"% {channel}"],
    )
