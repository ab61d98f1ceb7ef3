"""The success team's folder: whom to call, why, what to do, and who was left out. Personal data.

Apart from the leaders' files, in `success/`, so that it can be mounted and permitted on its own:
`at_risk_customers.csv`, `suppressed.csv` and the same two tables in `success.duckdb`, beside the
reasons and changes that `heedline at-risk explain` shows; in
`customers.duckdb` the marts that name a customer, whole (`heedline customer` reads them, and the
rest from the leaders' snapshot, so that it never opens the warehouse).
Who is on the list is not decided here: `outreach/` wrote that into the warehouse.
"""

from datetime import datetime
from pathlib import Path

import duckdb

from publish.marts import CannotPublish, Mart
from publish.snapshot import copy_mart, open_new
from warehouse.clock import iso
from warehouse.placeholders import filled
from warehouse.spreadsheet import write_csv

FOLDER = "success"
MART = "at_risk_customers"
LISTS = "outreach lists"
CUSTOMERS_FILE = "customers.duckdb"
# Marts whose personal columns tell who a customer is.
REASON_MARTS = ("customer_reasons", "customer_risk_changes")
CUSTOMER_MARTS = ("dim_customers", "dim_customer_contacts", "dim_accounts", "customer_merges")

# `position` replaces the mart's rank, `top_reasons` says in words what `reasons` holds as JSON.
_LEFT_OUT = ("rank", "reasons")
_ENTRIES = f"""
    select entry.position, mart.* exclude ({", ".join(_LEFT_OUT)}), changes.what_changed,
        play.play, play.description as play_description, play.owner_role as play_owner,
        play.channel as play_channel, play.due_at, play.why as play_why, {{message}} as message
    from marts.{MART} as mart
    inner join outreach.list_entries as entry
        on mart.entry_id = entry.entry_id
        and entry.list = 'at_risk' and entry.as_of = $as_of::timestamptz
    left join outreach.plays as play
        on entry.list = play.list and entry.as_of = play.as_of
        and entry.customer_id = play.customer_id
    left join marts.customer_risk_changes as changes on mart.customer_id = changes.customer_id
    order by entry.position
"""
# No address or number of somebody we will not contact: the name is enough to answer "why not?".
_SUPPRESSED = f"""
    select
        suppression.entry_id, suppression.customer_id, mart.customer_name, mart.account_name,
        mart.owner, mart.band, suppression.reason, suppression.detail, suppression.as_of
    from outreach.suppressions as suppression
    inner join marts.{MART} as mart on suppression.entry_id = mart.entry_id
    where suppression.list = 'at_risk' and suppression.as_of = $as_of::timestamptz
    order by suppression.position
"""


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
    """Order-independent hash of the list and its suppressions."""
    hashed = connection.execute(
        "select coalesce(sum(hash(row_text)::hugeint), 0)::varchar from ("
        "  select concat_ws('|', 'entry', position, entry_id) as row_text"
        "  from outreach.list_entries where as_of = $as_of::timestamptz"
        "  union all"
        "  select concat_ws('|', 'suppressed', position, entry_id, reason, detail)"
        "  from outreach.suppressions where as_of = $as_of::timestamptz"
        "  union all"
        "  select concat_ws('|', 'play', list, customer_id, play, description, owner_role, channel,"
        "    message, due_at, why)"
        "  from outreach.plays where as_of = $as_of::timestamptz)",
        {"as_of": iso(as_of)},
    ).fetchone()
    assert hashed is not None
    return str(hashed[0])


def write(
    connection: duckdb.DuckDBPyConnection, marts: tuple[Mart, ...], folder: Path, as_of: datetime
) -> None:
    """Write the success team's files below `folder`, readable by owner and group only."""
    mart = next(mart for mart in marts if mart.name == MART)
    moment = iso(as_of)
    target = folder / FOLDER
    target.mkdir()
    target.chmod(0o750)
    entries = _ENTRIES.format(
        message=filled("play.message", (c.name for c in mart.columns), "mart")
    )
    for name, query in ((f"{MART}.csv", entries), ("suppressed.csv", _SUPPRESSED)):
        rows = connection.execute(query, {"as_of": moment})
        header = [column[0] for column in rows.description or []]
        write_csv(target / name, header, rows.fetchall())
    with open_new(connection, target / "success.duckdb") as database:
        literal = f"'{moment}'"
        kept = tuple(column.name for column in mart.columns if column.name not in _LEFT_OUT)
        copy_mart(connection, database, mart, entries.replace("$as_of", literal), kept)
        connection.execute(
            f"create table {database}.main.suppressed as {_SUPPRESSED.replace('$as_of', literal)}"
        )
        for whole in (mart for mart in marts if mart.name in REASON_MARTS):
            kept = tuple(column.name for column in whole.columns)
            copy_mart(connection, database, whole, f"from {whole.table}", kept)
    with open_new(connection, target / CUSTOMERS_FILE) as database:
        for whole in (mart for mart in marts if mart.name in CUSTOMER_MARTS):
            kept = tuple(column.name for column in whole.columns)
            copy_mart(connection, database, whole, f"from {whole.table}", kept)


def _prepared(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> bool:
    exists = connection.execute(
        "select 1 from duckdb_tables() where database_name = current_database() "
        "and schema_name = 'outreach' and table_name = 'list_runs'"
    ).fetchone()
    if not exists:
        return False
    run = connection.execute(
        "select 1 from outreach.list_runs where list = 'at_risk' and as_of = ?::timestamptz",
        [iso(as_of)],
    ).fetchone()
    return run is not None
