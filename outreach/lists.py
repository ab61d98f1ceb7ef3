"""The at-risk list of one run: everybody on the mart, less those who must be left alone.

Every exclusion is a row with its reason, so that nobody vanishes from the list unexplained.
Preparing the same `as_of` again gives the same rows and the same entry ids.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from outreach.suppression import REASONS
from warehouse.clock import iso
from warehouse.duck import warehouse

log = logging.getLogger(__name__)

AT_RISK = "at_risk"
_TABLES = Path(__file__).with_name("tables.sql")


@dataclass(frozen=True)
class Prepared:
    """How many customers are on the list, and how many were left out."""

    entries: int
    suppressed: int


class NoList(RuntimeError):
    """The list cannot be made; the message says what to build first."""


def prepare(as_of: datetime) -> Prepared:
    """Work out the at-risk list of `as_of` and write it into the schema `outreach`.

    Raises:
        NoList: the mart is missing, describes another instant, or repeats an entry.
    """
    with warehouse() as connection:
        connection.execute(_TABLES.read_text())
        _check_mart(connection, as_of)
        connection.execute("begin")
        try:
            _clear(connection, as_of)
            _suppress(connection, as_of)
            _enter(connection, as_of)
            prepared = _count(connection, as_of)
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
    log.info(
        "outreach: at-risk list as of %s: %d to call, %d left out",
        *(iso(as_of), prepared.entries, prepared.suppressed),
    )
    return prepared


def _check_mart(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    try:
        checked = connection.execute(
            "select count(*) - count(distinct entry_id), max(as_of)::varchar, "
            "count(*) filter (where as_of <> ?::timestamptz) from marts.at_risk_customers",
            [iso(as_of)],
        ).fetchone()
    except duckdb.CatalogException as error:
        raise NoList(
            "outreach: no mart marts.at_risk_customers; build the marts (dbt selector `success`)"
        ) from error
    assert checked is not None
    repeated, newest, other = checked
    if other:
        raise NoList(
            f"outreach: marts.at_risk_customers describes {newest}, not {iso(as_of)}; "
            "build the marts for this as_of"
        )
    if repeated:
        raise NoList(
            f"outreach: marts.at_risk_customers repeats an entry_id ({repeated} rows too many); "
            "its grain is one row per customer and as_of"
        )


def _clear(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    for table in ("list_runs", "list_entries", "suppressions"):
        connection.execute(
            f"delete from outreach.{table} where list = ? and as_of = ?::timestamptz",
            [AT_RISK, iso(as_of)],
        )


def _suppress(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """One row per customer left out: the first of the reasons, in their order, that applies."""
    applying = " union all ".join(
        f"select {order} as reason_order, '{reason.name}' as reason, customer_id, detail "
        f"from ({reason.query})"
        for order, reason in enumerate(REASONS)
    )
    connection.execute(
        f"""
        insert into outreach.suppressions
        with applying as ({applying}),
        first_reason as (
            select customer_id, arg_min(reason, reason_order) as reason,
                arg_min(detail, reason_order) as detail
            from applying group by customer_id
        )
        select ?, ?::timestamptz, mart.rank, mart.entry_id, mart.customer_id,
            first_reason.reason, first_reason.detail
        from marts.at_risk_customers as mart
        inner join first_reason on mart.customer_id = first_reason.customer_id
        """,
        [AT_RISK, iso(as_of)],
    )


def _enter(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    connection.execute(
        """
        insert into outreach.list_entries
        select $list, $as_of::timestamptz, row_number() over (order by mart.rank, mart.entry_id),
            mart.entry_id, mart.customer_id
        from marts.at_risk_customers as mart
        where mart.entry_id not in (
            select entry_id from outreach.suppressions
            where list = $list and as_of = $as_of::timestamptz
        )
        """,
        {"list": AT_RISK, "as_of": iso(as_of)},
    )


def _count(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> Prepared:
    connection.execute(
        """
        insert into outreach.list_runs
        select $list, $as_of::timestamptz,
            (select count(*) from outreach.list_entries
             where list = $list and as_of = $as_of::timestamptz),
            (select count(*) from outreach.suppressions
             where list = $list and as_of = $as_of::timestamptz)
        """,
        {"list": AT_RISK, "as_of": iso(as_of)},
    )
    counted = connection.execute(
        "select entries, suppressed from outreach.list_runs "
        "where list = ? and as_of = ?::timestamptz",
        [AT_RISK, iso(as_of)],
    ).fetchone()
    assert counted is not None
    return Prepared(*counted)
