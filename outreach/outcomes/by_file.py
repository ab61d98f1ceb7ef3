"""Outcomes from a CSV that people fill in: a template, the published list, or a delivered file."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import duckdb

from outreach.config import AT_RISK
from outreach.lists import NoList
from outreach.outcomes.store import Entry, entries, record
from outreach.statuses import ACTIONS, CLOSED, STATUSES, Outcome, Status
from warehouse.by_hand import read_rows, replace_rows
from warehouse.clock import BadTimestamp, iso, parse_as_of
from warehouse.duck import warehouse
from warehouse.spreadsheet import safe_cell

CSV = "csv"
COLUMNS = ("entry_id", "status", "done_at", "done_how", "done_by")
_BY_CUSTOMER = ("list", "customer_id", "as_of")
_LONGEST_NAME = 80
_Row = dict[str, str]


class BadOutcomes(ValueError):
    """A file of outcomes, or a row of it, cannot be used; the text says what to mend."""


@dataclass
class Imported:
    """What became of a file's rows; `refused`: line and what to mend, in the file's order.

    `counts`: rows that were `new`, `changed`, `same`, `older` than what was known, `empty`.
    """

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, str]] = field(default_factory=list)


def read_file(path: Path, now: datetime, *, dry_run: bool = False) -> Imported:
    """Take every row that says something; refuse those that cannot be, and keep why.

    Args:
        now: nothing can have been done later.
        dry_run: say what would become of the rows, and change nothing.

    Raises:
        BadOutcomes: no CSV, or without the columns that it needs.
        NoList: there is no list whose entries could be meant.
    """
    header, rows = read_rows(path, COLUMNS, ("status", "done_at"), BadOutcomes, named=_named)
    if "entry_id" not in header and not set(_BY_CUSTOMER) <= set(header):
        raise BadOutcomes(
            f"{path}, line 1: no column entry_id, which says whose row it is (nor all of "
            f"{', '.join(_BY_CUSTOMER)}); the lists that are published and delivered have it"
        )
    if twice := [name for name, times in Counter(header).items() if times > 1 and name in COLUMNS]:
        raise BadOutcomes(f"{path}, line 1: two columns are called {twice[0]}; take one out")
    done = Imported()
    with warehouse() as connection:
        known = entries(connection)
        found = _sift(connection, rows, known, now, done)
        connection.begin()
        try:
            done.counts += record(connection, found, known, now)
            _keep_refused(connection, path, done.refused, now)
            if dry_run:
                connection.rollback()
            else:
                connection.commit()
        except BaseException:
            connection.rollback()
            raise
    return done


def _named(title: str) -> str:
    """A column's title as we call it: `Done at` is done_at."""
    return "_".join(title.lower().split())


def _sift(
    connection: duckdb.DuckDBPyConnection,
    rows: list[tuple[int, _Row]],
    known: dict[str, Entry],
    now: datetime,
    done: Imported,
) -> list[Outcome]:
    """One outcome per entry, the newest; all other rows are counted or refused."""
    newest: dict[str, tuple[int, Outcome]] = {}
    for line, row in rows:
        if not row["status"]:
            done.counts["empty"] += 1
            continue
        try:
            outcome = _outcome(row, _entry(connection, row, known), now)
        except BadOutcomes as error:
            done.refused.append((line, str(error)))
            continue
        here = (line, outcome)
        other = newest.get(outcome.entry_id)
        if other is None:
            newest[outcome.entry_id] = here
            continue
        older, newer = sorted((other, here), key=lambda one: one[1].order)
        newest[outcome.entry_id] = newer
        says = "the same" if older[1] == newer[1] else "something newer"
        done.refused.append((older[0], f"line {newer[0]} says {says} of this entry; take one out"))
    done.refused.sort()
    return [outcome for _, outcome in newest.values()]


