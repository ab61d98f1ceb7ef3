"""A company whose customers write every week, with or without a drift planted in one of them."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml.tagger.drift import report as drift
from ml.tagger.drift.rules import rules
from ml.tagger.labels import SIGNALS
from warehouse.duck import warehouse

VERSION = "support-tagger-9-tested"
WEEK = date(2026, 3, 16)
AS_OF = datetime(2026, 3, 23, tzinfo=UTC)
MOMENT = datetime(2026, 3, 18, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BEFORE = 8
TOPICS = ("billing_payment", "shipping_delivery", "how_to", "technical_problem", "praise")
LETTERS = np.array(list("bcdfghjklmnpqrstvwxz"))

TABLES = """
create schema intermediate;
create table intermediate.int_messages (
    source_system varchar, remote_id varchar, conversation_remote_id varchar, sent_at timestamptz,
    author_type varchar, author_remote_id varchar, channel varchar, text_hash varchar
);
create table intermediate.int_survey_responses (
    source_system varchar, remote_id varchar, sent_at timestamptz, responded_at timestamptz,
    contact_remote_id varchar, comment_hash varchar
);
insert into ops.builds values ('unified', '2026-03-23', '2026-03-23', 'f', true);
"""


def words(prefix: str, count: int) -> list[str]:
    """Made-up words, the same every time."""
    return [prefix + "".join(LETTERS[[n % 20, n // 20 % 20, n // 400]]) for n in range(count)]


class World:
    """Rows as the warehouse has them; each customer's texts resemble each other, as they do."""

    def __init__(self, seed: int = 1) -> None:
        self.random = np.random.default_rng(seed)
        self.rows: list[dict[str, Any]] = []
        self.common = np.array(words("a", 1500))
        weights = 1 / np.arange(2, 1502)
        self.weights = weights / weights.sum()

    def week(
        self,
        monday: date,
        customers: int = 150,
        *,
        channels: Iterable[str] = ("email",),
        mood: float = 0.0,
        foreign: float = 0.05,
        product: float = 0.0,
        unsure: float = 0.1,
    ) -> None:
        """A week's messages.

        Args:
            mood: added to everybody's sentiment.
            foreign: share of customers who write in a language the tagger does not know.
            product: share of customers who write about a new product, in its words.
            unsure: share of texts of which the tagger is not sure.
        """
        for channel in channels:
            for _ in range(customers):
                self._customer(monday, channel, mood, foreign, product, unsure)

    def _customer(
        self, monday: date, channel: str, mood: float, foreign: float, product: float, unsure: float
    ) -> None:
        draw = self.random
        who = f"c{draw.integers(1_000_000)}"
        topic = TOPICS[draw.choice(5, p=[0.3, 0.3, 0.2, 0.15, 0.05])]
        temper, is_foreign = draw.normal(mood - 0.1, 0.3), draw.random() < foreign
        new = words("znew", 12) if draw.random() < product else []
        for _ in range(1 + draw.poisson(0.7)):
            chosen = list(draw.choice(self.common, draw.integers(5, 30), p=self.weights))
            chosen += list(draw.choice(new, 3)) if new else []
            score = float(np.clip(temper + draw.normal(0, 0.2), -1, 1))
            sureness = (0.3, 0.5) if draw.random() < unsure else (0.5, 1)
            moment = datetime.combine(monday, datetime.min.time(), UTC) + timedelta(
                seconds=int(draw.integers(7 * 24 * 3600))
            )
            self.add(
                " ".join(chosen),
                moment,
                who=who,
                channel=channel,
                sentiment_score=0.0 if is_foreign else round(score, 4),
                churn_intent=float(np.clip(0.3 - score / 2, 0, 1)),
                topic="other" if is_foreign else topic,
                language=str(draw.choice(["de", "es"])) if is_foreign else "en",
                language_supported=not is_foreign,
                confidence=0.0 if is_foreign else float(draw.uniform(*sureness)),
            )

    def add(
        self, text: str, moment: datetime, *, who: str | None, channel: str = "email", **tags: Any
    ) -> None:
        """One message; tags not given are ordinary ones."""
        number = len(self.rows)
        plain = {name: round(float(self.random.beta(1, 5)), 4) for name in SIGNALS}
        self.rows.append(
            {
                "text_hash": f"h{number:06d}",
                "redacted_text": text,
                "sent_at": moment,
                "who": who,
                "channel": channel,
                "model_version": VERSION,
                "sentiment_score": 0.1,
                **plain,
                "topic": "how_to",
                "urgency": "normal",
                "language": "en",
                "language_supported": True,
                "confidence": 0.8,
                **tags,
            }
        )

    def weeks(self, count: int, last: date = WEEK, **how: Any) -> None:
        """Ordinary weeks up to and with `last`."""
        for n in range(count):
            self.week(last - timedelta(weeks=count - 1 - n), **how)

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write everything into a new warehouse."""
        connection.execute(TABLES)
        connection.register("world", pd.DataFrame(self.rows))
        connection.execute(
            "insert into intermediate.int_messages "
            "select 'zendesk', text_hash, 'talk of ' || coalesce(who, text_hash), sent_at, "
            "'customer', who, channel, text_hash from world"
        )
        connection.execute(
            "insert into ml.message_tags by name "
            "select * exclude (redacted_text, sent_at, who, channel), 'neutral' as sentiment, "
            "'[]' as topics from world"
        )
        connection.execute(
            "insert into ml.redacted_texts select text_hash, 'r', redacted_text, '{}' from world"
        )
        connection.execute(
            "insert into ml.identity_clusters "
            "select distinct 'zendesk', who, 'customer of ' || who, 1 from world "
            "where who is not null"
        )
        connection.unregister("world")


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No model is loaded, and fewer shuffles are drawn: what is planted stands out from any."""
    monkeypatch.setattr(drift.model, "load", lambda: SimpleNamespace(version=VERSION))
    limits = rules().model_copy(update={"false_alarms": 0.04})
    monkeypatch.setattr(drift, "rules", lambda: limits)


def then(**planted: Any) -> World:
    """Eight ordinary weeks, then one with something planted."""
    world = World()
    world.weeks(BEFORE, WEEK - 7 * DAY)
    world.week(WEEK, **planted)
    return world


Rows = dict[tuple[str, str], dict[str, Any]]


def written(world: World) -> Rows:
    """The report of WEEK as rows by channel and measure."""
    with warehouse() as connection:
        world.fill(connection)
    drift.write(AS_OF)
    return kept()


def kept() -> Rows:
    """What the warehouse holds of it."""
    with warehouse(read_only=True) as connection:
        found = drift.written(connection, WEEK)
    assert found is not None
    rows = [{**row, "detail": json.loads(row["detail"])} for row in found.to_pylist()]
    return {(row["channel"], row["measure"]): row for row in rows}


def alerting(rows: Rows, channel: str = "all") -> set[str]:
    """Measures of a channel that alert."""
    return {m for (c, m), row in rows.items() if c == channel and row["is_alert"]}
