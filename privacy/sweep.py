"""Take erased people out of the warehouse: raw tables, quarantine, and every other table.

What goes is decided by digest (`connectors/erased.py`), so that an erasure and its replay on a
restored file are one thing. All in one transaction; the ledger is written before it commits.
"""

import json
import logging

import duckdb
import pyarrow as pa

from connectors.contract import resources
from connectors.erased import Found, clause_of, decide, replaced, sort_out
from connectors.judging import left_behind
from connectors.ledger import Ledger
from connectors.mentions import blank_out
from connectors.scanning import Probe, scan_texts, scan_ties
from privacy.people import Person
from privacy.plain import Swept, blank_plain
from warehouse.clock import wall_now
from warehouse.sql import identifier

log = logging.getLogger(__name__)


def due(connection: duckdb.DuckDBPyConnection, ledger: Ledger) -> list[str]:
    """Erasures on record that this warehouse file has not been through."""
    if not ledger.requests:
        return []
    done = {r for (r,) in connection.execute("select request_id from ops.erasures").fetchall()}
    return [request for request in ledger.requests if request not in done]


def sweep(
    connection: duckdb.DuckDBPyConnection, ledger: Ledger, known: list[Person] | None = None
) -> Swept:
    """Remove everybody on the ledger, and note that this file has been through their erasures.

    Args:
        known: people whose erasure is under way: of them names in texts are known, too.
    """
    wanted = due(connection, ledger)
    connection.begin()
    try:
        swept = look(connection, ledger, known, apply=True)
        rows = [sum(swept.removed.values()), sum(swept.rewritten.values())]
        for request in wanted:
            connection.execute(
                "insert into ops.erasures values (?, ?, ?, ?, null)", [request, wall_now(), *rows]
            )
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    log.info("erase: %d rows removed, %d rewritten in %d tables", *rows, len(swept.removed))
    return swept


def look(
    connection: duckdb.DuckDBPyConnection,
    ledger: Ledger,
    known: list[Person] | None = None,
    *,
    apply: bool = False,
) -> Swept:
    """Find (and with `apply` remove) what erased people have in any table."""
    swept = Swept()
    tables = _tables(connection)
    _raw(connection, ledger, tables, swept, apply=apply)
    for schema, name in tables:
        if not schema.startswith("raw_") and schema not in {"quarantine", "seeds"}:
            _other(connection, ledger, schema, name, swept, apply=apply)
    if apply:
        for person in known or []:
            blank_plain(connection, person, tables, swept)
    return swept


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where not internal and not temporary and database_name = current_database() order by all"
    ).fetchall()


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    return {r[0]: r[1] for r in connection.execute(f"describe {table}").fetchall()}


def _raw(
    connection: duckdb.DuckDBPyConnection,
    ledger: Ledger,
    tables: list[tuple[str, str]],
    swept: Swept,
    *,
    apply: bool,
) -> None:
    """Raw rows and refused ones, until nothing new follows from what was found."""
    found: dict[tuple[str, str], Found] = {}
    while True:
        new = 0
        for schema, name in tables:
            if schema.startswith("raw_"):
                source = schema.removeprefix("raw_")
                if name not in resources(source):
                    continue
                table = f"{schema}.{identifier(name)}"
                relation = f"select *, rowid as nth from {table}"
                columns = _columns(connection, table)
                before = found.get((schema, name))
                here = sort_out(
                    *(connection, relation, columns, (source, name), ledger),
                    mentioned=before.mentioned if before else None,
                )
            elif schema == "quarantine":
                here = _refused(connection, name, ledger)
            else:
                continue
            found[schema, name] = here
            new += sum(ledger.add(request, keys) for request, keys in here.leaves.items())
        if not new:
            break
    for (schema, name), here in found.items():
        swept.hits |= here.hits
        swept.count(f"{schema}.{name}", len(here.gone), len(here.kept))
        if apply:
            _apply(connection, f"{schema}.{identifier(name)}", here)


def _refused(connection: duckdb.DuckDBPyConnection, name: str, ledger: Ledger) -> Found:
    """Rows in quarantine, judged as the rows they would have been."""
    found = Found()
    source, _, resource = name.partition("__")
    declared = resources(source).get(resource)
    if declared is None:
        return found
    rows = connection.execute(
        f"select rowid, row, reason, row_key from quarantine.{identifier(name)}"
    ).fetchall()
    for nth, text, reason, key in rows:
        try:
            row = json.loads(text)
        except (TypeError, ValueError):
            row = {}
        row |= {"_reason": reason, "_row_key": key}
        clause = clause_of(declared)
        request, kept = decide(clause, row, (source, resource), declared, ledger, refused=True)
        if kept is None:
            found.gone.add(nth)
            left = left_behind(clause, row, source, resource, declared.primary_key)
            found.leaves.setdefault(request, []).extend(left)
        elif kept is not row:
            reason, key = kept.pop("_reason"), kept.pop("_row_key")
            shown = json.dumps(kept, ensure_ascii=False)
            found.kept[nth] = {"row": shown, "reason": reason, "row_key": key}
    return found


