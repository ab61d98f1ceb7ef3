"""From conversations to incidents and whom to tell: a topic of two a day, and an outage."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from bench.trending import LAST_DAY, build, models
from sample import AS_OF

Row = dict[str, Any]
OUTAGE = (LAST_DAY - timedelta(4), LAST_DAY - timedelta(3))
CHAIN = (
    "int_conversation_topics",
    "int_topics_daily",
    "int_topics_expected",
    "kpi_topics_trending",
    "kpi_topic_alerts",
)


def conversation(name: str, opened_at: datetime, **values: Any) -> Row:
    return {
        "conversation_id": name,
        "customer_id": f"by-{name}",
        "account_id": None,
        "segment": "pro",
        "channel": "chat",
        "topic": "login",
        "opened_at": opened_at,
        "is_solved": True,
        "excluded_reason": None,
        **values,
    }


def at(day: Any, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def company() -> list[Row]:
    """100 days of two conversations; a new topic and the old one flare up on the same two days."""
    rows = [
        conversation(f"{n}-{k}", at(LAST_DAY - timedelta(n), k))
        for n in range(100)
        for k in range(2)
        if n != 50
    ]
    for day in OUTAGE:
        rows += [conversation(f"out-{day}-{k}", at(day), is_solved=False) for k in range(10)]
        # Nobody ever wrote about this topic before.
        rows += [conversation(f"new-{day}-{k}", at(day), topic="refund") for k in range(6)]
    rows += [
        # The same customer on both days, and twice on the first; somebody nobody knows, twice.
        conversation("twice-b", at(OUTAGE[0], 9), customer_id="c1"),
        conversation("twice-a", at(OUTAGE[0], 9), customer_id="c1"),
        conversation("again", at(OUTAGE[1], 8), customer_id="c1"),
        conversation("unknown-1", at(OUTAGE[0]), customer_id=None),
        conversation("unknown-2", at(OUTAGE[0]), customer_id=None),
        # None of these counts.
        conversation("spam", at(OUTAGE[0]), excluded_reason="spam"),
        conversation("no-topic", at(OUTAGE[0]), topic=None),
        *(conversation(f"today-{k}", AS_OF + timedelta(0, k)) for k in range(50)),
    ]
    return rows


SCHEMA = pa.schema(
    [
        (name, pa.string())
        for name in ("conversation_id", "customer_id", "account_id", "segment", "channel")
    ]
    + [
        ("topic", pa.string()),
        ("own_topic", pa.string()),
        ("opened_at", pa.timestamp("us", "UTC")),
    ]
    + [("is_solved", pa.bool_()), ("excluded_reason", pa.string())]
)


def built(rows: list[Row]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.register("fct_conversations", pa.Table.from_pylist(rows, SCHEMA))
    build(connection, CHAIN)
    return connection


@pytest.fixture(scope="module")
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    with built(company()) as connection:
        yield connection


def select(marts: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return marts.execute(query).fetchall()


def test_every_complete_day_of_a_topic_has_a_row(marts: duckdb.DuckDBPyConnection) -> None:
    rows = select(
        marts,
        "select topic, count(*), min(metric_date), max(metric_date), "
        "count(*) filter (where conversations = 0) from kpi_topics_trending group by 1 order by 1",
    )
    assert rows == [
        ("login", 100, LAST_DAY - timedelta(99), LAST_DAY, 1),
        ("refund", 5, OUTAGE[0], LAST_DAY, 3),
    ]


def test_counts_leave_out_what_is_excluded_and_count_customers_once(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    day = f"metric_date = '{OUTAGE[0]}' and topic = 'login'"
    rows = select(marts, f"select conversations, customers from kpi_topics_trending where {day}")
    # 2 + 10 + 2 of one customer + 2 of unknown ones.
    assert rows == [(16, 13)]


def test_both_topics_are_found_and_nothing_else(marts: duckdb.DuckDBPyConnection) -> None:
    rows = select(
        marts,
        "select topic, metric_date from kpi_topics_trending where is_trending order by 1, 2",
    )
    assert rows == [(topic, day) for topic in ("login", "refund") for day in OUTAGE]
    assert select(
        marts,
        "select distinct threshold, bool_and(is_trending is null) filter (where baseline_weeks < 4)"
        " from kpi_topics_trending group by 1",
    ) == [(1 / 91, True)]


def test_consecutive_days_are_one_incident(marts: duckdb.DuckDBPyConnection) -> None:
    rows = select(
        marts,
        "select topic, incident_first_date, incident_last_date, is_ongoing, count(*), "
        "count(distinct incident_id) from kpi_topic_alerts group by all order by 1",
    )
    assert rows == [("login", *OUTAGE, False, 29, 1), ("refund", *OUTAGE, False, 12, 1)]


def test_a_customer_is_told_once(marts: duckdb.DuckDBPyConnection) -> None:
    told = select(
        marts,
        "select conversation_id from kpi_topic_alerts where is_first_of_customer and "
        "(customer_id = 'c1' or customer_id is null) order by 1",
    )
    assert told == [("twice-a",), ("unknown-1",), ("unknown-2",)]
    assert select(
        marts,
        "select count(*) = 10 * 2 from kpi_topic_alerts where is_unsolved and topic = 'login'",
    ) == [(True,)]


def test_a_conversation_about_two_flagged_topics_is_in_two_incidents() -> None:
    rows = [
        {**row, "own_topic": "roof garden"} if row["conversation_id"].startswith("out-") else row
        for row in company()
    ]
    with built(rows) as marts:
        assert select(
            marts,
            "select count(*), count(distinct conversation_id), "
            "count(distinct (incident_id, conversation_id)) from kpi_topic_alerts "
            "where conversation_id like 'out-%'",
        ) == [(40, 20, 40)]


def test_the_incident_keeps_its_name_while_it_goes_on() -> None:
    """As known on the morning after each of its two days, when the day at hand does not count."""
    rows = company()
    text = AS_OF.strftime("%Y-%m-%dT%H:%M:%SZ")
    seen = []
    for day in OUTAGE:
        now = at(day, 10) + timedelta(1)
        earlier = {
            name: sql.replace(text, now.strftime("%Y-%m-%dT%H:%M:%SZ"))
            for name, sql in models().items()
        }
        with built([]) as connection:
            connection.register(
                "fct_conversations",
                connection.from_arrow(pa.Table.from_pylist(rows, SCHEMA)).filter(
                    f"opened_at < timestamptz '{now.isoformat()}'"
                ),
            )
            for name in CHAIN:
                connection.execute(f"create or replace table {name} as {earlier[name]}").fetchall()
            seen += select(
                connection,
                "select distinct incident_id, is_ongoing, incident_last_date "
                "from kpi_topic_alerts where topic = 'login'",
            )
    (first, later) = seen
    assert first[0] == later[0]
    assert [row[1:] for row in seen] == [(True, OUTAGE[0]), (True, OUTAGE[1])]
