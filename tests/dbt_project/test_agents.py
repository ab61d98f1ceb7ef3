"""Agents beside their peers: small teams by hand, a larger company against plain Python."""

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt_project.agents_oracle import beside_peers
from tests.dbt_project.compiled import compiled_model, empty_warehouse, insert, rows
from tests.dbt_project.drop import warehouse_of

Row = dict[str, Any]
MONDAY = date(2026, 6, 1)
START = datetime(2026, 5, 25, tzinfo=UTC)
EVIDENCE = (
    "agent_id varchar, team varchar, kpi varchar, kind varchar, metric_date date, channel varchar, "
    "topic varchar, numerator decimal(28, 9), denominator decimal(28, 9)"
)


def did(agent: str, team: str | None, topic: str, numerator: float, denominator: int | None) -> Row:
    """What an agent's reopened conversations (counts: handled ones) of the week came to."""
    return {
        "agent_id": agent,
        "team": team,
        "kpi": "conversations_handled" if denominator is None else "reopen_rate",
        "kind": "count" if denominator is None else "share",
        "metric_date": MONDAY + timedelta(2),
        "channel": "email",
        "topic": topic,
        "numerator": numerator,
        "denominator": denominator,
    }


@pytest.fixture(scope="module")
def weekly_sql(acme_home: Path) -> str:
    return compiled_model(acme_home, "kpi_agents_weekly")


def beside(sql: str, *evidence: Row) -> dict[str, Row]:
    with empty_warehouse() as connection:
        connection.execute(f"create table intermediate.int_agent_evidence ({EVIDENCE})")
        insert(connection, "intermediate.int_agent_evidence", list(evidence))
        return {row["agent_id"]: row for row in rows(connection, sql)}


def test_who_gets_the_hard_topics_is_not_punished_for_it(weekly_sql: str) -> None:
    # Of hard ones half are reopened, of easy ones a tenth, whoever has them.
    found = beside(
        weekly_sql,
        *(did(mate, "Care", "easy", 9, 90) for mate in "abc"),
        *(did(mate, "Care", "hard", 5, 10) for mate in "abc"),
        did("hero", "Care", "easy", 1, 10),
        did("hero", "Care", "hard", 45, 90),
    )
    hero = found["hero"]
    assert (hero["value"], hero["peer_value"]) == pytest.approx((0.46, 0.14))
    assert (hero["expected_value"], hero["difference"]) == pytest.approx((0.46, 0))
    assert hero["is_comparable"]
    # The value that a mate is held against counts the hero, too, and not the mate.
    assert found["a"]["peer_value"] == pytest.approx((14 * 2 + 46) / 300)
    assert (hero["period_start"], hero["period_end"], hero["is_complete"]) == (
        MONDAY, date(2026, 6, 7), True,
    )  # fmt: skip


def test_peers_are_the_team_from_three_on_else_all_else_nobody(weekly_sql: str) -> None:
    team = [did(agent, "Care", "t", n, 40) for n, agent in enumerate("abcd")]
    small = [did(agent, "Sales", "t", 8, 40) for agent in "xy"]
    alone = did("z", None, "t", 4, 40)
    found = beside(weekly_sql, *team, *small, alone)
    assert [(found[a]["peers"], found[a]["peer_agents"]) for a in "axz"] == [
        ("team", 3), ("all", 6), ("all", 6),
    ]  # fmt: skip
    assert found["a"]["peer_value"] == (1 + 2 + 3) / 120
    few = beside(weekly_sql, *small, alone)
    assert {row["peers"] for row in few.values()} == {None}
    assert few["x"]["peer_value"] is few["x"]["difference"] is None
    assert (few["x"]["value"], few["x"]["is_comparable"]) == (0.2, False)


def test_what_no_peer_dealt_with_is_compared_with_nothing(weekly_sql: str) -> None:
    mates = [did(mate, "Care", "shared", 2, 20) for mate in "abc"]
    own = [did("me", "Care", "shared", 3, 10), did("me", "Care", "mine", 30, 30)]
    me = beside(weekly_sql, *mates, *own)["me"]
    assert (me["value"], me["compared_share"]) == (33 / 40, 0.25)
    assert me["expected_value"] == pytest.approx(0.1)
    assert me["difference"] == pytest.approx(0.2)
    assert (me["is_reliable"], me["is_comparable"]) == (True, False)


def test_a_count_stands_beside_the_mean_of_the_peers(weekly_sql: str) -> None:
    found = beside(
        weekly_sql,
        *(did(a, "Care", "t", n, None) for a, n in zip("abcd", (1, 2, 3, 7), strict=True)),
    )
    assert (found["d"]["value"], found["d"]["peer_value"]) == (7, 2)
    assert found["d"]["expected_value"] is None


