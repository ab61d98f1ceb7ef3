"""The incident list: whom a trending issue touches, on what grounds, and who knows already."""

import json
from datetime import timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from scipy.stats import binomtest

from bench.plain_sql import create, plain_sql
from bench.trending import LAST_DAY
from sample import AS_OF

Row = dict[str, Any]
Tables = dict[str, list[Row]]
MODELS = (
    "int_customer_subscriptions",
    *("int_incidents", "int_incident_traits", "int_incident_groups", "int_incident_touches"),
    *("customer_incidents", "incident_customers"),
)
_AT = pa.timestamp("us", "UTC")
_TYPES = {
    **dict.fromkeys(("opened_at", "ended_at", "last_contact_at", "last_order_at"), _AT),
    "customer_until": _AT,
    **dict.fromkeys(("metric_date", "incident_last_date"), pa.date32()),
    **dict.fromkeys(("expected", "amount_per_month", "order_amount_365d"), pa.float64()),
    **dict.fromkeys(("conversations", "subscriptions", "active_subscriptions"), pa.int64()),
    **dict.fromkeys(("is_trending", "is_unsolved"), pa.bool_()),
}
COLUMNS = {
    "kpi_topics_trending": "incident_id topic metric_date conversations expected is_trending",
    "kpi_topic_alerts": "incident_id conversation_id customer_id channel opened_at is_unsolved",
    "dim_customers": "customer_id customer_name email phone account_id account_name owner country "
    "segment currency last_contact_at last_order_at subscriptions active_subscriptions "
    "amount_per_month customer_until",
    "int_customer_value": "customer_id order_amount_365d",
    "int_subscriptions": "source_system contact_remote_id plan ended_at",
    "int_contact_customers": "customer_id source_system remote_id",
}


def customer(name: str, **values: Any) -> Row:
    """Somebody who pays 10 a month and wrote yesterday."""
    paying = {"subscriptions": 1, "active_subscriptions": 1, "amount_per_month": 10.0}
    wrote = {"last_contact_at": AS_OF - timedelta(1)}
    return {"customer_id": name, **paying, **wrote, **values}


def outage(day: int = 1, name: str = "down", expected: float = 2.0) -> Row:
    """A flagged day with 10 conversations, so many days before `as_of`."""
    return {
        "incident_id": name, "topic": "app_outage", "conversations": 10, "expected": expected,
        "metric_date": AS_OF.date() - timedelta(day), "is_trending": True,
    }  # fmt: skip


def wrote(name: str | None, hour: int = 8, **values: Any) -> Row:
    return {
        "incident_id": "down", "conversation_id": f"by-{name}-{hour}", "customer_id": name,
        "channel": "chat", "opened_at": AS_OF - timedelta(hours=hour), "is_unsolved": False,
        **values,
    }  # fmt: skip


def house(tables: Tables) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    links = [
        {"customer_id": r["customer_id"], "source_system": "acme", "remote_id": r["customer_id"]}
        for r in tables.get("dim_customers", [])
    ]
    for name, text in COLUMNS.items():
        schema = pa.schema([(part, _TYPES.get(part, pa.string())) for part in text.split()])
        rows = {"int_contact_customers": links, **tables}.get(name, [])
        connection.register("given", pa.Table.from_pylist(rows, schema))
        connection.execute(f"create table {name} as from given")
    create(connection, plain_sql(MODELS))
    return connection


def listed(tables: Tables) -> list[Row]:
    with house(tables) as connection:
        rows = connection.sql("from customer_incidents order by rank").to_arrow_table().to_pylist()
    return [{**row, "reasons": json.loads(row["reasons"])} for row in rows]


