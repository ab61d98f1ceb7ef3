"""What every agent did and what their peers did, in plain Python over the published facts."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

Row = dict[str, Any]
Facts = dict[str, list[Row]]


@dataclass(frozen=True)
class Entry:
    agent: str
    week: date
    kpi: str
    cell: tuple[str | None, str | None]
    numerator: float
    denominator: float | None


def monday(at: datetime) -> date:
    return at.date() - timedelta(at.weekday())


def entries(facts: Facts) -> Iterator[Entry]:
    """What each record adds to the numbers of an agent; bots and unknown agents are nobody."""
    people = {row["agent_id"] for row in facts["dim_agents"] if row["role"] != "bot"}
    for kpi, at, agent, row, numerator, denominator in _records(facts):
        if at is not None and agent is not None and agent in people:
            cell = (row["topic"], row["channel"])
            yield Entry(agent, monday(at), kpi, cell, float(numerator), denominator)


def _records(facts: Facts) -> Iterator[tuple[str, datetime | None, str | None, Row, Any, Any]]:
    conversations = {row["conversation_id"]: row for row in facts["fct_conversations"]}
    counted = [row for row in conversations.values() if row["excluded_reason"] is None]
    worked_on: dict[tuple[str, str, date], tuple[datetime, Row]] = {}

    for row in facts["fct_responses"]:
        at, agent = row["answered_at"], row["agent_id"]
        if at is None or row["excluded_reason"] is not None:
            continue
        yield "turns_answered", at, agent, row, 1, None
        for clock in ("", "business_"):
            minutes = row[f"response_{clock}minutes"]
            if minutes is not None:
                yield f"response_{clock}minutes", at, agent, row, minutes, 1
        worked_on[agent, row["conversation_id"], monday(at)] = at, row

    for row in counted:
        at, answered = row["call_answered_at"], row["answered_calls"]
        if at is None:
            continue
        yield "calls_answered", at, row["agent_id"], row, answered, None
        yield "handle_minutes", at, row["agent_id"], row, row["handle_minutes"], answered
        worked_on[row["agent_id"], row["conversation_id"], monday(at)] = at, row

    for (agent, _, _), (at, row) in worked_on.items():
        yield "conversations_handled", at, agent, row, 1, None

    for row in counted:
        agent, resolved = row["agent_id"], row["resolved_at"]
        if resolved is not None:
            yield "conversations_solved", resolved, agent, row, 1, None
        if row["is_solved"]:
            yield "one_touch", resolved, agent, row, row["is_one_touch"], 1
        if row["is_fcr"] is not None:
            yield "fcr", resolved, agent, row, row["is_fcr"], 1
        yield "reopen_rate", row["first_solved_at"], agent, row, row["reopens"] > 0, 1
        yield "transfer_rate", row["opened_at"], agent, row, row["team_transfers"] > 0, 1
        if row["sentiment_shift"] is not None:
            yield "sentiment_shift", row["opened_at"], agent, row, row["sentiment_shift"], 1

    for row in facts["fct_survey_responses"]:
        latest = row["is_latest_for_conversation"] and row["is_satisfied"] is not None
        if latest and row["excluded_reason"] in (None, "merged"):
            yield "csat", row["answered_at"], row["agent_id"], row, row["is_satisfied"], 1


@dataclass
class Beside:
    """An agent's number of a week, and their peers'."""

    numerator: float
    denominator: float | None
    peers: str | None
    peer_agents: int | None
    peer_value: float | None
    expected_value: float | None
    difference: float | None


def beside_peers(facts: Facts) -> dict[tuple[str, date, str], Beside]:
    teams = {row["agent_id"]: row["team"] for row in facts["dim_agents"]}
    measured: dict[tuple[date, str], dict[str, list[Entry]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for entry in entries(facts):
        measured[entry.week, entry.kpi][entry.agent].append(entry)
    found = {}
    for (week, kpi), agents in measured.items():
        for agent, own in agents.items():
            others = [other for other in agents if other != agent]
            mates = [o for o in others if teams[agent] is not None and teams[o] == teams[agent]]
            peers: str | None = "team" if len(mates) >= 3 else "all"
            chosen = mates if peers == "team" else others
            if len(chosen) < 3:
                peers, chosen = None, []
            theirs = [entry for other in chosen for entry in agents[other]]
            found[agent, week, kpi] = _compare(own, theirs, peers, len(chosen))
    return found


def _total(entries: list[Entry]) -> tuple[float, float]:
    return sum(e.numerator for e in entries), sum(e.denominator or 0 for e in entries)


def _compare(own: list[Entry], theirs: list[Entry], peers: str | None, agents: int) -> Beside:
    numerator, denominator = _total(own)
    if own[0].denominator is None:
        mean = _total(theirs)[0] / agents if peers else None
        return Beside(numerator, None, peers, agents if peers else None, mean, None, None)
    expected = compared = share = 0.0
    for entry in own:
        x, n = _total([e for e in theirs if e.cell == entry.cell])
        if n:
            weight = entry.denominator or 0
            expected += weight * x / n
            compared += entry.numerator
            share += weight
    x, n = _total(theirs)
    return Beside(
        numerator,
        denominator,
        peers,
        agents if peers else None,
        x / n if n else None,
        expected / share if share else None,
        (compared - expected) / share if share else None,
    )
