"""How issues travel and how often customers come, against plain Python over the facts."""

import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import mean, median
from typing import Any

import duckdb
import pytest

from tests.dbt_project.compiled import compiled_model, insert, rows
from tests.dbt_project.drop import warehouse_of

Row = dict[str, Any]
CHANNELS = ["chatbot", "email", "chat", "phone"]


def issue(number: int, chance: random.Random) -> Row:
    """An issue that any way of travelling can have had."""
    path = [chance.choice(CHANNELS)]
    for _ in range(chance.choice([0, 0, 1, 1, 2, 3, 4])):
        path.append(chance.choice([c for c in CHANNELS if c != path[-1]]))
    opened_at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 100))
    minutes = chance.choice([None, chance.expovariate(0.001)])
    return {
        "issue_id": f"r{number}",
        "opened_at": opened_at,
        "resolved_at": opened_at + timedelta(minutes=minutes) if minutes is not None else None,
        "resolution_minutes": minutes,
        "channels": " > ".join(path),
        "channel_switches": len(path) - 1,
        "first_channel": path[0],
        "contacts": len(path) + chance.randrange(3),
        "agents": chance.randrange(4),
        "teams": chance.randrange(3),
        "is_fcr": chance.choice([None, True, False]) if minutes is not None else None,
    }