def _apply(connection: duckdb.DuckDBPyConnection, table: str, found: Found) -> None:
    if found.kept:
        numbers = list(found.kept)
        if table.startswith("quarantine."):
            for nth, row in found.kept.items():
                connection.execute(
                    f"update {table} set row = ?, reason = ?, row_key = ? where rowid = ?",
                    [row["row"], row["reason"], row["row_key"], nth],
                )
        else:
            schema = connection.sql(f"select * from {table} limit 0").to_arrow_table().schema
            connection.register("rewritten", replaced(list(found.kept.values()), schema))
            _delete(connection, table, numbers)
            connection.execute(f"insert into {table} by name select * from rewritten")
            connection.unregister("rewritten")
    _delete(connection, table, list(found.gone))


def _delete(connection: duckdb.DuckDBPyConnection, table: str, numbers: list[int]) -> None:
    if numbers:
        connection.register("gone", pa.table({"nth": pa.array(numbers, pa.int64())}))
        connection.execute(f"delete from {table} where rowid in (select nth from gone)")
        connection.unregister("gone")


def _other(
    connection: duckdb.DuckDBPyConnection,
    ledger: Ledger,
    schema: str,
    name: str,
    swept: Swept,
    *,
    apply: bool,
) -> None:
    """Any other table: rows keyed by the person go; in what is left, mentions are blanked out."""
    table = f"{schema}.{identifier(name)}"
    columns = _columns(connection, table)
    relation = f"select *, rowid as nth from {table}"
    keyed, hits = scan_ties(connection, relation, _keyed(schema, columns), ledger)
    swept.hits |= hits
    gone = sorted(keyed)
    if apply:
        _delete(connection, table, gone)
    mentioned, hits = scan_texts(connection, relation, columns, ledger)
    swept.hits |= hits
    mentioning = sorted(mentioned - keyed)
    if schema == "ml":
        # What models keep of somebody else's row is made again; a mention would change its meaning.
        if apply:
            _delete(connection, table, mentioning)
        swept.count(f"{schema}.{name}", len(gone) + len(mentioning), 0)
        return
    swept.count(f"{schema}.{name}", len(gone), len(mentioning))
    if apply and mentioning:
        _blank(connection, table, columns, mentioning, ledger)


def _keyed(schema: str, columns: dict[str, str]) -> list[Probe]:
    """Columns that hold a customer id, or a contact's system and id."""
    found: list[Probe] = []
    for column in columns:
        text = f"[cast({identifier(column)} as varchar)]"
        if column == "customer_id" or column.endswith("_customer_id"):
            found.append(("customer", text, "''"))
        elif schema == "ml" and column in {"record_id", "left_id", "right_id"}:
            parts = [f"split_part({identifier(column)}, chr(31), {part})" for part in (1, 2)]
            found.append(("contact", f"[{parts[1]}]", parts[0]))
        elif column == "contact_remote_id" and "source_system" in columns:
            found.append(("contact", text, "source_system"))
        elif schema == "ml" and column.endswith("remote_id"):
            system = f"{column.removesuffix('remote_id')}source_system"
            if system in columns:
                found.append(("contact", text, identifier(system)))
    return found


def _blank(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: dict[str, str],
    numbers: list[int],
    ledger: Ledger,
) -> None:
    listed = ", ".join(identifier(c) for c, kind in columns.items() if kind in {"VARCHAR", "JSON"})
    inside = ", ".join(map(str, numbers))
    rows = connection.execute(
        f"select rowid as nth, {listed} from {table} where rowid in ({inside})"
    )
    names = [d[0] for d in rows.description or []][1:]
    for nth, *values in rows.fetchall():
        for column, value in zip(names, values, strict=True):
            if (clean := blank_out(value, ledger)) != value:
                connection.execute(
                    f"update {table} set {identifier(column)} = ? where rowid = {nth:d}", [clean]
                )


def forget_texts(connection: duckdb.DuckDBPyConnection) -> int:
    """Remove tags of texts that nobody's rows hold any more; the number of texts forgotten.

    The texts there are stand in `ml.redacted_texts` once redaction has run on the swept tables.
    """
    orphans = (
        "from ml.message_tags where text_hash not in (select text_hash from ml.redacted_texts) "
        "and exists (select 1 from ml.redacted_texts)"
    )
    found = connection.execute(f"select count(distinct text_hash) {orphans}").fetchone()
    connection.execute(f"delete {orphans}")
    return int(found[0]) if found else 0
