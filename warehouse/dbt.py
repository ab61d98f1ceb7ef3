"""Run dbt on the warehouse, in this process; results are kept in `ops.dbt_results`."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from warehouse import builds, increments, taking
from warehouse.clock import iso
from warehouse.duck import warehouse
from warehouse.free_mail import write_free_mail_domains
from warehouse.settings import PROJECT_ROOT, settings

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

PROJECT = PROJECT_ROOT / "dbt_project"

# The project as dbt read it in this process, by the vars that decide which models there are.
_projects: "dict[str, Manifest]" = {}


@dataclass(frozen=True)
class NodeResult:
    """Outcome of one dbt node: a model, seed, snapshot, test or unit test."""

    node: str
    resource_type: str
    status: str
    seconds: float
    message: str


class DbtFailed(RuntimeError):
    """One or more nodes failed; the message names each with dbt's own reason."""


def loaded_sources() -> list[str]:
    """Sources that have a raw schema, by name."""
    with warehouse() as connection:
        rows = connection.execute(
            "select distinct schema_name from information_schema.schemata "
            "where schema_name like 'raw\\_%' escape '\\' order by schema_name"
        ).fetchall()
    return [name.removeprefix("raw_") for (name,) in rows]


def run(
    command: str,
    *,
    selector: str | None = None,
    nodes: list[str] | None = None,
    as_of: datetime,
    sources: list[str] | None = None,
    drop_folder: str | None = None,
    since: dict[str, str] | None = None,
    extra: tuple[str, ...] = (),
    is_planned: bool = False,
) -> list[NodeResult]:
    """Run `dbt <command>` for one selector of `selectors.yml`.

    Args:
        command: `build`, `run`, `test`, `seed`, …
        nodes: of the selector's nodes these alone, by name; none of them: nothing runs.
        as_of: the run's only "now".
        sources: sources to unify; those with a raw schema when not given.
        drop_folder: only take file-drop rows of this folder.
        since: what the last build saw, when this one only takes up what has come since.
        is_planned: the build has a plan. After any other the next planned ones take everything.

    Raises:
        DbtFailed: a node errored or a test found rows.
    """
    builds_anew = command in {"build", "run"} and since is None
    if builds_anew and selector != "success":
        # The unified layer, built anew, cannot say what its rows said when marts last read them.
        builds.forget(increments.LAYER)
        if selector != "marts" and not is_planned:
            builds.forget(taking.LAYER)
    if nodes == []:
        _record([], as_of)
        return []
    chosen = ("--select", *nodes, "--indirect-selection", "empty") if nodes else ()
    outcome = invoke(
        [
            command,
            *(chosen or (("--selector", selector) if selector else ())),
            *(("--full-refresh",) if builds_anew else ()),
            *extra,
        ],
        as_of,
        sources,
        drop_folder,
        since,
    )
    if outcome.exception is not None:
        raise DbtFailed(f"dbt {command} {selector or ''}: {outcome.exception}") from None
    results = [
        NodeResult(
            node=result.node.unique_id,
            resource_type=str(result.node.resource_type),
            status=str(result.status),
            seconds=float(result.execution_time),
            message=str(result.message or ""),
        )
        for result in getattr(outcome.result, "results", [])
    ]
    _record(results, as_of)
    failed = [r for r in results if r.status in {"error", "fail", "runtime error"}]
    if failed:
        lines = "; ".join(f"{r.node}: {' '.join(r.message.split())}" for r in failed)
        raise DbtFailed(f"dbt {command} {selector or ''}: {len(failed)} failed: {lines}")
    return results


def listed(selector: str, *, as_of: datetime, sources: list[str]) -> list[str]:
    """Unique ids of a selector's nodes.

    Raises:
        DbtFailed: the project cannot be read.
    """
    arguments = ["ls", "--selector", selector, "--output", "json", "--output-keys", "unique_id"]
    outcome = invoke([*arguments, "--log-level", "none"], as_of, sources, None, None)
    if outcome.exception is not None:
        raise DbtFailed(f"dbt ls {selector}: {outcome.exception}") from None
    return [json.loads(line)["unique_id"] for line in cast(list[str], outcome.result)]


