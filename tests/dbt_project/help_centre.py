"""A help centre with random readers, and what its marts must say, worked out in plain Python."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.dbt_project.drop import AS_OF, Company

WINDOW = timedelta(hours=24)
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
READERS = [f"r{n}" for n in range(12)]
ARTICLES = ["art-1", "art-2", "art-3", "art-4"]
QUERIES = ["gift card", "Gift  Card ", "pickup point", "\tPICKUP point", "refund"]


@dataclass(frozen=True)
class Event:
    number: str
    at: datetime
    kind: str
    article: str | None
    reader: str | None
    session: str | None
    query: str | None = None
    found: int | None = None

    @property
    def visit(self) -> tuple[str | None, str]:
        """Without a session id a known reader's day is a visit, an unknown one's event."""
        return self.reader, self.session or (str(self.at.date()) if self.reader else self.number)


def history(seed: int = 8, visits: int = 500) -> list[Event]:
    """Visits of one to five events over four months, some of them nobody's."""
    chance = random.Random(seed)
    events: list[Event] = []
    for visit in range(visits):
        reader = chance.choice([*READERS, None, None, None])
        session = f"s{visit}" if chance.random() < 0.8 else None
        at = FIRST + timedelta(seconds=chance.randrange(int((AS_OF - FIRST).total_seconds())))
        for _ in range(chance.randint(1, 5)):
            kind = chance.choice(["view", "view", "view", "search", "helpful", "not_helpful"])
            article = None if kind == "search" else chance.choice(ARTICLES)
            query = chance.choice(QUERIES) if kind == "search" else None
            found = chance.choice([0, 0, 3, None]) if kind == "search" else None
            if at < AS_OF:
                number = f"e{len(events)}"
                events.append(Event(number, at, kind, article, reader, session, query, found))
            at += timedelta(minutes=chance.choice([0, 1, 7, 600]))
    return events


def contacts(seed: int = 9) -> dict[str, list[tuple[datetime, str]]]:
    """Reader → moments at which they wrote, with the conversation; several per conversation."""
    chance = random.Random(seed)
    found: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for reader in READERS[:-2]:  # two of them never write
        for number in range(15):
            at = FIRST + timedelta(minutes=chance.randrange(4 * 30 * 24 * 60))
            for _ in range(chance.randint(1, 3)):
                found[reader].append((at, f"{reader}-{number}"))
                at += timedelta(hours=chance.choice([1, 20, 60]))
    return {r: sorted(m for m in moments if m[0] <= AS_OF) for r, moments in found.items()}


def company(events: list[Event], wrote: dict[str, list[tuple[datetime, str]]]) -> Company:
    dropped = Company()
    for reader in READERS:
        dropped.add("contacts", contact_id=reader, name=f"Reader {reader}")
    for reader, moments in wrote.items():
        opened: set[str] = set()
        for at, conversation in moments:
            if conversation not in opened:
                opened.add(conversation)
                dropped.conversation(conversation, at.isoformat(), contact_id=reader)
            dropped.said(conversation, at.isoformat(), "customer")
    for article in ARTICLES[:-1]:  # the last one is in no list of articles
        dropped.add("articles", article_id=article, title=article.upper())
    for event in events:
        dropped.add(
            "article_events",
            event_id=event.number,
            occurred_at=event.at.isoformat(),
            event_type=event.kind,
            article_id=event.article,
            contact_id=event.reader,
            session_id=event.session,
            query=event.query,
            results_count=event.found,
        )
    return dropped


def month(at: datetime) -> str:
    return f"{at:%Y-%m}-01"


def visited(events: list[Event], kinds: set[str]) -> Iterator[tuple[str | None, list[Event]]]:
    """Every visit with its reader and its events of the kinds, in order of time."""
    visits: dict[tuple[str | None, str], list[Event]] = defaultdict(list)
    for event in events:
        if event.kind in kinds:
            visits[event.visit].append(event)
    for (reader, _), inside in visits.items():
        yield reader, sorted(inside, key=lambda event: event.at)
