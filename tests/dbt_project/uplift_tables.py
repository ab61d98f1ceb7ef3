"""The tables that uplift is worked out from, for tests: by hand or drawn at random."""

from datetime import timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from bench.plain_sql import create, plain_sql
from sample import AS_OF
from tests.dbt_project.compiled import empty_warehouse, rows

MODELS = (
    *("int_outreach_customers", "int_outreach_arms", "int_outreach_value"),
    "outreach_uplift",
)
LONG_AGO = AS_OF - timedelta(days=120)
WINDOW = timedelta(days=90)

Row = dict[str, Any]
_TEXT, _AT = pa.string(), pa.timestamp("us", "UTC")
_KINDS = {"text": _TEXT, "at": _AT, "real": pa.float64()}
_COLUMNS = {
    "outreach.assignments": "list customer_id as_of:at arm play value_per_month:real currency",
    "outreach.list_runs": "list as_of:at holdout_share:real",
    "outreach.outbox": "list customer_id status first_as_of:at changed_at:at",
    "outreach.outcomes": "list customer_id status as_of:at acted_at:at",
    "dim_customers": "customer_id",
    "customer_merges": "change from_customer_id customer_id",
    "int_risk_departures": "customer_id left_at:at",
}


def house(tables: dict[str, list[Row]], known: set[str] | None = None) -> duckdb.DuckDBPyConnection:
    """A database with these tables' uplift. `known`: customers there are (default: all named).

    A list's run has a share of 0.1 held out unless the tables say otherwise.
    """
    assigned = tables["outreach.assignments"]
    runs = {(row["list"], row["as_of"]) for row in assigned}
    given = {
        "outreach.list_runs": [
            {"list": name, "as_of": at, "holdout_share": 0.1} for name, at in sorted(runs)
        ],
        "dim_customers": [
            {"customer_id": c}
            for c in sorted({row["customer_id"] for row in assigned} if known is None else known)
        ],
        **tables,
    }
    connection = empty_warehouse()
    connection.execute("set timezone = 'UTC'; create schema outreach")
    for name, text in _COLUMNS.items():
        pairs = [(part + ":text").split(":")[:2] for part in text.split()]
        schema = pa.schema([(column, _KINDS[kind]) for column, kind in pairs])
        found = [{f.name: row.get(f.name) for f in schema} for row in given.get(name, [])]
        connection.register("given", pa.Table.from_pylist(found, schema))
        connection.execute(f"create table {name} as from given")
    create(connection, plain_sql(MODELS))
    return connection


def uplift(tables: dict[str, list[Row]], known: set[str] | None = None) -> list[Row]:
    """The mart's rows in their order."""
    with house(tables, known) as connection:
        return rows(connection, "from outreach_uplift")


def of_all(found: list[Row]) -> list[Row]:
    return [row for row in found if row["play"] == "all"]


def assigned(customer: str, arm: str, **more: Any) -> Row:
    usual = {"list": "at_risk", "as_of": LONG_AGO, "play": "call", "value_per_month": 100.0}
    return {"customer_id": customer, "arm": arm, "currency": "EUR", **usual, **more}


def arms(treated: tuple[int, int], holdout: tuple[int, int], **more: Any) -> dict[str, list[Row]]:
    """(leavers, customers) of either arm, as tables."""
    people, left = [], []
    for arm, (leavers, customers) in (("treated", treated), ("holdout", holdout)):
        for number in range(customers):
            name = f"{more.get('list', '')}{more.get('play', '')}{arm}{number}"
            people.append(assigned(name, arm, **more))
            if number < leavers:
                left.append({"customer_id": name, "left_at": LONG_AGO + timedelta(days=5)})
    return {"outreach.assignments": people, "int_risk_departures": left}


def both(*parts: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Tables of several parts as one."""
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: [row for part in parts for row in part.get(name, [])] for name in names}


def simulated(
    seed: int,
    companies: int,
    customers: int,
    leaving: dict[str, float],
    *,
    plays: int = 1,
    share: float = 0.1,
    drawn_share: float | None = None,
    sigma: float = 0.0,
) -> dict[str, list[Row]]:
    """Companies, each a list of its own: who leaves is chance alone, by the arm's probability.

    Args:
        drawn_share: held out really, where the assignment is broken.
        sigma: of the values' logarithm; 2 is a heavy tail, where one in a hundred has a third.
    """
    chance = np.random.default_rng(seed)
    people: list[Row] = []
    left: list[Row] = []
    for company in range(companies):
        held = chance.random(customers) < (share if drawn_share is None else drawn_share)
        p = np.where(held, leaving["holdout"], leaving["treated"])
        leaves = chance.random(customers) < p
        values = np.exp(sigma * chance.standard_normal(customers))
        play = chance.integers(plays, size=customers)
        for number in range(customers):
            name = f"{company}-{number}"
            people.append(
                assigned(
                    name, "holdout" if held[number] else "treated", list=f"list{company:03}",
                    play=f"play{play[number]}", value_per_month=float(values[number]),
                )
            )  # fmt: skip
            if leaves[number]:
                left.append({"customer_id": name, "left_at": LONG_AGO + timedelta(days=30)})
    return {"outreach.assignments": people, "int_risk_departures": left}