def project(sources: list[str]) -> "Manifest":
    """The project over these sources, as dbt has read it for an earlier call of this process."""
    return _projects[_variables(sources)]


def compiled(sql: str, *, as_of: datetime, sources: list[str] | None = None) -> str:
    """What a text in the models' language (Jinja, refs, macros) is in plain SQL.

    Raises:
        DbtFailed: it does not compile.
    """
    arguments = ["compile", "--log-level", "none", "--inline", sql]
    outcome = invoke(arguments, as_of, sources, None, None)
    if outcome.exception is not None:
        raise DbtFailed(f"dbt compile: {outcome.exception}") from None
    return str(outcome.result.results[0].node.compiled_code)  # type: ignore[union-attr]


def invoke(
    arguments: list[str],
    as_of: datetime,
    sources: list[str] | None,
    drop_folder: str | None,
    since: dict[str, str] | None,
) -> "dbtRunnerResult":
    """One dbt command on this installation's warehouse, which dbt lets go of again.

    Args:
        arguments: the command (`build`, `docs generate`), then its own options.
    """
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ["HEEDLINE_WAREHOUSE_FILE"] = str(settings().warehouse_file)
    # Not as vars: dbt reads the whole project anew when a var differs.
    os.environ["HEEDLINE_AS_OF"] = iso(as_of)
    os.environ["HEEDLINE_DROP_FOLDER"] = drop_folder or ""
    os.environ["HEEDLINE_SINCE"] = json.dumps(since)
    os.environ["HEEDLINE_EXAMPLE_TEXTS"] = str(settings().example_texts).lower()
    from dbt.cli.main import dbtRunner

    with warehouse() as connection:  # the tables that models read exist before dbt opens the file
        write_free_mail_domains(connection)
    variables = _variables(loaded_sources() if sources is None else sources)
    where = [
        "--no-use-colors",
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target-path", str(settings().dbt / "target")),
        # At its usual level, debug, every statement is in the file, and erasure searches it.
        *("--log-path", str(settings().dbt / "logs"), "--log-level-file", "info"),
        *("--vars", variables),
    ]
    command, *rest = arguments
    try:
        if variables not in _projects:
            read = dbtRunner().invoke(["parse", *where, "--no-write-json"])
            if read.exception is not None or not read.success:
                return read
            _projects[variables] = cast("Manifest", read.result)
        written = ("--no-write-json",) if _is_described() else ()
        return dbtRunner(manifest=_projects[variables]).invoke(
            [*command.split(), *where, *written, *rest]
        )
    finally:
        _let_go()


def _variables(sources: list[str]) -> str:
    """The vars that decide which models there are."""
    # What dbt remembers of a project holds its place: one that was moved is read anew.
    return json.dumps({"sources": sources, "project": str(PROJECT)})


def _let_go() -> None:
    """Close dbt's own connection: it stays open in this process, and the file has one opener."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    environment = getattr(DuckDBConnectionManager, "_ENV", None)
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def _record(results: list[NodeResult], as_of: datetime) -> None:
    invocation = uuid4().hex
    with warehouse() as connection:
        connection.executemany(
            "insert into ops.dbt_results values (?, ?, ?, ?, ?, ?, ?)",
            [
                (invocation, as_of, r.node, r.resource_type, r.status, r.seconds, r.message)
                for r in results
            ]
            or [(invocation, as_of, "nothing selected", "none", "success", 0.0, "")],
        )


def _is_described() -> bool:
    """Has dbt written what it last read of the project? It takes it most of a second."""
    read, described = manifest().with_name("partial_parse.msgpack"), manifest()
    if not described.exists():
        return False
    return not read.exists() or read.stat().st_mtime_ns <= described.stat().st_mtime_ns


def manifest() -> Path:
    """Where dbt leaves its description of every model after a run."""
    return settings().dbt / "target" / "manifest.json"
