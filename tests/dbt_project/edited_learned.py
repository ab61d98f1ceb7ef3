"""What the models learn of an edited company: who is one person, and what a text says."""

import random

import duckdb

from tests.dbt_project.edited_company import TEXTS

RARE = ["a word seldom said", "another word seldom said"]
TOPICS = ["billing_payment", "delivery", "other", "account_access"]


def link(connection: duckdb.DuckDBPyConnection, chance: random.Random, contacts: list[int]) -> None:
    """Say anew of some contacts whether they are somebody that others are, too."""
    for n in contacts:
        connection.execute("delete from ml.identity_clusters where remote_id = ?", [f"p{n}"])
        if chance.random() < 0.15:
            connection.execute(
                "insert into ml.identity_clusters values ('acme', ?, ?, 1)",
                [f"p{n}", f"person {chance.randrange(100)}"],
            )


def tag(connection: duckdb.DuckDBPyConnection) -> None:
    """What the tagger says of the texts."""
    for n, text in enumerate([*TEXTS, *RARE]):
        connection.execute(
            "insert into ml.message_tags values (md5(?), '1', ?, ?, ?, '[]', 0, 0, 0, 0, 'normal', "
            "'en', true, 1)",
            [text, ("negative", "neutral", "positive")[n % 3], (n % 3) - 1.0, TOPICS[n % 4]],
        )


def say_rarely(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> None:
    """Some customers say what others do not; some write it as a comment."""
    for table, key, text, where in (
        ("messages", "message_id", "body", "author_type = 'customer'"),
        ("survey_responses", "response_id", "comment", "conversation_id is not null"),
    ):
        ids = connection.execute(
            f"select {key} from raw_file_drop.{table} where {where} order by 1"
        ).fetchall()
        for n, (name,) in enumerate(chance.sample(ids, 6)):
            connection.execute(
                f"update raw_file_drop.{table} set {text} = ? where {key} = ?", [RARE[n % 2], name]
            )


def correct_tags(connection: duckdb.DuckDBPyConnection, step: int) -> None:
    """People say that a rare text means something else; in the second step of the other, and the
    first is taken back."""
    connection.execute("delete from ml.corrected_tags")
    for n, text in enumerate(RARE[: step + 1]):
        connection.execute(
            "insert into ml.corrected_tags by name "
            "select *, ? as own_topic, ? as is_corrected from ml.message_tags "
            "where text_hash = md5(?)",
            ["refrigerators" if n == step else None, n == step, text],
        )
    connection.execute(
        "update ml.corrected_tags set topic = 'delivery', sentiment = 'positive', "
        "sentiment_score = 1, churn_intent = 1 where is_corrected"
    )
