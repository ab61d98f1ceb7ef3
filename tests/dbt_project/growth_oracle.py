"""Who is on the growth list and why, worked out customer by customer in plain Python."""

import csv
import json
import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import yaml

from sample import AS_OF
from warehouse import dbt

Row = dict[str, Any]
Tables = dict[str, list[Row]]
RULES = dbt.PROJECT / "seeds" / "growth_rules.csv"
SETTINGS = yaml.safe_load((dbt.PROJECT / "dbt_project.yml").read_text())["vars"]


def rules() -> list[Row]:
    """The seed, its numbers as numbers."""
    with RULES.open() as file:
        return [
            {**row, "at_least": float(row["at_least"]), "points": float(row["points"])}
            for row in csv.DictReader(file)
        ]


def within(at: datetime, days: int) -> bool:
    return at > AS_OF - timedelta(days)


def _of(rows: Iterable[Row], customer: str) -> list[Row]:
    return [row for row in rows if row["customer_id"] == customer]


def _last(answers: list[Row], days: int) -> float:
    found = [row for row in answers if within(row["answered_at"], days)]
    return max(found, key=lambda r: (r["answered_at"], r["response_id"]))["value"] if found else 0


def conversations(tables: Tables, customer: str, feature: str) -> dict[str, datetime]:
    """Conversations of 180 days that make a feature, with when it was last said."""
    wanted = set(SETTINGS["growth_topics"][feature])
    found: dict[str, datetime] = {}
    for row in _of(tables["fct_messages"], customer):
        told = {row["topic"], row["own_topic"], *json.loads(row["topics"] or "[]")}
        counts = row["speaker"] == "customer" and row["excluded_reason"] is None
        good = row["sentiment"] in ("neutral", "positive")
        if counts and good and told & wanted and within(row["sent_at"], 180):
            name = row["conversation_id"]
            found[name] = max(row["sent_at"], found.get(name, row["sent_at"]))
    return found


def signals(tables: Tables, customer: Row) -> dict[str, float]:
    """The features of one row of dim_customers."""
    name = customer["customer_id"]
    found: dict[str, float] = {}
    paid = [
        row
        for row in _of(tables["int_orders"], name)
        if row["status"] not in SETTINGS["unpaid_order_status"]
    ]
    rented = [
        row
        for row in _of(tables["int_subscriptions"], name)
        if row["status"] not in SETTINGS["unpaid_subscription_status"]
    ]
    starts = [customer["created_at"], customer["first_contact_at"]]
    starts += [r["ordered_at"] for r in paid] + [r["started_at"] for r in rented]
    since = min((at for at in starts if at is not None), default=AS_OF)
    found["tenure_days"] = (AS_OF - since).days
    for feature in SETTINGS["growth_topics"]:
        said = conversations(tables, name, feature).values()
        lately = sum(within(at, 90) for at in said)
        if feature != "how_to_growth":
            found[feature] = lately
        elif not within(since, 180):
            found[feature] = 2 * lately - len(said)
    if not within(since, 180):
        lately = sum(within(row["ordered_at"], 90) for row in paid)
        earlier = sum(within(row["ordered_at"], 180) for row in paid) - lately
        found["orders_growth"] = lately - earlier
    active = [r for r in rented if r["ended_at"] is None and r["status"] != "canceled"]
    found["active_subscriptions"] = len(active)
    if any(not within(row["started_at"], 180) for row in rented):
        found["added_subscriptions_180d"] = sum(within(r["started_at"], 180) for r in active)
    answers = [
        row
        for row in _of(tables["fct_survey_responses"], name)
        if row["is_response"] and row["excluded_reason"] is None
    ]
    nps = [{**row, "value": row["score"]} for row in answers if row["survey_type"] == "nps"]
    csat = [
        {**r, "value": float(r["is_satisfied"])} for r in answers if r["is_satisfied"] is not None
    ]
    found["nps_last"], found["csat_last_satisfied"] = _last(nps, 365), _last(csat, 180)
    return {feature: value for feature, value in found.items() if value > 0}


def is_left_alone(tables: Tables, customer: Row) -> bool:
    name = customer["customer_id"]
    for row in _of(tables["fct_conversations"], name):
        alarm = max(row[s] or 0 for s in ("complaint", "escalation_request", "churn_intent"))
        about = row["topic"] in SETTINGS["growth_obstacle_topics"]
        open_ = not row["is_solved"] and row["excluded_reason"] is None
        if open_ and (alarm >= SETTINGS["growth_obstacle_from"] or about or row["escalations"]):
            return True
    cancelling = any(
        row["cancel_requested_at"] is not None
        and row["ended_at"] is None
        and row["status"] not in ["canceled", *SETTINGS["unpaid_subscription_status"]]
        for row in _of(tables["int_subscriptions"], name)
    )
    bands = {row["customer_id"]: row["band"] for row in tables["customer_health"]}
    gone = customer["subscriptions"] > 0 and customer["active_subscriptions"] == 0
    gone = gone or customer["customer_until"] is not None
    return bands.get(name) != "green" or cancelling or gone


def growth_list(tables: Tables) -> list[Row]:
    """The list in its order: what the mart says of each customer, less contact details."""
    listed = []
    bought = {r["customer_id"]: r["order_amount_365d"] for r in tables["int_customer_value"]}
    for customer in tables["dim_customers"]:
        name = customer["customer_id"]
        there = signals(tables, customer)
        met = [r for r in rules() if there.get(r["feature"], -math.inf) >= r["at_least"]]
        met.sort(key=lambda r: (-r["points"], r["feature"], r["at_least"]))
        points = sum(Decimal(str(r["points"])) for r in met)
        score = 1 / (1 + math.exp(-(SETTINGS["growth_base"] + float(points))))
        if score < SETTINGS["growth_bands"]["warm"] or is_left_alone(tables, customer):
            continue
        pays = customer["amount_per_month"]
        if pays is None:
            pays = (bought.get(name) or 0) / 12
        evidence: dict[str, datetime] = {}
        for rule in met:
            if rule["feature"] in SETTINGS["growth_topics"]:
                for found, at in conversations(tables, name, rule["feature"]).items():
                    if within(at, 90):
                        evidence[found] = max(at, evidence.get(found, at))
        listed.append(
            {
                "customer_id": name,
                "score": score,
                "band": "hot" if score >= SETTINGS["growth_bands"]["hot"] else "warm",
                "value_per_month": SETTINGS["growth_share"] * pays,
                "reasons": [(r["feature"], r["points"]) for r in met],
                "evidence": sorted(evidence, key=lambda e: (-evidence[e].timestamp(), e))[:5],
            }
        )
    listed.sort(key=lambda r: (-r["score"] * r["value_per_month"], -r["score"], r["customer_id"]))
    return listed
