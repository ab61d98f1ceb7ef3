"""Extraction: a dlt source is read to its end and lands as Parquet files under one load id.

dlt keeps the cursor and the unfinished package together, so a killed extraction is finished (not
repeated) by the next one. Nothing here touches the warehouse: extractions run in parallel.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from connectors import repull
from connectors.contract import ROOM, SourceError
from warehouse.settings import settings

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
# dlt would ask Airflow for every configuration key as a Variable: some 700 round trips an
# extraction (Zendesk medium: 26.6 s with them, 7.4 s without). Credentials come from connections.
os.environ.setdefault("PROVIDERS__ENABLE_AIRFLOW_SECRETS", "false")

# dlt would keep a copy of every file it has landed: personal data, for good.
os.environ.setdefault("LOAD__DELETE_COMPLETED_JOBS", "true")

if TYPE_CHECKING:
    from dlt.common.pipeline import LoadInfo
    from dlt.pipeline.pipeline import Pipeline
    from dlt.sources import DltSource

_STUMBLES = (AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Landed:
    """What one extraction brought: rows per resource (empty when the source had nothing new)."""

    source: str
    rows: dict[str, int]


def land(name: str, source: "DltSource") -> Landed:
    """Extract everything new from `source` into the landing folder.

    Values stay as the vendor sent them: no type is guessed for text that looks like a time.
    Unfinished packages of an earlier, killed run are completed first. Resources of which rows were
    found missing (`connectors/repull.py`) are read from their start again.

    Raises:
        SourceError: as the source raised it, or a record was not what the connector takes it for.
            The cursor has not moved.
    """
    from dlt.pipeline.exceptions import PipelineStepFailed

    source.schema.remove_type_detection("iso_timestamp")
    pipeline = _pipeline(name)
    working_folder = Path(pipeline.working_dir)
    _remove_rows(working_folder)
    rows: dict[str, int] = {}
    try:
        if pipeline.has_pending_data:
            rows.update(_rows(pipeline, pipeline.run(loader_file_format="parquet")))
        doubted = repull.asked(name)
        _forget_cursors(pipeline, source.schema.name, doubted)
        for resource, count in _rows(pipeline, pipeline.run(source, loader_file_format="parquet")):
            rows[resource] = rows.get(resource, 0) + count
        repull.done(name, doubted)
    except PipelineStepFailed as error:
        # What the source itself said, out of dlt's wrapping: one line a person can act on.
        said = _root(error) or _unexpected(name, error)
        if said is None:
            raise
        raise said from None
    finally:
        _remove_rows(working_folder)
    return Landed(name, rows)


def _pipeline(name: str) -> "Pipeline":
    import dlt

    return dlt.pipeline(
        f"{name}_landing",
        pipelines_dir=str(settings().dlt),
        destination=dlt.destinations.filesystem(
            bucket_url=settings().landing.as_uri(),
            layout="{table_name}/{load_id}.{file_id}.{ext}",
        ),
        dataset_name=name,
    )


def _forget_cursors(pipeline: "Pipeline", source: str, doubted: frozenset[str]) -> None:
    """Let these resources begin at their start again; the warehouse knows the rows it has."""
    if doubted:
        with pipeline.managed_state() as state:
            kept: Any = state.get("sources", {}).get(source, {}).get("resources", {})
            for resource in doubted:
                kept.pop(resource, None)


def land_pending(name: str) -> bool:
    """Land what a killed extraction of a source left, asking the source nothing; was there any?"""
    pipeline = _pipeline(name)
    pending = bool(pipeline.has_pending_data)
    if pending:
        _rows(pipeline, pipeline.run(loader_file_format="parquet"))
    _remove_rows(Path(pipeline.working_dir))
    return pending


def _remove_rows(working_folder: Path) -> None:
    """Remove the rows that dlt leaves in its working folder and will never look at again.

    Packages that are over keep theirs when the process was killed before its clean-up (or dlt did
    none yet); an extraction that was broken off keeps what it had read, under a random name. What
    is pending (`normalize/extracted`, `load/new`, `load/normalized`) stays: it has yet to land.
    """
    over = list(working_folder.glob("load/loaded/*/*_jobs"))
    broken_off = [
        path
        for path in working_folder.glob("normalize/*")
        if path.is_dir() and path.name != "extracted"
    ]
    for folder in over + broken_off:
        shutil.rmtree(folder)


def _rows(pipeline: "Pipeline", info: "LoadInfo | None") -> list[tuple[str, int]]:
    if info is None:
        # Nothing was there to land after all: dlt forgets a first package, cursor and all, when the
        # run that made it was killed before anything landed.
        return []
    info.raise_on_failed_jobs()
    trace = pipeline.last_trace
    counts = trace.last_normalize_info.row_counts if trace and trace.last_normalize_info else {}
    return [(table, count) for table, count in counts.items() if not table.startswith("_dlt")]


def _root(error: BaseException) -> SourceError | None:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, SourceError):
        cause = cause.__cause__ or cause.__context__
    return cause


def _unexpected(name: str, error: BaseException) -> SourceError | None:
    """A connector that stumbled over a record, in the house's words; None for anything else.

    What Python says of it is left out, for it quotes the record.
    """
    from dlt.extract.exceptions import ResourceExtractionError

    resource, cause = "", error
    while cause.__cause__ or cause.__context__:
        if isinstance(cause, ResourceExtractionError):
            resource = cause.pipe_name
        cause = cause.__cause__ or cause.__context__ or cause
    if not resource or not isinstance(cause, _STUMBLES):
        return None
    found = extract_tb(cause.__traceback__)
    frames = [frame for frame in found if Path(frame.filename).is_relative_to(ROOM)]
    at = ""
    if frames:
        at = f" at {Path(frames[-1].filename).relative_to(ROOM)}:{frames[-1].lineno}"
    return SourceError(
        name,
        resource,
        f"a record is not what the connector takes it for ({type(cause).__name__}{at})",
        f"nothing was kept; compare it with connectors/{name}/README.md and mend the connector",
    )


def complete_loads(source: str) -> list[str]:
    """Load ids that landed whole, oldest first. A package still being written is not among them."""
    marks = (settings().landing / source / "_dlt_loads").glob("*.jsonl")
    return sorted(mark.stem.split("__", 1)[1] for mark in marks)


def completion_mark(source: str, load_id: str) -> Path:
    """The file by which dlt says that a load landed whole."""
    return settings().landing / source / "_dlt_loads" / f"{source}__{load_id}.jsonl"
