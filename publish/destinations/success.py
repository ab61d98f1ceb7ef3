"""The success team's folder: whom to call, why, what to do, and who was left out. Personal data.

Apart from the leaders' files, in `success/`, so that it can be mounted and permitted on its own:
`<list>_customers.csv` and the page `<list>.html` for every list, `suppressed.csv`, `recovered.csv`
and the same tables in `success.duckdb`, beside the reasons and changes that `heedline at-risk
explain` shows; in `customers.duckdb` the marts that name a customer, whole (`heedline customer`
reads them, and the rest from the leaders' snapshot, so that it never opens the warehouse).
Who is on a list is not decided here: `outreach/` wrote that into the warehouse.
"""

from dataclasses import replace
from pathlib import Path

import duckdb

from publish import list_pages
from publish.destinations.snapshot import copy_mart, open_new
from publish.edition import Edition, Held, hold
from publish.lists import MART, listed
from publish.marts import CannotPublish, Column, Mart
from warehouse.clock import iso
from warehouse.placeholders import filled, of_relation
from warehouse.spreadsheet import write_csv
from warehouse.sql import literal

NAME = "success"
FOR_LEADERS = False
FOLDER = "success"
LISTS_FILE = "success.duckdb"
CUSTOMERS_FILE = "customers.duckdb"
# Marts whose personal columns tell who a customer is.
REASON_MARTS = ("customer_reasons", "customer_risk_changes")
CUSTOMER_MARTS = ("dim_customers", "dim_customer_contacts", "dim_accounts", "customer_merges")

_OF_ENTRY = {
    "position": "1 comes first: most expected value.",
    "state": "new, or still: on an earlier list of the same episode.",
    "since": "The as_of that began the episode.",
    "days_on_list": "Whole days since then.",
    "entry_id": "Names the episode, the same from run to run; targets and outcomes go by it.",
    "expected_value": "Score × value per month × months × chance to help, in currency.",
    "owner": "Who is to act.",
    "owner_note": "Why that is not who looks after the account.",
}
_OF_PLAY = {
    "play": ("play", "What to do: a play of the playbook."),
    "play_description": ("description", "The same in words."),
    "play_owner": ("owner_role", "Role of who does it."),
    "play_channel": ("channel", "How to reach the customer; NULL when the play's ways are closed."),
    "due_at": ("due_at", "Until when, from the list on which the customer got the play."),
    "play_why": ("why", "The reason that chose the play."),
}
_MESSAGE = "What to write or say, ready to send."
_CHANGED = "What changed since the run before."
# What the list says better; `top_reasons` says in words what `reasons` holds as JSON.
_LEFT_OUT = {"rank", "reasons", *_OF_ENTRY}


def _entries(mart: Mart, moment: str) -> tuple[str, list[str]]:
    """The query of a list's entries, and the names of the mart's columns in it."""
    name = _list_of(mart)
    kept = [column.name for column in mart.columns if column.name not in _LEFT_OUT]
    columns = [f"entry.{c}" for c in _OF_ENTRY] + [f"mart.{c}" for c in kept]
    columns += [f"play.{source} as {column}" for column, (source, _) in _OF_PLAY.items()]
    known = of_relation("mart", (column.name for column in mart.columns))
    columns.append(f"{filled('play.message', {**known, 'owner': 'entry.owner'})} as message")
    changes = ""
    if mart.name == MART:
        columns.append("changes.what_changed")
        changes = (
            "left join marts.customer_risk_changes as changes "
            "on entry.customer_id = changes.customer_id"
        )
    query = f"""
        select {", ".join(columns)}
        from outreach.list_entries as entry
        inner join {mart.table} as mart on entry.customer_id = mart.customer_id
        left join outreach.plays as play
            on entry.list = play.list and entry.as_of = play.as_of
            and entry.customer_id = play.customer_id
        {changes}
        where entry.list = {literal(name)} and entry.as_of = {literal(moment)}::timestamptz
        order by entry.position
    """
    return query, kept


# No address or number of somebody we will not contact: the name is enough to answer "why not?".
_SUPPRESSED = """
    select
        main.list, main.customer_id, known.customer_name, known.account_name, known.owner,
        main.position, main.score, main.expected_value, main.currency, main.reason, main.detail,
        (
            select string_agg(reason, ', ' order by reason) from outreach.suppressions as more
            where more.list = main.list and more.as_of = main.as_of
                and more.customer_id = main.customer_id and not more.is_main
        ) as other_reasons,
        main.as_of
    from outreach.suppressions as main
    left join marts.dim_customers as known on main.customer_id = known.customer_id
    where main.is_main and main.as_of = {moment}::timestamptz
    order by main.list, main.position, main.expected_value desc, main.customer_id
"""
_RECOVERED = """
    select
        gone.list, gone.entry_id, gone.customer_id, known.customer_name, known.account_name,
        known.owner, gone.since, gone.last_as_of, gone.reason, gone.detail, gone.as_of
    from outreach.recoveries as gone
    left join marts.dim_customers as known on gone.customer_id = known.customer_id
    where gone.as_of = {moment}::timestamptz
    order by gone.list, gone.reason, gone.customer_id
"""
_SAYS_WHY = {"suppressed": _SUPPRESSED, "recovered": _RECOVERED}


