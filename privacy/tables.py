"""Tables that are not raw: rows keyed by an erased person go, mentions in others do not stay."""

import duckdb
import pyarrow as pa

from connectors.ledger import Ledger
from connectors.mentions import blank_out
from connectors.scanning import Probe, scan_texts, scan_ties
from privacy.plain import Swept
from warehouse.duck import columns_of
from warehouse.sql import identifier


def delete_rows(connection: duckdb.DuckDBPyConnection, table: str, numbers: list[int]) -> None:
    if numbers:
        connection.register("gone", pa.table({"nth": pa.array(numbers, pa.int64())}))
        connection.execute(f"delete from {table} where rowid in (select nth from gone)")
        connection.unregister("gone")


def sweep_table(
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
    columns = columns_of(connection, table)
    relation = f"select *, rowid as nth from {table}"
    keyed, hits = scan_ties(connection, relation, _keyed(schema, columns), ledger)
    swept.hits |= hits
    gone = sorted(keyed)
    if apply:
        delete_rows(connection, table, gone)
    mentioned, hits = scan_texts(connection, relation, columns, ledger)
    swept.hits |= hits
    mentioning = sorted(mentioned - keyed)
    if schema == "ml":
        # What models keep of somebody else's row is made again; a mention would change its meaning.
        if apply:
            delete_rows(connection, table, mentioning)
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
