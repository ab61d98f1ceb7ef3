"""Write down what to do about everybody on a list, and what one would do about who is held out.

A list's candidates stand in the mart `<list>_customers`. An entry that had the same play in the
list before keeps its deadline: a list made anew every day must not put it off.
"""

import json
import logging
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from outreach.playbook.book import CHANNELS, BadPlaybook, Play, Playbook, read_playbook
from outreach.playbook.choose import Case, Reason, choose
from outreach.playbook.deadline import due_at
from warehouse.clock import iso
from warehouse.duck import columns_of, has_table
from warehouse.sql import identifier

log = logging.getLogger(__name__)

TABLES = Path(__file__).with_name("tables.sql")
_FEATURES = "intermediate.int_risk_features"
_EVIDENCE = "marts.customer_reasons"
_CONSENTS = "marts.customer_consents"


def assign_all(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, book: Playbook
) -> Counter[str]:
    """Plays of every list of `as_of`; how many entries each play has."""
    lists = connection.execute(
        "select distinct list from outreach.list_runs where as_of = ?::timestamptz order by list",
        [iso(as_of)],
    ).fetchall()
    given: Counter[str] = Counter()
    for (list_,) in lists:
        given += assign(connection, list_, as_of, book)
    return given


def assign(
    connection: duckdb.DuckDBPyConnection,
    list_: str,
    as_of: datetime,
    book: Playbook | None = None,
) -> Counter[str]:
    """Choose a play for every entry of a list, in place of those chosen before for this `as_of`.

    The caller's transaction makes it one change.

    Returns:
        How many entries each play has.

    Raises:
        BadPlaybook: a play asks for a feature that is in no table.
    """
    book = book or read_playbook()
    connection.execute(TABLES.read_text())
    before = _given_before(connection, list_, as_of)
    deadlines: dict[str, datetime] = {}
    given: Counter[str] = Counter()
    rows, arms = [], []
    for entry_id, customer_id, case in _cases(connection, list_, as_of, book):
        chosen = choose(book, list_, case)
        play = chosen.play
        arms.append([play.name, list_, customer_id, as_of])
        if entry_id is None:
            continue
        if play.name not in deadlines:
            deadlines[play.name] = due_at(connection, as_of, play.due)
        due = before.get((entry_id, play.name), deadlines[play.name])
        said = (play.name, play.description, play.owner, chosen.channel)
        words = (play.message, book.messages[play.message].strip(), due, chosen.why)
        rows.append([list_, as_of, entry_id, customer_id, *said, *words])
        given[play.name] += 1
    connection.execute(
        "delete from outreach.plays where list = ? and as_of = ?::timestamptz", [list_, iso(as_of)]
    )
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into outreach.plays values ({marks})", rows)
    if arms:
        connection.executemany(
            "update outreach.assignments set play = ? "
            "where list = ? and customer_id = ? and as_of = ?",
            arms,
        )
    log.info("outreach: plays of %s: %s", list_, dict(given.most_common()))
    return given


def _given_before(
    connection: duckdb.DuckDBPyConnection, list_: str, as_of: datetime
) -> dict[tuple[str, str], datetime]:
    """Deadlines of the list before, by entry and play."""
    rows = connection.execute(
        """
        select entry_id, play, min(due_at) from outreach.plays
        where list = $list and as_of = (
            select max(as_of) from outreach.list_runs
            where list = $list and as_of < $as_of::timestamptz
        ) group by entry_id, play
        """,
        {"list": list_, "as_of": iso(as_of)},
    ).fetchall()
    return {(entry_id, play): due for entry_id, play, due in rows}


