"""The lists that `outreach/` wrote into the warehouse: are they there, and what do they say?

Who is on a list is not decided here.
"""

from datetime import datetime

import duckdb

from publish.marts import CannotPublish, Mart
from warehouse.clock import iso
from warehouse.duck import has_table

MART = "at_risk_customers"
LISTS = "outreach lists"


def require_list(
    connection: duckdb.DuckDBPyConnection, marts: tuple[Mart, ...], as_of: datetime
) -> None:
    """Refuse to publish an at-risk mart whose suppressions nobody has worked out.

    Raises:
        CannotPublish: the mart is there, the list of this `as_of` is not.
    """
    if MART not in {mart.name for mart in marts}:
        raise CannotPublish(f"publish: mart {MART} is not described; build the marts first")
    if not _prepared(connection, as_of):
        raise CannotPublish(
            f"publish: no at-risk list for as_of {iso(as_of)}, so do-not-contact customers could "
            "not be left out; call outreach.prepare(as_of) first"
        )


def list_hash(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> str:
    """Order-independent hash of the lists, of what to do, who was left out, and who recovered."""
    texts = " union all ".join(
        f"select '{table}' || to_json(t)::varchar as row_text from outreach.{table} as t "
        "where as_of = $as_of::timestamptz"
        for table in ("list_entries", "plays", "suppressions", "recoveries")
    )
    hashed = connection.execute(
        f"select coalesce(sum(hash(row_text)::hugeint), 0)::varchar from ({texts})",
        {"as_of": iso(as_of)},
    ).fetchone()
    assert hashed is not None
    return str(hashed[0])


def listed(
    connection: duckdb.DuckDBPyConnection, marts: tuple[Mart, ...], as_of: datetime
) -> list[Mart]:
    """The marts whose lists were worked out for this `as_of`."""
    runs = connection.execute(
        "select list from outreach.list_runs where as_of = ?::timestamptz order by list",
        [iso(as_of)],
    ).fetchall()
    by_name = {mart.name: mart for mart in marts}
    listed = []
    for (name,) in runs:
        if f"{name}_customers" not in by_name:
            raise CannotPublish(
                f"publish: the list {name} was made from marts.{name}_customers, which dbt does "
                "not describe; describe it, or take the list out of lists.yml"
            )
        listed.append(by_name[f"{name}_customers"])
    return listed


def _prepared(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> bool:
    if not has_table(connection, "outreach.recoveries"):
        return False
    run = connection.execute(
        "select 1 from outreach.list_runs where list = 'at_risk' and as_of = ?::timestamptz",
        [iso(as_of)],
    ).fetchone()
    return run is not None
