"""The lists of one run: from candidates to entries, with a row for everybody left out, and why.

Each list of `lists.yml` has a mart `marts.<list>_customers`. Candidates are ranked by the value
that a contact is expected to save, those who must be left alone go, the rest is cut to the team's
capacity, and every candidate ends as exactly one of: an entry, or left out with a main reason.
Working out the same `as_of` again gives the same rows.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from outreach import candidates, episodes, holdout, suppression
from outreach.config import AT_RISK, ListsFile
from outreach.rules import Given, given_of, run
from warehouse.clock import iso
from warehouse.duck import has_table

log = logging.getLogger(__name__)

_TABLES = Path(__file__).with_name("tables.sql")
_WRITTEN = ("list_runs", "list_entries", "suppressions", "recoveries")
_NEEDED = (
    *("dim_customers", "dim_agents", "customer_consents", "customer_merges"),
    "fct_conversations",
)


@dataclass(frozen=True)
class Prepared:
    """Of one list: customers on it, left out of it, and on the one before but not on it."""

    entries: int
    suppressed: int
    recovered: int = 0


class NoList(RuntimeError):
    """A list cannot be made; the message says what to build first."""


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of the lists, and add what those of an earlier version lack."""
    connection.execute(_TABLES.read_text())


def prepare(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, file: ListsFile
) -> dict[str, Prepared]:
    """Work out the lists of `as_of` and write them into the schema `outreach`.

    Only the at-risk list must be there; another one without a mart is skipped. The caller's
    transaction makes it one change.

    Raises:
        NoList: a mart is missing, describes another instant, or repeats a customer.
    """
    prepared = {}
    for name, rules in file.lists.items():
        if name != AT_RISK and not has_table(connection, mart_of(name)):
            log.info("outreach: no mart %s, so no list %s", mart_of(name), name)
            continue
        given = given_of(name, file, as_of)
        _work_out(connection, given)
        if not rules.service:
            holdout.assign(connection, given)
        prepared[name] = _count(connection, given)
    for name, count in prepared.items():
        log.info(
            "outreach: list %s as of %s: %d entries, %d left out, %d recovered",
            *(name, iso(as_of), count.entries, count.suppressed, count.recovered),
        )
    return prepared


def mart_of(name: str) -> str:
    """The table that has a list's candidates."""
    return f"marts.{name}_customers"


def _work_out(connection: duckdb.DuckDBPyConnection, given: Given) -> None:
    mart = mart_of(given["list"])
    columns = _check(connection, mart, given)
    for table in _WRITTEN:
        run(
            connection,
            f"delete from outreach.{table} where list = $list and as_of = $as_of::timestamptz",
            given,
        )
    candidates.collect(connection, mart, columns, given)
    episodes.look_back(connection, given)
    run(
        connection,
        "create or replace temp table applying "
        "(customer_id varchar, reason varchar, detail varchar)",
        given,
    )
    suppression.apply(connection, suppression.FORBID, given)
    run(connection, _WALK, given)
    run(connection, _OVER, given)
    suppression.apply(connection, (suppression.HOLDOUT,), given)
    run(connection, _SUPPRESS, given)
    run(connection, _ENTER, given)
    episodes.note_recovered(connection, given)


def _check(connection: duckdb.DuckDBPyConnection, mart: str, given: Given) -> set[str]:
    """The mart's columns, when it can be used."""
    for table in (mart, *(f"marts.{name}" for name in _NEEDED)):
        if not has_table(connection, table):
            raise NoList(f"outreach: no mart {table}; build the marts (dbt selector `success`)")
    described = connection.execute(f"describe {mart}").fetchall()
    columns = {str(name) for name, *_ in described}
    if missing := candidates.COLUMNS - columns:
        raise NoList(f"outreach: {mart} has no column {', '.join(sorted(missing))}")
    [(repeated, newest, other)] = run(
        connection,
        "select count(*) - count(distinct customer_id), max(as_of)::varchar, "
        f"count(*) filter (where as_of <> $as_of::timestamptz) from {mart}",
        given,
    ).fetchall()
    if other:
        raise NoList(
            f"outreach: {mart} describes {newest}, not {given['as_of']}; "
            "build the marts for this as_of"
        )
    if repeated:
        raise NoList(
            f"outreach: {mart} repeats a customer_id, or lacks one ({repeated} rows too many); "
            "its grain is one row per customer and as_of"
        )
    return columns