def write(edition: Edition, folder: Path) -> None:
    """Write the success team's files below `folder`, readable by owner and group only.

    Raises:
        CannotPublish: a list was made from a mart that nobody described.
    """
    connection, moment = edition.connection, iso(edition.as_of)
    target = folder / FOLDER
    target.mkdir()
    target.chmod(0o750)
    why = {name: query.format(moment=literal(moment)) for name, query in _SAYS_WHY.items()}
    with open_new(connection, target / LISTS_FILE) as database:
        for mart in listed(connection, edition.marts, edition.as_of):
            query, kept = _entries(mart, moment)
            _write_csv(connection, target / f"{mart.name}.csv", query)
            copy_mart(connection, database, mart, query, tuple(kept))
            said = {column: meaning for column, (_, meaning) in _OF_PLAY.items()}
            said |= {**_OF_ENTRY, "message": _MESSAGE}
            if mart.name == MART:
                said["what_changed"] = _CHANGED
            for column, meaning in said.items():
                connection.execute(
                    f"comment on column {database}.main.{mart.name}.{column} is {literal(meaning)}"
                )
        for name, query in why.items():
            _write_csv(connection, target / f"{name}.csv", query)
            connection.execute(f"create table {database}.main.{name} as {query}")
        _copy_whole(edition, database, REASON_MARTS)
    names = [_list_of(mart) for mart in listed(connection, edition.marts, edition.as_of)]
    list_pages.write(target, target / LISTS_FILE, names, edition.as_of)
    with open_new(connection, target / CUSTOMERS_FILE) as database:
        _copy_whole(edition, database, CUSTOMER_MARTS)


def read_back(edition: Edition, folder: Path) -> list[Held]:
    """Marts that are there whole, and the lists, which have to be as long as outreach made them.

    Raises:
        CannotPublish: a list is not.
    """
    whole, lists = [], []
    with duckdb.connect() as reader:
        reader.execute("set TimeZone = 'UTC'")
        for file, names in ((LISTS_FILE, REASON_MARTS), (CUSTOMERS_FILE, CUSTOMER_MARTS)):
            place = f"{FOLDER}/{file}"
            database = file.removesuffix(".duckdb")
            reader.execute(f"attach {literal(str(folder / place))} as {database} (read_only)")
            whole += [
                hold(reader, mart, mart.columns, f"{database}.main.{mart.name}", place)
                for mart in _named(edition, names)
            ]
        for mart in listed(edition.connection, edition.marts, edition.as_of):
            relation = f"success.main.{mart.name}"
            columns = _columns_of(reader, relation)
            held = hold(reader, mart, columns, relation, f"{FOLDER}/{LISTS_FILE}")
            _require_length(edition, mart, held)
            lists.append(replace(held, whole=False))
    return [*whole, *lists]


def _copy_whole(edition: Edition, database: str, names: tuple[str, ...]) -> None:
    for mart in _named(edition, names):
        kept = tuple(column.name for column in mart.columns)
        copy_mart(edition.connection, database, mart, f"from {mart.table}", kept)


def _named(edition: Edition, names: tuple[str, ...]) -> list[Mart]:
    return [mart for mart in edition.tables if mart.name in names]


def _columns_of(reader: duckdb.DuckDBPyConnection, relation: str) -> list[Column]:
    """A list's columns: some are of the mart, some of the entry, some of the play."""
    found = reader.execute(f"describe from {relation}").fetchall()
    return [Column(name, kind, "", is_personal=True) for name, kind, *_ in found]


def _require_length(edition: Edition, mart: Mart, held: Held) -> None:
    wanted = edition.connection.execute(
        "select count(*) from outreach.list_entries where list = ? and as_of = ?::timestamptz",
        [_list_of(mart), iso(edition.as_of)],
    ).fetchone()
    if wanted != (held.rows,):
        raise CannotPublish(
            f"publish: {held.rows} rows of the list {_list_of(mart)} in {held.place}, "
            f"{wanted[0] if wanted else 0} made by outreach; a customer on the list is not in "
            f"{mart.table}: prepare the lists after building the marts, then publish"
        )


def _write_csv(connection: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    rows = connection.execute(query)
    header = [column[0] for column in rows.description or []]
    write_csv(path, header, rows.fetchall())


def _list_of(mart: Mart) -> str:
    return mart.name.removesuffix("_customers")