def _cases(
    connection: duckdb.DuckDBPyConnection, list_: str, as_of: datetime, book: Playbook
) -> list[tuple[str | None, str, Case]]:
    """Every entry with its customer and what is known of them, in the list's order.

    Who is held out has no entry: the play they would have got is what uplift compares by.
    """
    mart = f"{list_}_customers"
    plays = [play for play in book.plays if list_ in play.lists]
    has = columns_of(connection, f"marts.{mart}")
    sources = _sources(connection, mart, set(has), plays)
    band, reasons = (
        f"mart.{name}" if name in has else "cast(null as varchar)" for name in ("band", "reasons")
    )
    listed = "".join(f", try_cast({source} as double)" for source in sources.values())
    features = (
        f"left join {_FEATURES} as features on entry.customer_id = features.customer_id "
        "and features.as_of = $as_of::timestamptz"
        if has_table(connection, _FEATURES)
        else ""
    )
    found = connection.execute(
        f"""
        select entry.entry_id, entry.customer_id, {band}, {reasons},
            coalesce(trim(mart.phone), '') <> '', coalesce(trim(mart.email), '') <> ''{listed}
        from (
            select list, as_of, entry_id, customer_id, position from outreach.list_entries
            union all
            select list, as_of, null, customer_id, position from outreach.suppressions
            where reason = 'holdout' and is_main
        ) as entry
        left join marts.{identifier(mart)} as mart on entry.customer_id = mart.customer_id
        {features}
        where entry.list = $list and entry.as_of = $as_of::timestamptz
        order by entry.position
        """,
        {"list": list_, "as_of": iso(as_of)},
    ).fetchall()
    evidence = _evidence(connection) if list_ == "at_risk" else {}
    refused = _refused(connection)
    return [
        (
            entry_id,
            customer_id,
            Case(
                band=band,
                reasons=_reasons(reasons, evidence.get(customer_id, {})),
                values=dict(zip(sources, values, strict=True)),
                reachable=frozenset(
                    channel
                    for channel, is_known in zip(CHANNELS, (phone, email), strict=True)
                    if is_known and (customer_id, channel) not in refused
                ),
            ),
        )
        for entry_id, customer_id, band, reasons, phone, email, *values in found
    ]


def _sources(
    connection: duckdb.DuckDBPyConnection, mart: str, listed: set[str], plays: list[Play]
) -> dict[str, str]:
    """Where the values of features that plays name stand: the list's mart, else the model's table.

    A play that limits the value of something that has none cannot be followed; one that looks for
    it among the reasons can.
    """
    features = set(columns_of(connection, _FEATURES)) if has_table(connection, _FEATURES) else set()
    sources = {}
    for play in plays:
        for name in (*play.values, *play.any, *play.all):
            if name in listed:
                sources[name] = f"mart.{identifier(name)}"
            elif name in features:
                sources[name] = f"features.{identifier(name)}"
            elif name in play.values and features:
                raise BadPlaybook(
                    f"playbook: play {play.name}: values: no feature {name!r} in marts.{mart} or "
                    f"{_FEATURES}; name one of their columns"
                )
            elif name in play.values:
                sources[name] = "null"
    return sources


def _reasons(text: str | None, evidence: dict[str, str]) -> list[Reason]:
    read: list[dict[str, Any]] = json.loads(text or "[]")
    return [
        Reason(
            feature=reason["feature"],
            contribution=float(reason["contribution"]),
            words=evidence.get(reason["feature"]) or reason["reason"],
        )
        for reason in read
    ]


def _evidence(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """What was seen, by customer and feature."""
    found: dict[str, dict[str, str]] = {}
    if has_table(connection, _EVIDENCE):
        rows = connection.execute(
            f"select customer_id, feature, evidence from {_EVIDENCE} where contribution > 0"
        ).fetchall()
        for customer_id, feature, words in rows:
            found.setdefault(customer_id, {})[feature] = words
    return found


def _refused(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """(customer, channel) that the customer said no to; a purpose named like a channel is one."""
    if not has_table(connection, _CONSENTS):
        return set()
    rows = connection.execute(
        f"select customer_id, purpose from {_CONSENTS} "
        f"where status = 'refused' and purpose in {CHANNELS}"
    ).fetchall()
    return {(customer_id, purpose) for customer_id, purpose in rows}
