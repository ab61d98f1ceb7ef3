"""What became of messages: written into the outbox, counted, and told without anybody's data."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import duckdb

from outreach.delivery.messages import Entry, Message
from outreach.delivery.targets import Target
from warehouse.clock import iso
from warehouse.duck import has_table

Status = Literal["sent", "failed", "sending", "given_up", "withdrawn", "untried"]
_ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_NUMBER = re.compile(r"\+?\d[\d ()./-]{6,}\d")
_LONGEST = 300


@dataclass(frozen=True)
class Outcome:
    """How a try ended.

    Attributes:
        status: 'sending' when nobody knows; 'untried' when its turn did not come.
        remote_id: what the target calls it.
        problem: for people; `told` has been over it.
        found: it had been there before.
    """

    message: Message
    status: Status
    remote_id: str | None = None
    problem: str | None = None
    found: bool = False


def told(problem: str, rows: list[dict[str, Any]], secrets: Iterable[str]) -> str:
    """A problem in one line, with nothing in it of the customers or of how we sign in.

    Vendors quote what they refuse, so every value that was sent is taken out, and whatever looks
    like an address or a number.
    """
    values = [str(value) for row in rows for value in row.values() if value is not None]
    hidden = sorted({v for v in [*values, *secrets] if len(v) > 3}, key=len, reverse=True)
    for value in hidden:
        problem = problem.replace(value, "…")
    for pattern in (_ADDRESS, _NUMBER):
        problem = pattern.sub("…", problem)
    return " ".join(problem.split())[:_LONGEST]


def record(
    connection: duckdb.DuckDBPyConnection, target: Target, outcomes: list[Outcome], now: datetime
) -> Counter[str]:
    """Write outcomes down; the number of entries by the status they have now.

    The caller's transaction makes it one change.
    """
    counted: Counter[str] = Counter()
    for outcome in outcomes:
        for entry in outcome.message.entries:
            status = _final(outcome, entry, target.give_up_after)
            connection.execute(
                "update outreach.outbox set status = ?, attempts = attempts - ?, "
                "remote_id = coalesce(?, remote_id), last_error = ?, changed_at = ? "
                "where target = ? and idempotency_key = ? and status = 'sending'",
                [
                    *(status, int(outcome.status == "untried")),
                    *(outcome.remote_id, outcome.problem, iso(now), target.name, entry.key),
                ],
            )
            counted[status] += 1
    return counted


def _final(outcome: Outcome, entry: Entry, give_up_after: int) -> str:
    """The status in the outbox."""
    if outcome.status == "untried":
        return "sending" if outcome.message.repeat else "pending"
    if outcome.status == "sent" and entry.row is None and not outcome.found:
        return "withdrawn"  # left the list before a digest was sent again
    if outcome.status in {"failed", "sending"} and entry.attempts >= give_up_after:
        return "given_up"
    return outcome.status


def try_again(connection: duckdb.DuckDBPyConnection, target: Target, now: datetime) -> int:
    """Put what was given up back in line, its tries counted anew; the number of entries."""
    changed = connection.execute(
        # Whether it was taken was perhaps never known, so it is looked up first.
        "update outreach.outbox set status = 'sending', attempts = 0, changed_at = ? "
        "where target = ? and status = 'given_up'",
        [iso(now), target.name],
    ).fetchall()
    return int(changed[0][0])


def states(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Per target and status: entries, tries, the newest change and the newest problem."""
    if not has_table(connection, "outreach.outbox"):
        return []
    cursor = connection.execute(
        """
        select target, status, count(*) as entries, max(attempts) as most_tries,
            max(changed_at) as changed_at,
            arg_max(last_error, changed_at) filter (where last_error is not null) as problem
        from outreach.outbox group by target, status order by target, status
        """
    )
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