def test_who_wrote_waits_or_knows_and_colleagues_are_to_be_told() -> None:
    people = [
        customer("solved", amount_per_month=900.0),
        customer("open", account_id="A"),
        customer("colleague", account_id="A", amount_per_month=30.0),
        customer("stranger", account_id="B"),
        customer("nobody's"),
    ]
    letters = [wrote("solved"), wrote("open", is_unsolved=True), wrote("open", hour=9)]
    rows = listed(
        {
            "kpi_topics_trending": [outage(2), outage(1)],
            "kpi_topic_alerts": [*letters, wrote(None, channel="email")],
            "dim_customers": people,
        }
    )
    assert [(r["customer_id"], r["band"], r["has_written"]) for r in rows] == [
        ("colleague", "unaware", False),
        ("open", "waiting", True),
        # The most valuable, but there is nothing left to tell.
        ("solved", "aware", True),
    ]
    colleague, waiting, _ = rows
    # 20 conversations, of which 4 come on any two days.
    assert [row["score"] for row in rows] == pytest.approx([0.8] * 3)
    assert colleague["top_reasons"] == "colleagues who wrote about app outage: 1"
    assert colleague["reasons"][0]["feature"] == "colleague"
    assert (colleague["topic"], colleague["channel"]) == ("app_outage", "chat")
    assert (colleague["incident_first_date"], colleague["incident_last_date"]) == (
        LAST_DAY - timedelta(1),
        LAST_DAY,
    )
    assert colleague["is_ongoing"] is True
    assert colleague["evidence_conversation_ids"] == "[]"
    assert json.loads(waiting["evidence_conversation_ids"]) == ["by-open-9", "by-open-8"]
    # Their own letter is the ground, not that somebody of their account wrote: they did.
    assert [reason["feature"] for reason in waiting["reasons"]] == ["wrote"]
    assert waiting["first_written_at"] == AS_OF - timedelta(hours=9)


def crowd(plans: dict[str, tuple[int, int]], **values: Any) -> Tables:
    """By plan, how many have it and how many of them wrote."""
    tables: Tables = {
        "kpi_topics_trending": [outage()],
        "kpi_topic_alerts": [],
        "dim_customers": [],
        "int_subscriptions": [],
    }
    for plan, (size, writers) in plans.items():
        for number in range(size):
            name = f"{plan}{number:04}"
            tables["dim_customers"].append(customer(name, **values))
            rented = {"source_system": "acme", "contact_remote_id": name, "plan": plan}
            tables["int_subscriptions"].append(rented)
            if number < writers:
                tables["kpi_topic_alerts"].append(wrote(name))
    return tables


def test_a_plan_that_is_hit_touches_all_who_have_it() -> None:
    rows = listed(crowd({"plus": (50, 12), "basic": (900, 10)}))
    told = [row for row in rows if row["band"] == "unaware"]
    assert {row["customer_id"][:4] for row in told} == {"plus"}
    assert len(told) == 50 - 12
    low = binomtest(12, 50).proportion_ci(method="wilson").low
    high = binomtest(10, 900).proportion_ci(method="wilson").high
    assert told[0]["score"] == pytest.approx(1 - high / low, abs=1e-9)
    assert told[0]["reasons"] == [
        {
            "feature": "plan",
            "label": "their plan is hit",
            "reason": "of customers with plan plus 12 of 50 wrote about app outage, "
            "of all others 10 of 900",
            "contribution": told[0]["score"],
        }
    ]


@pytest.mark.parametrize(
    "plans",
    [
        {"plus": (50, 4), "basic": (900, 0)},  # too few to say
        {"plus": (50, 6), "basic": (900, 60)},  # more, but not surely
        {"plus": (50, 12)},  # nobody to compare with
    ],
    ids=str,
)
def test_a_plan_that_may_as_well_not_be_hit_touches_nobody_else(
    plans: dict[str, tuple[int, int]],
) -> None:
    assert {row["band"] for row in listed(crowd(plans))} == {"aware"}


def test_several_grounds_are_one_entry_with_the_surest_first() -> None:
    tables = crowd({"plus": (50, 12), "basic": (900, 10)})
    for row in tables["dim_customers"]:
        row["country"] = "DE" if row["customer_id"].startswith("plus") else "FR"
        row["account_id"] = "A" if row["customer_id"] in ("plus0000", "plus0049") else None
    rows = listed(tables)
    (both,) = [row for row in rows if row["customer_id"] == "plus0049"]
    assert [r["feature"] for r in both["reasons"]] == ["country", "plan", "colleague"]
    contributions = [r["contribution"] for r in both["reasons"]]
    assert contributions == sorted(contributions, reverse=True)
    assert both["score"] == contributions[0]


