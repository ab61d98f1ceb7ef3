"""While the person is still known in plain: exactly what the proof will search for, blanked out.

Digests find identifiers by their shape; a full name in somebody else's text has none, and a number
may be written in a way of its own. Rows that are the person's are gone by now: what is left are
mentions in rows of others.
"""

import re
from dataclasses import dataclass, field

import duckdb

from connectors.ledger import Key
from privacy.people import Person, around
from warehouse.sql import identifier


@dataclass
class Swept:
    """What a sweep does (or would do): rows removed and rewritten per table, and what it saw."""

    removed: dict[str, int] = field(default_factory=dict)
    rewritten: dict[str, int] = field(default_factory=dict)
    hits: set[Key] = field(default_factory=set)

    def count(self, table: str, removed: int, rewritten: int) -> None:
        """Add to a table's numbers."""
        if removed:
            self.removed[table] = self.removed.get(table, 0) + removed
        if rewritten:
            self.rewritten[table] = self.rewritten.get(table, 0) + rewritten


def blank_plain(
    connection: duckdb.DuckDBPyConnection,
    person: Person,
    tables: list[tuple[str, str]],
    swept: Swept,
) -> None:
    """Replace the person's identifiers in every text column of every table."""
    pattern = person.pattern()
    compiled = re.compile(pattern, re.IGNORECASE)
    for schema, name in tables:
        table = f"{schema}.{identifier(name)}"
        described = connection.execute(f"describe {table}").fetchall()
        texts = [row[0] for row in described if row[1] in {"VARCHAR", "JSON"}]
        listed = ", ".join(map(identifier, texts))
        if not texts or schema == "seeds":
            continue
        rows = connection.execute(
            f"select rowid, {listed} from {table} "
            f"where regexp_matches(concat_ws(chr(10), {listed}), ?, 'i')",
            [pattern],
        ).fetchall()
        for nth, *values in rows:
            for column, value in zip(texts, values, strict=True):
                if value is not None and (clean := compiled.sub(around, value)) != value:
                    connection.execute(
                        f"update {table} set {identifier(column)} = ? where rowid = {nth:d}",
                        [clean],
                    )
        swept.count(f"{schema}.{name}", 0, len(rows))
