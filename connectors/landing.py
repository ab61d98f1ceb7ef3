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

from connectors import repull, turns
from connectors.contract import ROOM, SourceError
from connectors.remembered import remembered
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
    with turns.extracting(name):
        doubted, pipeline = repull.asked(name), _pipeline(name)
        landed = _land(name, pipeline, source, doubted)
        repull.done(name, doubted)
    return landed


def land_window(name: str, source: "DltSource") -> Landed:
    """Extract a window (`connectors/windows.py`) into the same folder, with a working folder and
    state of its own: the cursors of the ordinary pull stay where they are.

    Raises:
        SourceError: as `land`.
    """
    with turns.extracting(name):
        return _land(name, _pipeline(name, "backfill"), source, frozenset())


def _land(name: str, pipeline: "Pipeline", source: "DltSource", anew: frozenset[str]) -> Landed:
    """What the last one left, then the source; the resources in `anew` without their cursors."""
    from dlt.pipeline.exceptions import PipelineStepFailed

    source.schema.remove_type_detection("iso_timestamp")
    working_folder = Path(pipeline.working_dir)
    _remove_rows(working_folder)
    rows: dict[str, int] = {}
    try:
        if pipeline.has_pending_data:
            rows.update(_rows(pipeline, pipeline.run(loader_file_format="parquet")))
        _forget_cursors(pipeline, source.schema.name, anew)
        for resource, count in _rows(pipeline, pipeline.run(source, loader_file_format="parquet")):
            rows[resource] = rows.get(resource, 0) + count
    except PipelineStepFailed as error:
        # What the source itself said, out of dlt's wrapping: one line a person can act on.
        said = _root(error) or _unexpected(name, error)
        if said is None:
            raise
        raise said from None
    finally:
        _remove_rows(working_folder)
    return Landed(name, rows)


def _pipeline(name: str, purpose: str = "landing") -> "Pipeline":
    import dlt

    return dlt.pipeline(
        f"{name}_{purpose}",
        pipelines_dir=str(settings().dlt),
        destination=dlt.destinations.filesystem(
            bucket_url=settings().landing.as_uri(),
            layout="{table_name}/{load_id}.{file_id}.{ext}",
        ),
        dataset_name=name,
    )


def _forget_cursors(pipeline: "Pipeline", source: str, doubted: frozenset[str]) -> None:
    """Let these resources begin at their start again; the warehouse knows the rows it has.

    What they know of deletions stays (`connectors/remembered.py`).
    """
    if doubted:
        with pipeline.managed_state() as state:
            kept: Any = state.get("sources", {}).get(source, {}).get("resources", {})
            for resource in doubted & kept.keys():
                kept[resource] = remembered(source, resource, kept[resource])


def working_folders() -> dict[Path, str]:
    """dlt's working folders of every source pulled so far, each with its source."""
    return {
        folder: folder.name.removesuffix(f"_{purpose}")
        for purpose in ("landing", "backfill")
        for folder in sorted(settings().dlt.glob(f"*_{purpose}"))
    }


def land_pending(name: str) -> bool:
    """Land what killed extractions of a source left, asking the source nothing; was there any?

    What is being extracted just now is waited for.
    """
    landed = False
    with turns.extracting(name):
        for folder in [folder for folder, source in working_folders().items() if source == name]:
            pipeline = _pipeline(name, folder.name.removeprefix(f"{name}_"))
            if pipeline.has_pending_data:
                _rows(pipeline, pipeline.run(loader_file_format="parquet"))
                landed = True
            _remove_rows(Path(pipeline.working_dir))
    return landed


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
