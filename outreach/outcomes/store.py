"""The table `outreach.outcomes`: of each source and reference, what was said last."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb

from outreach.lists import NoList
from outreach.statuses import Outcome
from warehouse.clock import iso
from warehouse.duck import has_table

_SAID = "status, acted_at, action, acted_by, remote_status"


@dataclass(frozen=True)
class Entry:
    """An episode of a customer on a list; `since` is the list that began it."""

    entry_id: str
    list: str
    customer_id: str
    since: datetime


def entries(connection: duckdb.DuckDBPyConnection) -> dict[str, Entry]:
    """Every entry of any list by its id, under the customer id it had last.

    Raises:
        NoList: there has been none.
    """
    if not has_table(connection, "outreach.list_entries"):
        raise NoList("outreach: no list yet; `heedline run` makes one")
    rows = connection.execute(
        "select entry_id, any_value(list), arg_max(customer_id, as_of), min(since) "
        "from outreach.list_entries group by entry_id"
    ).fetchall()
    return {key: Entry(key, name, who, since.astimezone(UTC)) for key, name, who, since in rows}


def record(
    connection: duckdb.DuckDBPyConnection,
    outcomes: Iterable[Outcome],
    known: dict[str, Entry],
    now: datetime,
) -> Counter[str]:
    """Keep what is newer than what was known; how many were `new`, `changed`, `same` or `older`.

    The caller's transaction makes it one change. Saying the same again changes nothing.
    """
    counted: Counter[str] = Counter()
    for outcome in outcomes:
        before = _held(connection, outcome)
        if before is not None and outcome.order <= before.order:
            counted["same" if outcome.order == before.order else "older"] += 1
            continue
        counted["new" if before is None else "changed"] += 1
        said = [
            *(outcome.status, iso(outcome.acted_at)),
            *(outcome.action, outcome.acted_by, outcome.remote_status),
        ]
        if before is None:
            entry = known[outcome.entry_id]
            connection.execute(
                "insert into outreach.outcomes (source, reference, entry_id, list, customer_id, "
                f"as_of, {_SAID}, first_seen_at, changed_at) "
                f"values ({', '.join('?' * 13)})",
                [
                    *(outcome.source, outcome.reference, entry.entry_id, entry.list),
                    *(entry.customer_id, iso(entry.since), *said, iso(now), iso(now)),
                ],
            )
        else:
            connection.execute(
                f"update outreach.outcomes set ({_SAID}, changed_at) = row(?, ?, ?, ?, ?, ?) "
                "where source = ? and reference = ?",
                [*said, iso(now), outcome.source, outcome.reference],
            )
    return counted


def _held(connection: duckdb.DuckDBPyConnection, outcome: Outcome) -> Outcome | None:
    rows = connection.execute(
        f"select source, reference, entry_id, {_SAID} from outreach.outcomes "
        "where source = ? and reference = ?",
        [outcome.source, outcome.reference],
    ).fetchall()
    if not rows:
        return None
    source, reference, entry_id, status, acted_at, *more = rows[0]
    return Outcome(source, reference, entry_id, status, acted_at.astimezone(UTC), *more)


def states(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Entries per list, source and status, and the newest instant; [] before the first."""
    if not has_table(connection, "outreach.outcomes"):
        return []
    cursor = connection.execute(
        "select list, source, status, count(distinct entry_id) as entries, "
        "max(acted_at) as acted_at from outreach.outcomes group by all order by all"
    )
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
