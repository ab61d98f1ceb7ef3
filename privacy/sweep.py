"""Take erased people out of the warehouse: raw tables, quarantine, and every other table.

What goes is decided by digest (`connectors/erased.py`), so that an erasure and its replay on a
restored file are one thing. All in one transaction; the ledger is written before it commits.
"""

import json
import logging

import duckdb

from connectors.auditing import forget_audit
from connectors.contract import resources
from connectors.erased import Found, clause_of, decide, replaced, sort_out
from connectors.judging import left_behind
from connectors.ledger import Ledger
from privacy.people import Person
from privacy.plain import Swept, blank_plain
from privacy.tables import delete_rows, sweep_table
from warehouse.clock import wall_now
from warehouse.duck import columns_of, transaction
from warehouse.sql import identifier

log = logging.getLogger(__name__)

BUILT_ANEW = ("staging", "intermediate", "marts")
"""Schemas that dbt builds from the others: swept with the rest, but not counted beforehand."""


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
    with transaction(connection):
        swept = look(connection, ledger, known, apply=True)
        forget_audit(connection)
        rows = [sum(swept.removed.values()), sum(swept.rewritten.values())]
        for request in wanted:
            connection.execute(
                "insert into ops.erasures values (?, ?, ?, ?, null)", [request, wall_now(), *rows]
            )
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
        derived = not apply and schema in BUILT_ANEW
        if not (schema.startswith("raw_") or schema in {"quarantine", "seeds"} or derived):
            sweep_table(connection, ledger, schema, name, swept, apply=apply)
    if apply:
        for person in known or []:
            blank_plain(connection, person, tables, swept)
    return swept


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where not internal and not temporary and database_name = current_database() order by all"
    ).fetchall()


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
                columns = columns_of(connection, table)
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
            delete_rows(connection, table, numbers)
            connection.execute(f"insert into {table} by name select * from rewritten")
            connection.unregister("rewritten")
    delete_rows(connection, table, list(found.gone))


def forget_texts(connection: duckdb.DuckDBPyConnection) -> int:
    """Remove tags of texts that nobody's rows hold any more; the number of texts forgotten.

    The texts there are stand in `ml.redacted_texts` once redaction has run on the swept tables.
    """
    orphans = (
        "where text_hash not in (select text_hash from ml.redacted_texts) "
        "and exists (select 1 from ml.redacted_texts)"
    )
    found = connection.execute(
        f"select count(distinct text_hash) from ml.message_tags {orphans}"
    ).fetchone()
    for table in ("message_tags", "message_topics", "corrected_tags"):
        connection.execute(f"delete from ml.{table} {orphans}")
    return int(found[0]) if found else 0