def test_who_has_gone_is_told_only_what_they_asked_about() -> None:
    gone = {"active_subscriptions": 0, "account_id": "A"}
    silent = {"subscriptions": 0, "active_subscriptions": 0, "account_id": "A"}
    tables = {
        "kpi_topics_trending": [outage()],
        "kpi_topic_alerts": [wrote("asked"), wrote("here")],
        "dim_customers": [
            customer("here", account_id="A"),
            customer("asked", **gone),
            customer("left", **gone),
            customer("left, says the CRM", account_id="A", customer_until=AS_OF - timedelta(9)),
            customer("silent", **silent, last_contact_at=AS_OF - timedelta(400)),
        ],
    }
    assert {row["customer_id"] for row in listed(tables)} == {"asked", "here"}


def test_an_entry_keeps_its_name_and_old_incidents_leave() -> None:
    tables: Tables = {"kpi_topic_alerts": [wrote("a")], "dim_customers": [customer("a")]}
    (first,) = listed({**tables, "kpi_topics_trending": [outage(2)]})
    (later,) = listed({**tables, "kpi_topics_trending": [outage(2), outage(1)]})
    assert first["entry_id"] == later["entry_id"]
    assert (first["is_ongoing"], later["is_ongoing"]) == (False, True)
    assert len(listed({**tables, "kpi_topics_trending": [outage(3)]})) == 1
    assert listed({**tables, "kpi_topics_trending": [outage(4)]}) == []


def test_a_customer_has_an_entry_per_incident() -> None:
    rows = listed(
        {
            "kpi_topics_trending": [outage(), outage(name="slow")],
            "kpi_topic_alerts": [wrote("a"), wrote("a", incident_id="slow")],
            "dim_customers": [customer("a")],
        }
    )
    assert {row["incident_id"] for row in rows} == {"down", "slow"}
    assert len({row["entry_id"] for row in rows}) == 2


def test_value_orders_and_a_year_of_orders_stands_in_for_a_subscription() -> None:
    free = {"subscriptions": 0, "active_subscriptions": 0, "amount_per_month": None}
    tables: Tables = {
        "kpi_topics_trending": [outage(expected=0.0)],
        "kpi_topic_alerts": [wrote(name, is_unsolved=True) for name in ("a", "b", "c")],
        "dim_customers": [customer("a"), customer("b", **free), customer("c", **free)],
        "int_customer_value": [{"customer_id": "b", "order_amount_365d": 1200.0}],
    }
    rows = listed(tables)
    assert [(r["customer_id"], r["value_per_month"], r["score"]) for r in rows] == [
        ("b", 100.0, 1.0),
        ("a", 10.0, 1.0),
        ("c", 0.0, 1.0),
    ]


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"dim_customers": [customer("a", account_id="A", country="DE")]},
        {"kpi_topics_trending": [outage()], "dim_customers": [customer("a")]},
        {
            "kpi_topics_trending": [{**outage(), "is_trending": None, "incident_id": None}],
            "dim_customers": [customer("a")],
        },
    ],
    ids=["nothing", "no_alerts", "nobody_known_wrote", "not_judged"],
)
def test_without_alerts_there_is_nobody_to_tell(tables: Tables) -> None:
    assert listed(tables) == []


def test_a_customer_is_told_of_one_incident_and_not_of_what_was_solved() -> None:
    tables = {
        "kpi_topics_trending": [outage(), outage(name="slow", expected=6.0)],
        "kpi_topic_alerts": [
            *(wrote("both", incident_id=name, is_unsolved=True) for name in ("down", "slow")),
            wrote("knows"),
            wrote("knows once", is_unsolved=False),
            wrote("knows once", incident_id="slow", is_unsolved=True),
        ],
        "dim_customers": [customer("both"), customer("knows"), customer("knows once")],
    }
    with house(tables) as connection:
        rows = connection.execute(
            "select customer_id, incident_id, incidents, rank, band from incident_customers "
            "order by rank"
        ).fetchall()
    # The surer one, of two; of the other only what still waits.
    assert rows == [("both", "down", 2, 1, "waiting"), ("knows once", "slow", 1, 2, "waiting")]