# Down the list of those who may be contacted. `belongs`: within capacity as if nobody were held out
# (outreach/holdout.py); `uncut_before`: entries that an uncut list has above.
_WALK = """
    create or replace temp table walked as
    with allowed as (
        select candidates.*, blocked.customer_id is null as is_allowed,
            cast(blocked.customer_id is null and not is_held_out as bigint) as is_treated
        from candidates
        left join (select distinct customer_id from applying) as blocked using (customer_id)
    ),
    counted as (
        select *, coalesce(sum(is_treated) over above, 0) as uncut_before,
            coalesce(sum(is_treated) over above_of_owner, 0) as of_owner_before
        from allowed
        window
            above as (order by place rows between unbounded preceding and 1 preceding),
            above_of_owner as (
                partition by lower(owner)
                order by place rows between unbounded preceding and 1 preceding
            )
    ),
    fitting as (
        select *, is_allowed and of_owner_before < coalesce(owner_capacity, 9223372036854775807)
            as fits_owner
        from counted
    )
    select *, fits_owner and coalesce(
        sum(case when fits_owner then is_treated else 0 end) over (
            order by place rows between unbounded preceding and 1 preceding
        ), 0) < $capacity as belongs
    from fitting
"""
_OVER = f"""
    insert into applying
    select customer_id, '{suppression.OVER_CAPACITY}',
        'would be number ' || uncut_before + 1 || case
            when fits_owner then '; the list takes ' || $capacity
            else '; their owner takes ' || owner_capacity || ' and has them' end
    from walked where is_allowed and not belongs
"""
_SUPPRESS = f"""
    insert into outreach.suppressions by name
    with reasons as (
        select *, list_position({list(suppression.ORDER)}, reason) as reason_order from applying
    )
    select $list as list, $as_of::timestamptz as as_of, (uncut_before + 1)::bigint as position,
        customer_id, reason, detail,
        row_number() over (partition by customer_id order by reason_order) = 1 as is_main,
        score, value_per_month, currency, expected_value
    from reasons inner join walked using (customer_id)
"""
_ENTER = """
    insert into outreach.list_entries by name
    select $list as list, $as_of::timestamptz as as_of,
        row_number() over (order by place) as position,
        coalesce(
            under_way.entry_id,
            left(sha256(concat_ws(chr(31), $list, customer_id, $as_of)), 32)
        ) as entry_id,
        customer_id, occasion,
        case when under_way.since is null then 'new' else 'still' end as state,
        coalesce(under_way.since, $as_of::timestamptz) as since,
        date_diff('hour', coalesce(under_way.since, $as_of::timestamptz), $as_of::timestamptz) // 24
            as days_on_list,
        score, value_per_month, currency, chance_to_help, expected_value, owner, owner_note
    from walked left join under_way using (customer_id, occasion)
    where belongs and not is_held_out
"""


def _count(connection: duckdb.DuckDBPyConnection, given: Given) -> Prepared:
    counts = ", ".join(
        f"(select count(*) from outreach.{table} "
        f"where list = $list and as_of = $as_of::timestamptz{more}) as {name}"
        for name, table, more in (
            ("entries", "list_entries", ""),
            ("suppressed", "suppressions", " and is_main"),
            ("recovered", "recoveries", ""),
        )
    )
    [counted] = run(
        connection,
        "insert into outreach.list_runs by name "
        f"select $list as list, $as_of::timestamptz as as_of, $share as holdout_share, {counts} "
        "returning entries, suppressed, recovered",
        given,
    ).fetchall()
    return Prepared(*counted)