@pytest.fixture
def company(acme_home: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the acme company's warehouse, to add facts to."""
    file = tmp_path / "heedline.duckdb"
    shutil.copy(warehouse_of(acme_home), file)
    with duckdb.connect(str(file), config={"threads": 1}) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def month(at: datetime) -> date:
    return at.date().replace(day=1)


def test_journeys_are_the_solved_issues_of_a_month_by_path(
    acme_home: Path, company: duckdb.DuckDBPyConnection
) -> None:
    chance = random.Random(7)
    insert(company, "marts.fct_issues", [issue(n, chance) for n in range(600)])
    ways: dict[tuple[date, str], list[Row]] = defaultdict(list)
    for row in rows(company, "from marts.fct_issues where resolved_at is not null"):
        path = row["channels"].split(" > ")
        shown = " > ".join([*path[:2], "..."] if len(path) > 3 else path)
        ways[month(row["resolved_at"]), shown].append(row)

    found = rows(company, compiled_model(acme_home, "kpi_journeys"))

    assert {(row["period_start"], row["path"]) for row in found} == ways.keys()
    assert any(row["is_folded"] for row in found)
    for row in found:
        of = ways[row["period_start"], row["path"]]
        decided = [i["is_fcr"] for i in of if i["is_fcr"] is not None]
        everything = [
            i for (at, _), some in ways.items() if at == row["period_start"] for i in some
        ]
        assert row["issues"] == len(of)
        assert row["issues_in_period"] == len(everything)
        assert row["contacts"] == sum(i["contacts"] for i in of)
        assert row["contacts_per_issue"] == pytest.approx(mean(i["contacts"] for i in of))
        assert row["has_switch"] == any(i["channel_switches"] for i in of)
        assert (row["fcr_numerator"], row["fcr_denominator"]) == (sum(decided), len(decided))
        assert row["fcr"] == (pytest.approx(mean(decided)) if decided else None)
        assert row["is_reliable"] == (len(decided) >= 30)
        minutes = [i["resolution_minutes"] for i in of]
        assert row["resolution_minutes"] == pytest.approx(mean(minutes))
        assert row["median_resolution_minutes"] == pytest.approx(median(minutes))
        assert row["agents_per_issue"] == pytest.approx(mean(i["agents"] for i in of))
        assert row["teams_per_issue"] == pytest.approx(mean(i["teams"] for i in of))
        assert {i["first_channel"] for i in of} == {row["first_channel"]}


def contact(number: int, issue_id: str | None, place: int | None, at: str, channel: str) -> Row:
    return {
        "conversation_id": f"r{number}",
        "issue_id": issue_id,
        "issue_contact_number": place,
        "opened_at": datetime.fromisoformat(f"{at}T12:00:00+00:00"),
        "channel": channel,
        "excluded_reason": None if issue_id else "spam",
        "is_customer_opened": True,
    }


def test_a_switch_leads_to_the_channel_of_the_next_contact(
    acme_home: Path, company: duckdb.DuckDBPyConnection
) -> None:
    insert(
        company,
        "marts.fct_conversations",
        [
            contact(1, "i1", 1, "2025-01-05", "chatbot"),
            contact(2, "i1", 2, "2025-01-06", "chatbot"),
            contact(3, "i1", 3, "2025-02-01", "phone"),
            contact(4, "i2", 1, "2025-01-31", "chatbot"),
            contact(5, None, None, "2025-01-31", "chatbot"),
        ],
    )
    found = rows(
        company,
        f"select * from ({compiled_model(acme_home, 'kpi_channel_switches')}) "
        "where period_end < date '2025-03-01' order by period_start, to_channel nulls first",
    )
    assert [
        (r["period_start"].month, r["from_channel"], r["to_channel"], r["numerator"],
         r["denominator"], r["is_switch"])
        for r in found
    ] == [
        (1, "chatbot", None, 1, 3, False),
        (1, "chatbot", "chatbot", 1, 3, False),
        (1, "chatbot", "phone", 1, 3, True),
        (2, "phone", None, 1, 1, False),
    ]  # fmt: skip


def test_acme_switches_add_up_to_those_of_its_issues(acme_home: Path) -> None:
    with duckdb.connect(str(warehouse_of(acme_home)), read_only=True) as connection:
        (switches,) = connection.execute(
            "select sum(numerator) from marts.kpi_channel_switches where is_switch"
        ).fetchall()
        (issues,) = connection.execute(
            "select sum(channel_switches) from marts.fct_issues"
        ).fetchall()
    assert switches == issues != (0,)


def signs(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, date, date]]:
    """Who showed a sign of life, and the months in which that makes them active."""

    def later(at: date, months: int) -> date:
        count = at.year * 12 + at.month - 1 + months
        return date(count // 12, count % 12 + 1, 1)

    for table, at, where in [
        ("fct_conversations", "opened_at", "is_customer_opened and excluded_reason is null"),
        ("fct_self_service_sessions", "started_at", "true"),
    ]:
        for who, when in connection.execute(
            f"select customer_id, {at} from marts.{table} where customer_id is not null and {where}"
        ).fetchall():
            yield who, month(when), later(month(when), 11)
    linked = (
        "inner join intermediate.int_contact_customers as links "
        "on links.remote_id = contact_remote_id"
    )
    for who, when in connection.execute(
        f"select customer_id, ordered_at from intermediate.int_orders {linked}"
    ).fetchall():
        yield who, month(when), later(month(when), 11)
    for who, start, end in connection.execute(
        f"select customer_id, started_at, ended_at from intermediate.int_subscriptions {linked}"
    ).fetchall():
        yield who, month(start), month(end) if end else date(2026, 6, 1)


def test_contact_rate_is_contacts_per_customer_active_in_twelve_months(
    acme_home: Path, company: duckdb.DuckDBPyConnection
) -> None:
    chance = random.Random(3)
    insert(
        company,
        "marts.fct_conversations",
        [
            {
                **contact(
                    n,
                    f"i{n}",
                    1,
                    f"{chance.choice([2024, 2025])}-{chance.randrange(1, 13):02}-15",
                    "email",
                ),
                "customer_id": f"random {chance.randrange(40)}",
            }
            for n in range(150)
        ],
    )
    company.execute(
        "create or replace table intermediate.int_active_customers as "
        + compiled_model(acme_home, "int_active_customers")
    )
    active: dict[date, set[str]] = defaultdict(set)
    for who, first, last in signs(company):
        at = first
        while at <= min(last, date(2026, 6, 1)):
            active[at].add(who)
            at = (at + timedelta(32)).replace(day=1)
    contacts = Counter(
        month(at)
        for (at,) in company.execute(
            "select opened_at from marts.fct_conversations "
            "where is_customer_opened and excluded_reason is null and customer_id is not null"
        ).fetchall()
    )

    found = rows(company, compiled_model(acme_home, "kpi_contacts_monthly"))

    assert {row["segment"] for row in found} == {None}
    assert {row["period_start"]: row["active_customers"] for row in found} == {
        at: len(who) for at, who in active.items()
    }
    for row in found:
        assert row["contacts"] == contacts[row["period_start"]]
        assert row["contact_rate"] == pytest.approx(row["contacts"] / row["active_customers"])
        # In its first year who was active is not all on record.
        full = row["period_start"] >= date(2024, 12, 1)
        assert row["is_reliable"] == (full and row["active_customers"] >= 30)
    assert any(row["is_reliable"] for row in found)
