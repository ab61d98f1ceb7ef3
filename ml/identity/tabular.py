"""A file of people in, a file of who is who out: what `heedline link` does."""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from ml.identity import engine
from ml.identity.aliases import MULTIPLE, match
from ml.identity.functions import scalar
from ml.identity.pairs_file import BadPeopleFile, read_decisions, write_review
from warehouse.durable import sync
from warehouse.settings import settings

_READERS = {
    ".csv": "read_csv({file}, all_varchar = true, header = true, null_padding = false)",
    ".tsv": "read_csv({file}, all_varchar = true, header = true, delim = '\t')",
    ".parquet": "read_parquet({file})",
    ".jsonl": "read_json({file}, format = 'newline_delimited')",
    ".ndjson": "read_json({file}, format = 'newline_delimited')",
}
_WRITERS = {
    ".csv": "format csv, header",
    ".tsv": "format csv, header, delimiter '\t'",
    ".parquet": "format parquet",
    ".jsonl": "format json",
    ".ndjson": "format json",
}


@dataclass(frozen=True)
class LinkedFile:
    """What `link` found. `sizes`: records of each cluster with more than one, largest first."""

    records: int
    clusters: int
    sizes: tuple[int, ...]
    to_review: int
    unused_columns: tuple[str, ...]
    seconds: float
    model_version: str


def _quoted(text: str, sign: str = '"') -> str:
    return sign + text.replace(sign, sign * 2) + sign


def _reader(source: Path) -> str:
    if source.suffix.lower() not in _READERS:
        raise BadPeopleFile(f"{source}: unknown kind of file; use one of {', '.join(_READERS)}")
    if not source.is_file():
        raise BadPeopleFile(f"{source}: no such file")
    if source.stat().st_size == 0:
        raise BadPeopleFile(f"{source}: the file is empty; its first line must name the columns")
    return _READERS[source.suffix.lower()].format(file=_quoted(str(source), "'"))


def _read(connection: duckdb.DuckDBPyConnection, source: Path) -> tuple[str, ...]:
    """Create temporary `people` (row, record_id, known columns); returns the headers that were not
    used."""
    reader = _reader(source)
    try:
        described = connection.execute(f"describe select * from {reader}").fetchall()
        headers = [str(row[0]) for row in described]
        types = {str(row[0]): str(row[1]) for row in described}
        known, unused = match(headers)
        if "record_id" not in known:
            raise BadPeopleFile(
                f"{source}: no column record_id (or unique_id, rec_id, id) among: "
                f"{', '.join(headers)}"
            )
        selected = []
        for column, names in known.items():
            texts = [
                f"{_quoted(name)}::varchar[]"
                if types[name].endswith("[]")
                else f"[trim({_quoted(name)}::varchar)]"
                for name in names
            ]
            if column in MULTIPLE:
                whole = f"list_filter({' || '.join(texts)}, lambda v: v is not null and v <> '')"
                split = "[;|]" if column == "phones" else "[;,|]"
                selected.append(
                    f"flatten(list_transform({whole}, lambda v: string_split_regex(v, '{split}'))) "
                    f"as {column}"
                )
            else:
                selected.append(
                    f"nullif({texts[0].removeprefix('[').removesuffix(']')}, '') as {column}"
                )
        connection.execute(
            f"create temp table people as select row_number() over () as row, "
            f"{', '.join(selected)} from {reader}"
        )
    except duckdb.Error as error:
        message = " ".join(str(error).split())[:300]
        raise BadPeopleFile(f"{source}: cannot be read as a table of people: {message}") from None
    empty = scalar(connection, "select min(row) from people where record_id is null")
    if empty is not None:
        raise BadPeopleFile(f"{source}, row {empty}: record_id is empty; give every row an id")
    return tuple(unused)


def _replace(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    """Write `query` to `target` whole or not at all."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        connection.execute(
            f"copy ({query}) to {_quoted(str(beside), chr(39))} ({_WRITERS[target.suffix.lower()]})"
        )
        sync(beside)
        os.replace(beside, target)
        sync(target.parent)
    except (duckdb.Error, OSError) as error:
        raise BadPeopleFile(
            f"{target}: cannot be written: {' '.join(str(error).split())}"
        ) from None
    finally:
        beside.unlink(missing_ok=True)


def link(
    source: Path,
    target: Path,
    *,
    review: Path | None = None,
    decisions: Path | None = None,
    today: date | None = None,
    say: Callable[[str], object] = lambda _: None,
) -> LinkedFile:
    """Read a table of people, find out who is who, write record_id, customer_id, confidence in the
    order of the input.

    Rows with the same record_id are one contact. A customer_id is the smallest record_id of its
    cluster.

    Args:
        source, target: CSV, TSV, Parquet or JSON lines, by extension.
        review: also write the pairs that a person should decide on, as a CSV that `decisions`
        reads once filled in.
        today: dates of birth after it are unknown.
        say: is told what is done, a line at a time.

    Raises:
        BadPeopleFile: one line that names the file and the remedy.
    """
    start = time.monotonic()
    if target.suffix.lower() not in _WRITERS:
        raise BadPeopleFile(f"{target}: unknown kind of file; use one of {', '.join(_WRITERS)}")
    if not target.parent.is_dir():
        raise BadPeopleFile(f"{target}: there is no folder {target.parent}")
    said = read_decisions(decisions) if decisions else []
    limits = settings()
    with tempfile.TemporaryDirectory(prefix="heedline-link-") as folder:
        connection = duckdb.connect(
            str(Path(folder, "link.duckdb")),
            config={
                "threads": limits.threads,
                "memory_limit": limits.memory_limit,
                "temp_directory": folder,
            },
        )
        try:
            unused = _read(connection, source)
            if unused:
                say(f"not used: {', '.join(unused)}")
            rows = scalar(connection, "select count(*) from people")
            say(f"{rows:,} rows read; normalising")
            engine.prepare(connection, "people", "prepared", today=today)
            say("training the model on these records")
            model = engine.train(connection, "prepared")
            say("comparing")
            engine.score(connection, model, "prepared", "pairs")
            say("clustering")
            engine.cluster(connection, model, "prepared", "pairs", said, "clusters")
            _replace(
                connection,
                "select people.record_id, cluster_id as customer_id, confidence "
                "from people join clusters using (record_id) order by row",
                target,
            )
            if review:
                write_review(connection, review)
            sizes = connection.execute(
                "select count(*) as size, count(*) over () from clusters group by cluster_id order "
                "by size desc"
            ).fetchall()
            return LinkedFile(
                records=int(rows),
                clusters=len(sizes),
                sizes=tuple(int(size) for size, _ in sizes if size > 1),
                to_review=int(
                    scalar(
                        connection, "select count(*) from pairs where status in ('review', 'cut')"
                    )
                ),
                unused_columns=unused,
                seconds=time.monotonic() - start,
                model_version=model.version,
            )
        finally:
            connection.close()
