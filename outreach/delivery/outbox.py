"""The outbox table: what is due, what is under way, what became of it.

An episode of a customer on a list (outreach/episodes.py) is delivered to each target once, however
many runs it lasts. Its key is a hash of target and entry id, so preparing or delivering again finds
the row that is there. Merged customers keep theirs.
"""

from datetime import datetime
from typing import Any

import duckdb

from outreach.delivery.messages import stable_key
from outreach.delivery.targets import Target
from outreach.lists import NoList, mart_of
from outreach.playbook.assign import TABLES as PLAYS
from warehouse.clock import iso
from warehouse.duck import has_table

_OPEN = "('dry_run', 'pending', 'failed')"


def newest_list(connection: duckdb.DuckDBPyConnection, name: str) -> datetime:
    """The `as_of` of the newest list of that name; earlier ones are never delivered.

    Raises:
        NoList: there is none, or the marts have gone on and the list has not yet.
    """
    if not has_table(connection, mart_of(name)):
        raise NoList(f"outreach: no list {name} yet; `heedline run` makes one")
    listed = connection.execute(
        "select max(as_of) from outreach.list_runs where list = ?", [name]
    ).fetchall()[0][0]
    built = connection.execute(f"select max(as_of) from {mart_of(name)}").fetchall()[0][0]
    if listed is None or (built is not None and built != listed):
        raise NoList(
            f"outreach: the list {name} is not of the marts' as_of; publishing makes it "
            "(outreach.prepare), then deliver again"
        )
    moment: datetime = listed
    return moment


def enqueue(connection: duckdb.DuckDBPyConnection, target: Target, now: datetime) -> datetime:
    """Make a row for everybody new on the newest list; withdraw who left it. Returns its `as_of`.

    The caller's transaction makes it one change.

    Raises:
        NoList: there is no list to deliver.
    """
    connection.execute(PLAYS.read_text())
    as_of = newest_list(connection, target.list_)
    given: dict[str, Any] = {
        "target": target.name,
        "list": target.list_,
        "as_of": iso(as_of),
        "now": iso(now),
        "tries": target.give_up_after,
        "due": "pending" if target.enabled else "dry_run",
    }
    _follow_merges(connection, given)
    _run(connection, _STAYED, given)
    _enter_new(connection, given)
    _run(connection, _LEFT, given)
    _run(connection, _TWICE, given)
    _run(connection, _KILLED_TOO_OFTEN, given)
    return as_of


_ON_LIST = """
    (select (customer_id, occasion) from outreach.list_entries
     where list = $list and as_of = $as_of::timestamptz)
"""
_STAYED = """
    update outreach.outbox as own set
        as_of = greatest(own.as_of, $as_of::timestamptz),
        status = case
            when status in ('dry_run', 'pending', 'withdrawn') then $due else status
        end
    from outreach.list_entries as entry
    where target = $target and own.list = $list and entry.list = $list
        and entry.as_of = $as_of::timestamptz and own.customer_id = entry.customer_id
        and own.occasion = entry.occasion and own.first_as_of >= entry.since
"""
_LEFT = f"""
    update outreach.outbox set status = 'withdrawn', changed_at = $now::timestamptz
    where target = $target and list = $list and status in {_OPEN}
        and ((customer_id, occasion) not in {_ON_LIST} or as_of < $as_of::timestamptz)
"""
# Two records of one person may have had a row each before they were merged.
_TWICE = f"""
    update outreach.outbox as own set status = 'withdrawn', changed_at = $now::timestamptz
    where target = $target and list = $list and status in {_OPEN} and exists (
        select 1 from outreach.outbox as other
        where other.target = own.target and other.list = own.list
            and other.customer_id = own.customer_id and other.occasion = own.occasion
            and other.as_of = own.as_of
            and other.status <> 'withdrawn'
            and (other.status not in {_OPEN} or other.idempotency_key < own.idempotency_key)
            and other.idempotency_key <> own.idempotency_key
    )
"""
_KILLED_TOO_OFTEN = """
    update outreach.outbox set status = 'given_up', changed_at = $now::timestamptz,
        last_error = 'broken off while sending, ' || attempts || ' times; look at the target for it'
    where target = $target and list = $list and status = 'sending' and attempts >= $tries
"""


def _run(connection: duckdb.DuckDBPyConnection, query: str, given: dict[str, Any]) -> None:
    connection.execute(query, {name: given[name] for name in given if f"${name}" in query})


def _follow_merges(connection: duckdb.DuckDBPyConnection, given: dict[str, Any]) -> None:
    if has_table(connection, "marts.customer_merges"):
        _run(
            connection,
            """
            update outreach.outbox set customer_id = merges.customer_id
            from (select distinct from_customer_id, customer_id from marts.customer_merges
                  where change = 'merge') as merges
            where target = $target and outbox.customer_id = merges.from_customer_id
            """,
            given,
        )


def _enter_new(connection: duckdb.DuckDBPyConnection, given: dict[str, Any]) -> None:
    new = connection.execute(
        """
        select customer_id, occasion, entry_id, since from outreach.list_entries
        where list = $list and as_of = $as_of::timestamptz and (customer_id, occasion) not in (
            select (customer_id, occasion) from outreach.outbox
            where target = $target and list = $list and as_of = $as_of::timestamptz
        ) order by position
        """,
        {name: given[name] for name in ("list", "as_of", "target")},
    ).fetchall()
    for customer_id, occasion, entry_id, since in new:
        key = stable_key(given["target"], entry_id)
        connection.execute(
            """
            insert into outreach.outbox by name
            select $key as idempotency_key, $target as target, $list as list,
                $customer_id as customer_id, $occasion as occasion,
                $since::timestamptz as first_as_of, $as_of::timestamptz as as_of, $due as status,
                0 as attempts, $now::timestamptz as changed_at
            """,
            {name: given[name] for name in ("target", "list", "as_of", "due", "now")}
            | {"key": key, "customer_id": customer_id, "occasion": occasion, "since": iso(since)},
        )
