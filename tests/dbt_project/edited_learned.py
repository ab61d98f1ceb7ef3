"""What the models learn of an edited company: who is one person, and what a text says."""

import random

import duckdb

from tests.dbt_project.edited_company import TEXTS

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
    for n, text in enumerate(TEXTS):
        connection.execute(
            "insert into ml.message_tags values (md5(?), '1', ?, ?, ?, '[]', 0, 0, 0, 0, 'normal', "
            "'en', true, 1)",
            [text, ("negative", "neutral", "positive")[n % 3], (n % 3) - 1.0, TOPICS[n % 4]],
        )
