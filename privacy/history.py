"""Raw rows past their period: whole conversations, never half of one; the daily numbers stay.

A head (a ticket, a call, a letter) goes by when it last changed; what follows it goes with it, so
that no conversation is ever measured on a part of its events. Marts are built from what is left:
days before the cut-off would show fewer conversations than there were. So the daily numbers of
those days, which hold nobody, are frozen first in `ops.kpi_history`.
"""

from datetime import datetime, timedelta

import duckdb

from connectors.contract import resources
from connectors.paths import steps
from privacy.periods import HEADS, Periods
from warehouse.duck import has_table
from warehouse.sql import identifier

Rows = tuple[str, str, datetime]
"""(table, condition with one parameter, its value)."""


def raw_rows(connection: duckdb.DuckDBPyConnection, now: datetime, periods: Periods) -> list[Rows]:
    """What goes from raw tables, followers before their heads."""
    found: list[Rows] = []
    for name, period in periods.raw.items():
        source, resource = name.split(".")
        if not has_table(connection, f"raw_{source}.{resource}"):
            continue
        cut_off = now - timedelta(days=period.days)
        old = _older(resources(source)[resource].columns[period.by], identifier(period.by))
        found += [*_followers(connection, source, resource, old, cut_off)]
        found.append((f"raw_{source}.{identifier(resource)}", old, cut_off))
    return found


def _older(kind: str, column: str) -> str:
    """Before the instant in the parameter; what cannot be read as a time stays."""
    if kind == "bigint":
        return f"to_timestamp({column}) < ?"
    return f"try_cast({column} as timestamptz) < ?"


def _followers(
    connection: duckdb.DuckDBPyConnection, source: str, head: str, old: str, cut_off: datetime
) -> list[Rows]:
    """Rows tied to a head's rows, and rows tied to those."""
    found: list[Rows] = []
    above = resources(source)[head].person
    for kind, paths in above.leaves.items() if above else ():
        if kind not in HEADS:
            continue
        key = identifier(paths[0])
        keys = f"select cast({key} as varchar) from raw_{source}.{identifier(head)} where {old}"
        for name, declared in resources(source).items():
            clause = declared.person
            ties = clause.of.get(kind, ()) if clause else ()
            plain = [tie.path for tie in ties if len(steps(tie.path)) == 1]
            if name == head or not plain or not has_table(connection, f"raw_{source}.{name}"):
                continue
            where = f"cast({identifier(plain[0])} as varchar) in ({keys})"
            if clause and clause.system:
                where = f"source_system || '|' || {where}".replace(
                    f"select cast({key} as varchar)", f"select source_system || '|' || {key}"
                )
            found += [*_followers(connection, source, name, where, cut_off)]
            found.append((f"raw_{source}.{identifier(name)}", where, cut_off))
    return found


def freeze(connection: duckdb.DuckDBPyConnection, cut_off: datetime) -> None:
    """Keep the daily numbers of days before the cut-off, once each, as they stand now."""
    there = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = 'kpi_daily'"
    ).fetchone()
    if not there:
        return
    connection.execute(
        "create table if not exists ops.kpi_history as "
        "select *, cast(null as timestamptz) as frozen_before from marts.kpi_daily limit 0"
    )
    connection.execute(
        "insert into ops.kpi_history by name "
        "select *, cast(? as timestamptz) as frozen_before from marts.kpi_daily "
        "where metric_date < cast(? as date) and metric_date not in "
        "(select metric_date from ops.kpi_history)",
        [cut_off, cut_off],
    )