def _entry(connection: duckdb.DuckDBPyConnection, row: _Row, known: dict[str, Entry]) -> Entry:
    if entry_id := row.get("entry_id", "").lower():
        if entry_id not in known:
            raise BadOutcomes(
                f"no list has an entry {entry_id[:40]!r}; copy entry_id from the list again"
            )
        return known[entry_id]
    named = [row.get(name, "") for name in _BY_CUSTOMER]
    if not all(named):
        raise BadOutcomes("entry_id is empty; it says whose row this is")
    as_of = iso(_instant("as_of", named[2]))
    found = connection.execute(
        "select entry_id from outreach.list_entries "
        "where list = ? and customer_id = ? and as_of = ?::timestamptz",
        [*named[:2], as_of],
    ).fetchall()
    if not found:
        raise BadOutcomes(
            f"this customer was not on the list {named[0][:40]!r} of {as_of} (or was held out of "
            "it); look at list, customer_id and as_of"
        )
    return known[found[0][0]]


def _outcome(row: _Row, entry: Entry, now: datetime) -> Outcome:
    acted_at = _instant("done_at", row["done_at"])
    if acted_at > now:
        raise BadOutcomes(
            f"done_at {row['done_at'][:40]} is still to come; a time without offset is UTC, write "
            "others like 2026-07-01T10:00+02:00"
        )
    # A date alone is its midnight, somewhere on earth.
    if acted_at < entry.since - timedelta(days=1):
        raise BadOutcomes(
            f"done_at {row['done_at'][:40]} is before the customer came onto the list "
            f"({iso(entry.since)}); look at the date"
        )
    who = " ".join(row.get("done_by", "").split())
    if len(who) > _LONGEST_NAME:
        raise BadOutcomes(f"done_by takes a name of up to {_LONGEST_NAME} characters, not notes")
    return Outcome(
        source=CSV,
        reference=entry.entry_id,
        entry_id=entry.entry_id,
        status=cast(Status, _one_of("status", row["status"], STATUSES)),
        acted_at=acted_at,
        action=_one_of("done_how", row.get("done_how", ""), ACTIONS),
        acted_by=who or None,
    )


def _instant(name: str, text: str) -> datetime:
    try:
        return parse_as_of(text)
    except BadTimestamp:
        raise BadOutcomes(
            f"{name} {text[:40]!r} is no instant; write it like 2026-07-01, or with the time "
            "2026-07-01T10:00+02:00"
        ) from None


def _one_of(name: str, text: str, allowed: tuple[str, ...]) -> str | None:
    word = _named(text)
    if word and word not in allowed:
        raise BadOutcomes(
            f"{name} {text[:40]!r} is none of {', '.join(allowed)}; write one of them"
        )
    return word or None


def _keep_refused(
    connection: duckdb.DuckDBPyConnection, path: Path, refused: list[tuple[int, str]], now: datetime
) -> None:
    file = str(path.resolve())
    connection.execute("delete from outreach.refused_outcomes where file = ?", [file])
    for line, reason in refused:
        connection.execute(
            "insert into outreach.refused_outcomes values (?, ?, ?, ?)",
            [file, line, reason, iso(now)],
        )


def write_template(path: Path, name: str = AT_RISK) -> int:
    """A file to fill in: the entries of the newest list that nothing closed yet; how many.

    Raises:
        BadOutcomes: the file is there already.
        NoList: no such list was made.
    """
    if path.exists():
        raise BadOutcomes(f"{path} is there already, perhaps filled in; name another file")
    with warehouse() as connection:
        entries(connection)
        rows = connection.execute(
            f"""
            select entry.entry_id, entry.position::varchar, customers.customer_name, entry.owner
            from outreach.list_entries as entry
            left join marts.dim_customers as customers using (customer_id)
            where entry.list = $list and entry.as_of = (
                select max(as_of) from outreach.list_runs where list = $list
            ) and not exists (
                select 1 from outreach.outcomes as own
                where own.entry_id = entry.entry_id and own.status in {CLOSED}
            )
            order by entry.position
            """,
            {"list": name},
        ).fetchall()
        if not connection.execute(
            "select 1 from outreach.list_runs where list = ?", [name]
        ).fetchall():
            raise NoList(f"outreach: no list {name!r} was made yet; `heedline run` makes them")
    about = ("entry_id", "position", "customer_name", "owner")
    filled = ({n: str(safe_cell(v or "")) for n, v in zip(about, row, strict=True)} for row in rows)
    replace_rows(path, dict.fromkeys([*about, *COLUMNS]), filled)
    return len(rows)