def test_acme_ida_answered_two_turns_and_the_bot_is_no_agent(acme_home: Path) -> None:
    with duckdb.connect(str(warehouse_of(acme_home)), read_only=True) as connection:
        found = rows(
            connection,
            "select kpi, numerator, denominator from marts.kpi_agents_weekly "
            "inner join marts.dim_agents using (agent_id) "
            "where name = 'Ida' and period_start = date '2026-06-01' order by kpi",
        )
        bots = rows(
            connection,
            "from marts.kpi_agents_weekly "
            "semi join (from marts.dim_agents where role = 'bot') using (agent_id)",
        )
    assert {row["kpi"]: (row["numerator"], row["denominator"]) for row in found} == {
        "conversations_handled": (1, None),
        "turns_answered": (2, None),
        "conversations_solved": (1, None),
        "response_minutes": (120, 2),
        "response_business_minutes": (120, 2),
        "csat": (1, 1),
        "one_touch": (0, 1),
        "fcr": (1, 1),
        "reopen_rate": (0, 1),
        "transfer_rate": (0, 1),
    }
    assert bots == []


def people() -> list[Row]:
    teams = [("Care", 5), ("Sales", 3), (None, 2)]
    found = [
        {"agent_id": f"{team}-{n}", "team": team, "role": "agent", "is_active": True}
        for team, size in teams
        for n in range(size)
    ]
    return [*found, {"agent_id": "robo", "team": "Care", "role": "bot", "is_active": True}]


def world(seed: int) -> dict[str, list[Row]]:
    """Five weeks of conversations, turns, calls and surveys at random, unlike any real ones."""
    chance = random.Random(seed)
    agents = [*(row["agent_id"] for row in people()), None, "nobody knows"]
    facts: dict[str, list[Row]] = {
        name: [] for name in ("fct_conversations", "fct_responses", "fct_survey_responses")
    }

    def at() -> datetime | None:
        moment = START + timedelta(minutes=chance.randrange(5 * 7 * 24 * 60))
        return moment if chance.random() < 0.9 else None

    def maybe(value: Any) -> Any:
        return value if chance.random() < 0.8 else None

    for number in range(900):
        about = {
            "conversation_id": f"r{number}",
            "channel": chance.choice(["email", "chat", "phone"]),
            "topic": chance.choice(["a", "b", "b", None]),
            "excluded_reason": chance.choice([None] * 9 + ["spam", "merged"]),
        }
        calls = chance.randrange(3) if about["channel"] == "phone" else 0
        facts["fct_conversations"].append({
            **about,
            "answered_calls": calls,
            "call_answered_at": START + timedelta(days=chance.randrange(35)) if calls else None,
            "handle_minutes": calls * 3.25 if about["channel"] == "phone" else None,
            "agent_id": chance.choice(agents),
            "opened_at": START + timedelta(minutes=chance.randrange(50_000)),
            "first_solved_at": at(),
            "resolved_at": at(),
            "is_solved": chance.random() < 0.8,
            "is_one_touch": chance.random() < 0.4,
            "is_fcr": maybe(chance.random() < 0.6),
            "reopens": chance.choice([0, 0, 1, 2]),
            "team_transfers": chance.choice([0, 0, 0, 1]),
            "sentiment_shift": maybe(round(chance.uniform(-2, 2), 3)),
        })  # fmt: skip
        for turn in range(chance.randrange(3)):
            minutes = round(chance.expovariate(0.01), 4)
            facts["fct_responses"].append({
                **about,
                "response_id": f"r{number}-{turn}",
                "agent_id": chance.choice(agents),
                "asked_at": START,
                "answered_at": (answered := at()),
                "response_minutes": minutes if answered else None,
                "response_business_minutes": maybe(minutes / 2) if answered else None,
            })  # fmt: skip
        if chance.random() < 0.3:
            # Named like the conversation itself: a survey's id says nothing about another table's.
            facts["fct_survey_responses"].append({
                **about,
                "response_id": f"r{number}",
                "survey_type": "csat",
                "agent_id": chance.choice(agents),
                "answered_at": at(),
                "is_response": True,
                "is_satisfied": maybe(chance.random() < 0.7),
                "is_latest_for_conversation": chance.random() < 0.9,
            })  # fmt: skip
    return facts


def table(name: str) -> str:
    return f"intermediate.{name}" if name.startswith("int_") else f"marts.{name}"


@pytest.fixture
def company(acme_home: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The acme company's warehouse, with a random world added to its facts."""
    file = tmp_path / "heedline.duckdb"
    shutil.copy(warehouse_of(acme_home), file)
    with duckdb.connect(str(file), config={"threads": 1}) as connection:
        connection.execute("set timezone = 'UTC'")
        for name, records in {"dim_agents": people(), **world(seed=4)}.items():
            insert(connection, table(name), records)
        yield connection


def test_every_number_equals_plain_python_over_the_facts(
    company: duckdb.DuckDBPyConnection, weekly_sql: str
) -> None:
    facts = {name: rows(company, f"from {table(name)}") for name in ("dim_agents", *world(4))}
    expected = beside_peers(facts)

    found = {
        (row["agent_id"], row["period_start"], row["kpi"]): row for row in rows(company, weekly_sql)
    }

    assert found.keys() == expected.keys()
    assert len(found) > 400
    assert {row.peers for row in expected.values()} == {"team", "all"}
    for key, row in expected.items():
        for name, value in vars(row).items():
            assert found[key][name] == (
                value if value is None or isinstance(value, str) else pytest.approx(value, abs=1e-6)
            ), (key, name)
