"""Build a layer of the warehouse by dbt: everything, or what has come since the last build.

One call builds a whole selector in one process: with the warehouse behind a one-slot pool, a task
per model would spend its time waiting (measured: 6 s against 61 s).
"""

from datetime import datetime

from warehouse import builds, dbt, due, increments, taking
from warehouse.clock import iso
from warehouse.duck import warehouse
from warehouse.settings import settings


def build(selector: str, *, as_of: datetime, channels: list[str], full: bool = False) -> int:
    """Build and test one selector over the enabled channels that have raw tables; nodes run.

    With a drop folder set (`HEEDLINE_DROP_DIR`), file-drop rows of other folders are left out.
    `full`: from everything, even where what is new would do.
    """
    sources = [name for name in dbt.loaded_sources() if name in channels]
    drop = settings().drop_dir
    folder = drop.resolve().name if drop else None
    if selector == "unify":
        return len(build_unified(as_of=as_of, sources=sources, drop_folder=folder, full=full))
    if selector == "marts":
        return len(build_marts(as_of=as_of, sources=sources, drop_folder=folder, full=full))
    results = dbt.run("build", selector=selector, as_of=as_of, sources=sources, drop_folder=folder)
    return len(results)


def build_unified(
    *,
    as_of: datetime,
    sources: list[str],
    drop_folder: str | None = None,
    full: bool = False,
    extra: tuple[str, ...] = (),
) -> list[dbt.NodeResult]:
    """The selector `unify`: only what was loaded since where that will do (warehouse/taking.py),
    and of the nodes those that it concerns (warehouse/due.py)."""
    plan = taking.plan(as_of, sources, drop_folder, full=full)
    nodes = None if plan.since is None else _due(plan, sources)
    return _build_planned(plan, "build", "unify", sources, drop_folder, extra, nodes)


def build_marts(
    *,
    as_of: datetime,
    sources: list[str],
    drop_folder: str | None = None,
    full: bool = False,
    command: str = "build",
) -> list[dbt.NodeResult]:
    """The selector `marts`: only what is new where that is enough (warehouse/increments.py)."""
    plan = increments.plan(as_of, sources, drop_folder, full=full)
    return _build_planned(plan, command, "marts", sources, drop_folder)


def _build_planned(
    plan: builds.Plan,
    command: str,
    selector: str,
    sources: list[str],
    drop_folder: str | None,
    extra: tuple[str, ...] = (),
    nodes: list[str] | None = None,
) -> list[dbt.NodeResult]:
    results = dbt.run(
        command,
        selector=selector,
        nodes=nodes,
        as_of=plan.as_of,
        sources=sources,
        drop_folder=drop_folder,
        since=plan.since,
        extra=extra,
        is_planned=True,
    )
    builds.finished(plan)
    return results


def _due(plan: builds.Plan, sources: list[str]) -> list[str]:
    """Names of the nodes of `unify` that a build from the last one on has to build."""
    assert plan.since is not None
    with warehouse() as connection:
        news = due.schemas_with_news(connection, plan)
    chosen = dbt.listed("unify", as_of=plan.as_of, sources=sources)
    has_moved = plan.since["as_of"] != iso(plan.as_of)
    return due.due(dbt.project(sources), chosen, news=news, as_of_moved=has_moved)
