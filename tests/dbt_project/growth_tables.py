"""The tables that the growth list is made from, for tests: empty, by hand or drawn at random."""

import json
from datetime import timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from bench.plain_sql import create, plain_sql
from sample import AS_OF
from tests.dbt_project.growth_oracle import Row, Tables, rules

MODELS = (
    *("int_customer_subscriptions", "int_customer_orders"),
    *("int_growth_contacts", "int_growth_purchases", "int_growth_signals"),
    *("int_growth_obstacles", "growth_customers"),
)
_TEXT, _AT = pa.string(), pa.timestamp("us", "UTC")
_KINDS = {"text": _TEXT, "at": _AT, "real": pa.float64(), "flag": pa.bool_(), "count": pa.int64()}
_COLUMNS = {
    "fct_messages": "customer_id conversation_id speaker sentiment topic topics own_topic "
    "excluded_reason sent_at:at",
    "fct_conversations": "customer_id conversation_id topic excluded_reason is_solved:flag "
    "complaint:real escalation_request:real churn_intent:real escalations:count",
    "fct_survey_responses": "customer_id response_id survey_type excluded_reason score:real "
    "is_response:flag is_satisfied:flag answered_at:at",
    "int_subscriptions": "customer_id source_system contact_remote_id status started_at:at "
    "ended_at:at cancel_requested_at:at",
    "int_orders": "customer_id source_system contact_remote_id status ordered_at:at",
    "int_contact_customers": "customer_id source_system remote_id",
    "dim_customers": "customer_id customer_name email phone account_name owner currency "
    "created_at:at first_contact_at:at last_contact_at:at subscriptions:count "
    "active_subscriptions:count amount_per_month:real customer_until:at",
    "int_customer_value": "customer_id order_amount_365d:real",
    "customer_health": "customer_id band score:real",
    "growth_rules": "feature label reason at_least:real points:real",
}
SCHEMAS = {
    name: pa.schema(
        [(part.split(":")[0], _KINDS[(part + ":text").split(":")[1]]) for part in text.split()]
    )
    for name, text in _COLUMNS.items()
}
USUAL: dict[str, Row] = {
    "fct_messages": {"speaker": "customer", "sentiment": "neutral", "conversation_id": "v1"},
    "fct_conversations": {"is_solved": True, "escalations": 0},
    "fct_survey_responses": {"is_response": True, "response_id": "r1"},
    "dim_customers": {"subscriptions": 0, "active_subscriptions": 0, "currency": "EUR"},
    "customer_health": {"band": "green", "score": 0.05},
}


def ago(days: float) -> Any:
    return AS_OF - timedelta(days)


def house(tables: Tables) -> duckdb.DuckDBPyConnection:
    """A database with these tables' growth list; columns that a row lacks are usual or NULL."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    links = {row["customer_id"] for row in tables.get("dim_customers", [])}
    given = {
        "growth_rules": rules(),
        "int_contact_customers": [
            {"customer_id": c, "source_system": "acme", "remote_id": c} for c in sorted(links)
        ],
        **tables,
    }
    for name, schema in SCHEMAS.items():
        rows = [_whole(name, row) for row in given.get(name, [])]
        connection.register("given", pa.Table.from_pylist(rows, schema))
        connection.execute(f"create table {name} as from given")
    create(connection, plain_sql(MODELS))
    return connection


def _whole(table: str, row: Row) -> Row:
    contact = {"source_system": "acme", "contact_remote_id": row.get("customer_id")}
    return {**contact, **USUAL.get(table, {}), **row}


def listed(tables: Tables) -> list[Row]:
    """The mart's rows in their order; JSON columns read."""
    with house(tables) as connection:
        rows = connection.sql("from growth_customers order by rank").to_arrow_table().to_pylist()
    for row in rows:
        row["reasons"] = json.loads(row["reasons"])
        row["evidence"] = json.loads(row["evidence_conversation_ids"])
    return rows


def drawn(seed: int, customers: int) -> Tables:
    """A company in which every sign and every obstacle is common, and many lie on an edge."""
    chance = np.random.default_rng(seed)
    topics = [
        "sales_upgrade",
        "pricing_plan",
        "praise",
        "how_to",
        "feature_request",
        "outage",
        None,
    ]

    def pick(*options: Any) -> Any:
        return options[chance.integers(len(options))]

    def at() -> Any:
        return ago(pick(*chance.integers(1, 800, 3).tolist(), 90, 180, 30, 45.5, 120))

    tables: Tables = {name: [] for name in SCHEMAS if name != "growth_rules"}
    for number in range(customers):
        me = {"customer_id": f"c{number:03}"}
        for talk in range(chance.integers(0, 5)):
            name = f"v{number}-{talk}"
            alarm = {s: pick(None, 0.1, 0.1, 0.2, 0.4, 0.5) for s in ("complaint", "churn_intent")}
            tables["fct_conversations"].append(
                {
                    **me, **alarm, "conversation_id": name, "is_solved": chance.random() < 0.9,
                    "topic": pick(*topics, "service_complaint"), "escalation_request": 0.1,
                    "escalations": pick(0, 0, 0, 1), "excluded_reason": pick(None, None, "spam"),
                }
            )  # fmt: skip
            for _ in range(chance.integers(1, 3)):
                more = [t for t in topics if t and chance.random() < 0.15]
                tables["fct_messages"].append(
                    {
                        **me, "conversation_id": name, "topic": pick(*topics), "sent_at": at(),
                        "topics": pick(None, json.dumps(more)), "own_topic": pick(None, "praise"),
                        "speaker": pick("customer", "customer", "agent"),
                        "sentiment": pick("negative", "neutral", "positive", None),
                        "excluded_reason": pick(None, None, None, "spam"),
                    }
                )  # fmt: skip
        for answer in range(chance.integers(0, 4)):
            kind = pick("nps", "csat")
            tables["fct_survey_responses"].append(
                {
                    **me, "response_id": f"r{number}-{answer}", "survey_type": kind,
                    "is_response": chance.random() < 0.9, "answered_at": at(),
                    "score": float(chance.integers(5, 11)), "excluded_reason": pick(None, "spam"),
                    "is_satisfied": pick(True, False) if kind == "csat" else None,
                }
            )  # fmt: skip
        for _ in range(chance.integers(0, 8)):
            tables["int_orders"].append(
                {**me, "ordered_at": at(), "status": pick(None, "paid", "paid", "refunded")}
            )
        rented = [
            {
                **me, "started_at": at(), "ended_at": pick(None, None, None, ago(2)),
                "cancel_requested_at": pick(*[None] * 9, ago(3)),
                "status": pick(None, "active", "active", "trialing", "canceled"),
            }
            for _ in range(chance.integers(0, 4))
        ]  # fmt: skip
        tables["int_subscriptions"] += rented
        if chance.random() < 0.8:
            tables["int_customer_value"].append(
                {**me, "order_amount_365d": pick(None, 60.0, 240.0)}
            )
        if chance.random() < 0.9:
            tables["customer_health"].append(
                {**me, "band": pick("green", "green", "green", "yellow")}
            )
        tables["dim_customers"].append(
            {
                **me, "created_at": pick(None, at()), "first_contact_at": pick(None, at()),
                "subscriptions": len(rented), "amount_per_month": pick(None, 10.0, 35.0),
                "active_subscriptions": sum(row["ended_at"] is None for row in rented),
                "customer_until": None if len(tables["dim_customers"]) % 20 else ago(9),
            }
        )  # fmt: skip
    del tables["int_contact_customers"]
    return {name: [_whole(name, row) for row in rows] for name, rows in tables.items()}
