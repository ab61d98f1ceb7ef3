"""Why one customer is at risk and what to do: what `heedline at-risk explain` shows.

Reads the success team's folder alone, as it was published last.
"""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from runtime.customer_card import candidates
from runtime.customer_search import Found, search
from runtime.published import Row, published_files, rows_of
from warehouse.settings import Settings
from warehouse.sql import literal

_OF_PLAY = ("description", "owner", "channel", "why")
_ALMOST = 1e-12  # a score of exactly 0 or 1 has no log-odds


@dataclass(frozen=True)
class Explained:
    """What was found.

    Attributes:
        why: ready for JSON; None unless exactly one customer was found, and is at risk.
        others: the customers found: several share what was asked, or the one is not at risk.
    """

    found: Found
    why: Row | None
    others: list[Row]


def explain(home: Settings, asked: str) -> Explained:
    """Find a customer as `heedline customer` does, and read why they are at risk.

    Raises:
        FileNotFoundError: nothing is published, or by a version of Heedline without reasons.
    """
    with _published(home) as connection:
        found = search(connection, asked)
        if len(found.customer_ids) == 1:
            why = _why(connection, found)
            if why is not None:
                return Explained(found, why, [])
        return Explained(found, None, candidates(connection, found.customer_ids))


@contextmanager
def _published(home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Both files of the folder under one connection: `people` (who) and `lists` (why)."""
    people, lists = published_files(home, "success/customers.duckdb", "success/success.duckdb")
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, path in (("people", people), ("lists", lists)):
            connection.execute(f"attach {literal(str(path))} as {name} (read_only)")
        yield connection


def _why(connection: duckdb.DuckDBPyConnection, found: Found) -> Row | None:
    values = list(found.customer_ids)
    changes = rows_of(connection, "from lists.customer_risk_changes where customer_id = ?", values)
    if not changes:
        return None
    (change,) = changes
    (who,) = rows_of(
        connection,
        "select customer_id, customer_name, account_name, owner, email, phone "
        "from people.dim_customers where customer_id = ?",
        values,
    )
    reasons = rows_of(
        connection,
        "select label, feature, contribution, previous_contribution, evidence, reason, "
        "conversation_ids, conversations from lists.customer_reasons where customer_id = ? "
        "order by position",
        values,
    )
    for reason in reasons:
        reason["conversation_ids"] = json.loads(reason["conversation_ids"])
    listed = rows_of(connection, "from lists.at_risk_customers where customer_id = ?", values)
    suppressed = rows_of(
        connection,
        "select reason, detail from lists.suppressed where list = 'at_risk' and customer_id = ?",
        values,
    )
    if suppressed:
        # Nobody is to be tempted.
        who.update(email=None, phone=None)
    return {
        "as_of": change.pop("as_of"),
        "asked": found.asked,
        "found_by": found.by,
        "customer": who,
        "position": listed[0]["position"] if listed else None,
        "score": change["score"],
        "band": change["band"],
        "model_version": change.pop("model_version"),
        "base": _log_odds(change["score"]) - math.fsum(r["contribution"] for r in reasons),
        "reasons": reasons,
        "change": {k: v for k, v in change.items() if k not in ("customer_id", "score", "band")},
        "play": _play(listed[0]) if listed and listed[0]["play"] else None,
        "suppressed": suppressed,
    }


def _play(entry: Row) -> Row:
    own = {name: entry[f"play_{name}"] for name in _OF_PLAY}
    return {"play": entry["play"], **own, "due_at": entry["due_at"], "message": entry["message"]}


def _log_odds(score: float) -> float:
    score = min(max(score, _ALMOST), 1 - _ALMOST)
    return math.log(score / (1 - score))
