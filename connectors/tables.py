"""Rows for a table of their own, whichever resource of a source found them."""

from typing import Any

import dlt

from connectors.contract import resources


def into(source: str, table: str, rows: list[dict[str, Any]]) -> Any:
    """Rows that a resource yields for another of the source's declared tables.

    The resource itself must declare no columns, or the other table gets them as well.
    """
    declared = resources(source)[table].dlt_hints()
    # Of a whole resource only.
    declared.pop("max_table_nesting")
    marked = dlt.mark.make_hints(table_name=table, **declared)
    return dlt.mark.with_hints(rows, marked, create_table_variant=True)
