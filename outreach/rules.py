"""The rules of one list as parameters of its queries."""

import re
from datetime import datetime
from typing import Any

import duckdb

from outreach.config import ListsFile
from warehouse.clock import iso

Given = dict[str, Any]
_PARAMETER = re.compile(r"\$([a-z_]+)")


def given_of(name: str, file: ListsFile, as_of: datetime) -> Given:
    """Every parameter that a query of the list `name` may have.

    `sales` are the other lists whose contacts count for this one, `above` those of them that come
    first; a service notice has neither.
    """
    rules = file.lists[name]
    names = [other for other, its in file.lists.items() if not its.service]
    return {
        "list": name,
        "as_of": iso(as_of),
        "capacity": rules.capacity,
        "capacity_per_owner": rules.capacity_per_owner,
        "capacity_of": {owner.strip().lower(): n for owner, n in rules.capacity_of.items()},
        "cooldown": rules.cooldown_days,
        "act": rules.days_to_act,
        "months": rules.horizon_months,
        "rates": file.exchange_rates,
        "chance": rules.chance_to_help,
        "chance_by_band": rules.chance_by_band,
        "purposes": list(rules.consents),
        "escalation": rules.escalation_from,
        "service": rules.service,
        "sales": [] if rules.service else [other for other in names if other != name],
        "above": [] if rules.service else names[: names.index(name)],
        "fallback": file.fallback_owner,
        "left_owners": [owner.strip().lower() for owner in file.left_owners],
        "unknown_owners": file.unknown_owners,
        "salt": file.holdout.salt,
        "share": 0.0 if rules.service else file.holdout.share,
    }


def run(
    connection: duckdb.DuckDBPyConnection, query: str, given: Given
) -> duckdb.DuckDBPyConnection:
    """Execute a query with those of the parameters that it names."""
    named = set(_PARAMETER.findall(query))
    return connection.execute(query, {name: given[name] for name in named})
