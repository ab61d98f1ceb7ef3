"""Which nodes of an incremental build have anything to do; what dbt costs goes by the node.

A build that goes on from the last one finds the same models, rules and seeds (builds.py). So a
view, a table or a test's verdict comes out as it is already, unless the node reads a source that
a load has changed, a table that no load accounts for (`ops`, `ml`), `as_of`, which has moved, or
a node that is due.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import duckdb

from warehouse.builds import Plan

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

RAW = "raw_"
NOW = "macro.heedline.as_of"


def schemas_with_news(connection: duckdb.DuckDBPyConnection, plan: Plan) -> set[str]:
    """Raw schemas that a load has changed since the last build.

    Most loads of an hour bring nothing, or what is held already.
    """
    assert plan.since is not None
    rows = connection.execute(
        "select distinct source from ops.loads "
        "where loaded_at > cast(? as timestamptz) and accepted > 0",
        [plan.since["loaded_at"]],
    ).fetchall()
    return {RAW + source for (source,) in rows}


def due(
    manifest: "Manifest", chosen: Iterable[str], *, news: set[str], as_of_moved: bool
) -> list[str]:
    """Names of the chosen nodes that have something to do.

    Args:
        chosen: unique ids, as a selector gives them. What is not among them is taken as it stands.
        news: raw schemas that a load has changed.
        as_of_moved: is `as_of` another than the last build's?
    """
    # Seeds change with their files only; a selector gives sources, too.
    mine = {
        one: node
        for one in chosen
        if (node := manifest.nodes.get(one)) and not one.startswith("seed.")
    }
    reading_now = _calling(manifest, NOW) if as_of_moved else set()
    found: dict[str, bool] = {}

    def has_news(read: str) -> bool:
        if source := manifest.sources.get(read):
            return source.schema in news or not source.schema.startswith(RAW)
        return is_due(read)

    def is_due(one: str) -> bool:
        if one not in mine:
            return False
        if one not in found:
            now = not reading_now.isdisjoint(mine[one].depends_on_macros)
            found[one] = now or any(map(has_news, mine[one].depends_on_nodes))
        return found[one]

    return [node.name for one, node in mine.items() if is_due(one)]


def _calling(manifest: "Manifest", macro: str) -> set[str]:
    """A macro and all that call it, themselves or by others."""
    found, more = {macro}, True
    while more:
        callers = {
            name
            for name, one in manifest.macros.items()
            if not found.isdisjoint(one.depends_on.macros)
        }
        more = not callers <= found
        found |= callers
    return found
