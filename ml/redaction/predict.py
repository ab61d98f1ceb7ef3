"""Redact texts: any iterable of them, or the warehouse's that this redactor has not redacted."""

import json
import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa

from ml.redaction.redact import Redaction, redact, redactor_version
from warehouse.duck import transaction, warehouse

log = logging.getLogger(__name__)

CHUNK = 4096
"""Most texts redacted and written together."""

CHUNK_CHARACTERS = 4_000_000
"""Most characters redacted and written together, but one text is never split."""

SCHEMA = pa.schema(
    [
        ("text_hash", pa.string()),
        ("redactor_version", pa.string()),
        ("redacted_text", pa.string()),
        ("findings", pa.string()),
    ]
)

_TEXTS = Path(__file__).with_name("texts.sql")


@dataclass(frozen=True)
class RedactReport:
    """Texts redacted now, texts redacted before, rows removed (an older redactor's, or of a text
    that is gone), placeholders put per kind, and how long it took."""

    redacted: int
    already: int
    removed: int
    findings: dict[str, int]
    seconds: float
    redactor_version: str


class NotUnified(RuntimeError):
    """The tables this step reads have not been built yet."""


def _rows(hashes: list[str], done: list[Redaction]) -> pa.Table:
    return pa.table(
        {
            "text_hash": pa.array(hashes, pa.string()),
            "redactor_version": pa.array([redactor_version()] * len(done), pa.string()),
            "redacted_text": pa.array([one.text for one in done], pa.string()),
            "findings": pa.array([json.dumps(one.findings) for one in done], pa.string()),
        },
        schema=SCHEMA,
    )


def redact_texts(texts: Iterable[str | None]) -> Iterator[Redaction]:
    """One answer per text, in order, lazily; nothing is known about who wrote them.

    None and "" are answered by "". Any other text is answered, however long or broken.
    """
    remaining = iter(texts)
    while chunk := list(islice(remaining, CHUNK)):
        yield from map(redact, chunk)


def _digits(number: str) -> str:
    return "".join(character for character in number if character.isdigit())


def _insert(writer: duckdb.DuckDBPyConnection, rows: pa.Table) -> None:
    """One chunk in a transaction of its own: a kill loses nothing that was finished."""
    writer.register("new_texts", rows)
    with transaction(writer):
        writer.execute("insert into ml.redacted_texts by name select * from new_texts")
    writer.unregister("new_texts")


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _prepare(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Make the temp table `unredacted`, in numbered pieces; drop rows nobody may read any more.

    Rows of another redactor go first: they hold what this one would have taken out. Returns the
    rows removed and the distinct texts there are.
    """
    try:
        connection.execute(_TEXTS.read_text())
    except duckdb.CatalogException as error:
        raise NotUnified(f"{str(error).splitlines()[0]}; run the `unify` step first") from None
    removed = connection.execute(
        "delete from ml.redacted_texts where redactor_version <> ? "
        "or text_hash not in (select text_hash from written_texts) returning 1",
        [redactor_version()],
    ).fetchall()
    connection.execute(
        f"""
        create or replace temp table unredacted as
        with pending as (
            select text_hash, text, people, numbers from written_texts
            where text_hash not in (select text_hash from ml.redacted_texts)
        )
        select
            *,
            floor(coalesce(sum(length(text) / {CHUNK_CHARACTERS} + 1.0 / {CHUNK}) over (
                order by text_hash rows between unbounded preceding and 1 preceding
            ), 0)) as piece
        from pending
        """
    )
    return len(removed), _count(connection, "select count(*) from written_texts")


def redact_warehouse() -> RedactReport:
    """Redact each distinct text that this redactor has not redacted; keep those it has.

    Texts are message bodies, survey comments, call transcripts and subjects, of customers and of
    agents. Their key is the md5 of the original text, as everywhere. The names and numbers of the
    contact a text is from or to are taken out too, as they are known when it is redacted.

    Raises:
        NotUnified: a table of `intermediate` that it reads does not exist.
    """
    started = time.monotonic()
    findings: Counter[str] = Counter()
    redacted = 0
    with warehouse() as connection:
        removed, distinct = _prepare(connection)
        pending = _count(connection, "select count(*) from unredacted")
        pieces = connection.execute(
            "select distinct piece from unredacted order by piece"
        ).fetchall()
        for (piece,) in pieces:
            chunk = connection.execute(
                "select text_hash, text, people, numbers from unredacted "
                "where piece = ? order by text_hash",
                [piece],
            ).fetchall()
            done = [
                redact(text, people or (), {_digits(number) for number in numbers or ()})
                for _, text, people, numbers in chunk
            ]
            _insert(connection, _rows([digest for digest, *_ in chunk], done))
            redacted += len(chunk)
            for one in done:
                findings.update(one.findings)
            log.info("redacted %d of %d texts", redacted, pending)
    return RedactReport(
        redacted,
        distinct - pending,
        removed,
        dict(sorted(findings.items())),
        round(time.monotonic() - started, 3),
        redactor_version(),
    )
