"""A company whose records go on changing after loading: late, corrected, merged, relinked."""

import random
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa

from tests.dbt_project.drop import Company

BEGIN = datetime(2026, 4, 1, tzinfo=UTC)
TEXTS = [f"text number {n}" for n in range(12)]
CHANNELS = ["email", "chat", "chatbot", "phone", "ticket"]
STATUSES = ["open", "pending", "hold", "solved", "closed"]
PEOPLE, BUYERS = 2000, 100


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Edited:
    """The company's records and the chance that changes them. Ids are numbered over all steps."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.company = Company()
        self.conversations: list[tuple[str, datetime]] = []
        self.number = 0

    def named(self, kind: str) -> str:
        self.number += 1
        return f"{kind}{self.number}"

    def rules(self) -> None:
        """What stays: working hours, promises, people, accounts, articles."""
        company = self.company
        company.office("office", "Europe/Berlin", "09:00-17:00")
        company.add("schedule_assignments", schedule_id="office", scope="default")
        for metric in ("first_response", "next_response", "periodic_update", "resolution"):
            clock = self.chance.choice(("business", "calendar"))
            company.add(
                "sla_policies",
                policy_id=metric,
                metric=metric,
                target_minutes=90,
                clock=clock,
                channel="email",
            )
        for n in range(5):
            role = "bot" if n == 0 else "agent"
            company.add(
                "agents", agent_id=f"a{n}", name=f"A{n}", email=f"a{n}@acme.example", role=role
            )
        for n in range(4):
            company.add(
                "accounts",
                account_id=f"k{n}",
                name=f"K{n}",
                segment=f"segment {n % 2}",
                created_at=iso(BEGIN),
                customer_status=("Customer", "Partner")[n % 2],
            )
        for n in range(PEOPLE):
            company.add("contacts", contact_id=f"p{n}", name=f"P{n}", account_id=f"k{n % 4}")
        company.add("articles", article_id="art", title="How to")

    def talk(self, first: datetime, last: datetime, count: int) -> None:
        """New conversations opened between two instants; some of what happens in them is later."""
        for _ in range(count):
            at = first + (last - first) * self.chance.random()
            name, channel = self.named("c"), self.chance.choice(CHANNELS)
            self.conversations.append((name, at))
            self.company.add(
                "conversations", conversation_id=name, opened_at=iso(at), channel=channel,
                contact_id=f"p{self.chance.randrange(PEOPLE)}",
                team=self.chance.choice(("Care", "Billing")),
                assignee_agent_id=f"a{self.chance.randrange(5)}", updated_at=iso(at),
            )  # fmt: skip
            for _ in range(self.chance.randint(0, 6)):
                at += timedelta(minutes=self.chance.choice((1, 30, 300, 3000)))
                self.happen(name, at)
            if self.chance.random() < 0.9:  # what stays open is asked about in every build
                self.company.status(
                    name, iso(at + timedelta(hours=2)), "solved", event_id=self.named("e")
                )
            if channel == "phone" and self.chance.random() < 0.8:
                self.company.add(
                    "calls", call_id=self.named("call"), conversation_id=name, direction="inbound",
                    ring_at=iso(at), answered_at=iso(at + timedelta(minutes=1)),
                    ended_at=iso(at + timedelta(hours=1)), outcome="answered", talk_seconds=60,
                )  # fmt: skip
            if self.chance.random() < 0.4:
                self.asked(name, at)

    def happen(self, conversation: str, at: datetime) -> None:
        """A message or a change of status, team or priority."""
        kind = self.chance.random()
        if kind < 0.6:
            author = self.chance.choice(("customer", "customer", "agent", "bot"))
            self.company.said(
                conversation, iso(at), author, message_id=self.named("m"),
                body=self.chance.choice(TEXTS), author_id=f"a{self.chance.randrange(5)}",
            )  # fmt: skip
            return
        field, value = ("status", self.chance.choice(STATUSES))
        if kind > 0.95:
            field, value = self.chance.choice((("team", "Billing"), ("priority", "urgent")))
        self.company.add(
            "conversation_events", event_id=self.named("e"), conversation_id=conversation,
            occurred_at=iso(at), event_type=field, new_value=value,
        )  # fmt: skip

    def asked(self, conversation: str | None, at: datetime) -> None:
        """A survey, answered or not, about a conversation or about nothing in particular."""
        kind = self.chance.choice(("csat", "nps", "ces"))
        answered = self.chance.random() < 0.7
        self.company.add(
            "survey_responses", response_id=self.named("s"), survey_type=kind,
            score=self.chance.randint(1, 5) if answered else None, sent_at=iso(at),
            responded_at=iso(at + timedelta(days=self.chance.randint(0, 5))) if answered else None,
            conversation_id=conversation, contact_id=f"p{self.chance.randrange(PEOPLE)}",
        )  # fmt: skip

    def fans(self, at: datetime) -> None:
        """People who can be asked on two channels: `recommend` says what they answer."""
        for name in ("fan of days", "fan of weeks", "fan for good"):
            self.company.add("contacts", contact_id=name, name=name)
            for channel in ("email", "chat"):
                self.company.add(
                    "conversations", conversation_id=f"{name} {channel}", opened_at=iso(at),
                    channel=channel, contact_id=name, updated_at=iso(at),
                )  # fmt: skip
                self.company.status(
                    f"{name} {channel}", iso(at), "solved", event_id=f"{name} {channel} solved"
                )

    def recommend(self, channel: str, answers: dict[str, datetime]) -> None:
        """The fans' answers to NPS about a channel, and when they gave them."""
        for name, at in answers.items():
            self.company.add(
                "survey_responses", response_id=f"{name} {channel}", survey_type="nps", score=9,
                sent_at=iso(at), responded_at=iso(at), contact_id=name,
                conversation_id=f"{name} {channel}",
            )  # fmt: skip

    def read(self, first: datetime, last: datetime, count: int) -> None:
        """Visits to the help centre."""
        for _ in range(count):
            at = first + (last - first) * self.chance.random()
            self.company.add(
                "article_events", event_id=self.named("v"), occurred_at=iso(at), event_type="view",
                article_id="art", contact_id=f"p{self.chance.randrange(PEOPLE)}",
            )  # fmt: skip

    def deal(self, first: datetime, last: datetime, count: int) -> None:
        """Orders and subscriptions between two instants; some of them end later."""
        for number in range(count):
            at = first + (last - first) * self.chance.random()
            person = f"p{self.chance.randrange(BUYERS)}"
            self.company.add(
                "orders", order_id=self.named("o"), contact_id=person, ordered_at=iso(at),
                amount=self.chance.randint(5, 90), currency="EUR", status="paid",
            )  # fmt: skip
            if number % 4 == 0:
                ends = at + timedelta(days=self.chance.randint(1, 40))
                self.company.add(
                    "subscriptions", subscription_id=self.named("sub"), contact_id=person,
                    started_at=iso(at), cancel_requested_at=iso(ends - timedelta(hours=9)),
                    ended_at=iso(ends), plan="pro", amount_per_month=9, currency="EUR",
                )  # fmt: skip

    def go_on(self, until: datetime) -> None:
        """Late words, reopenings and surveys of conversations that began before."""
        for name, opened in self.chance.sample(self.conversations, 25):
            at = opened + (until - opened) * self.chance.random()
            self.happen(name, at)
        for name, opened in self.chance.sample(self.conversations, 6):
            self.asked(name, opened)
        self.asked(None, until - timedelta(hours=3))

    def take(self) -> Company:
        """What was added since the last taking."""
        taken, self.company = self.company, Company()
        return taken


def insert(connection: duckdb.DuckDBPyConnection, company: Company, at: datetime) -> None:
    """Load new rows into the raw tables."""
    for entity, rows in company.rows.items():
        loaded = [
            {"source_system": "acme", "drop_folder": "acme", **row, "_load_id": iso(at),
             "_loaded_at": at, "_row_hash": f"{iso(at)}-{number}"}
            for number, row in enumerate(rows)
        ]  # fmt: skip
        names = sorted({name for row in loaded for name in row})
        table = pa.table({name: [row.get(name) for row in loaded] for name in names})
        connection.register("loaded", table)
        connection.execute(f"insert into raw_file_drop.{entity} by name from loaded")
        connection.unregister("loaded")
