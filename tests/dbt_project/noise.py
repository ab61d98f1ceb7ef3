"""Records drawn at random without any sense, and what the rules make of their merges."""

import random
from datetime import UTC, datetime, timedelta
from hashlib import md5

from tests.dbt_project.drop import Company

SYSTEM = "noise"
LONGEST_CHAIN = 8
START = datetime(2026, 5, 1, tzinfo=UTC)
WORDS = ["new", "open", "pending", "hold", "solved", "closed", "Resolved", "???", "limbo"]


def add_noise(company: Company, seed: int = 5, conversations: int = 150) -> dict[str, str | None]:
    """Add them to a company; what each conversation says it was merged into."""
    chance = random.Random(seed)
    opened = {
        f"n{n}": START + timedelta(hours=chance.randrange(1000)) for n in range(conversations)
    }
    names = list(opened)

    def around(name: str) -> str:
        return (opened[name] + timedelta(minutes=chance.randint(-500, 5000))).isoformat()

    merged: dict[str, str | None] = {}
    for name, at in opened.items():
        merged[name] = chance.choice([*names, "gone"]) if chance.random() < 0.7 else None
        company.conversation(
            name, at.isoformat(), source_system=SYSTEM, contact_id=f"p{chance.randrange(20)}",
            channel=chance.choice(["chat", "phone", "email"]), status=chance.choice(WORDS),
            updated_at=around(name), assignee_agent_id=chance.choice([None, "x", "y"]),
            merged_into_conversation_id=merged[name],
        )  # fmt: skip
    for _ in range(4 * conversations):
        name = chance.choice(names)
        company.said(
            name, around(name), chance.choice(["customer", "agent", "bot"]), source_system=SYSTEM,
            author_id=chance.choice([None, "x", "z"]),
        )  # fmt: skip
        company.add(
            "conversation_events", source_system=SYSTEM, conversation_id=name,
            occurred_at=around(name), event_type="status", new_value=chance.choice(WORDS),
        )  # fmt: skip
        if chance.random() < 0.2:
            company.add(
                "calls", source_system=SYSTEM, conversation_id=name, ring_at=around(name),
                answered_at=around(name), ended_at=around(name), direction="inbound",
                talk_seconds=chance.randint(-50, 500), hold_seconds=chance.randint(-50, 500),
                outcome=chance.choice(["answered", "abandoned", None]),
            )  # fmt: skip
        if chance.random() < 0.2:
            company.add(
                "survey_responses", source_system=SYSTEM, conversation_id=name,
                response_id=f"s{chance.random()}", survey_type=chance.choice(["csat", "nps"]),
                score=chance.randint(-2, 12), responded_at=around(name),
            )  # fmt: skip
    return merged


def lives_on_in(company: Company, merged: dict[str, str | None], name: str) -> str | None:
    """Where a conversation's messages are; None where the chain is longer than is followed."""
    opened = {
        row["conversation_id"]: row["opened_at"]
        for row in company.rows["conversations"]
        if row.get("source_system") == SYSTEM
    }
    path = [name]
    while (target := merged[path[-1]]) in merged and target != path[-1]:
        assert target is not None
        if target in path:
            circle = path[path.index(target) :]
            first = min(
                circle, key=lambda member: (datetime.fromisoformat(opened[member]), key(member))
            )
            return first if len(path) <= LONGEST_CHAIN else None
        path.append(target)
    return path[-1] if len(path) - 1 <= LONGEST_CHAIN else None


def key(name: str) -> str:
    """conversation_id, which decides between two opened at once."""
    return md5(f"{SYSTEM}:{name}".encode()).hexdigest()
