"""Tag the texts in the warehouse that the models in use have not seen; what people correct wins.

It reads the redacted form of a text (`ml.redacted_texts`), never the original. Answers are kept by
text and model version: a new model's stand beside the old one's, and `ml.models_in_use` says whose
count once every text has them.
"""

import logging
import time
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from ml.tagger import model
from ml.tagger.corrections import applied, file
from ml.tagger.own_topics import head as own_topics
from ml.tagger.predict import CHUNK, SCHEMA, Said, say
from warehouse.duck import transaction, warehouse
from warehouse.settings import settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TagReport:
    """Texts tagged now, texts that had all answers before, how long it took, whose answers.

    `corrected`: texts of which people say otherwise. `own_topics`: version of the company's own
    topics, empty without any.
    """

    tagged: int
    already: int
    seconds: float
    model_version: str
    own_topics: str
    corrected: int


class NotUnified(RuntimeError):
    """The tables this step reads have not been built yet."""


class NotRedacted(RuntimeError):
    """There are texts that still hold personal data; they are not read."""


TEXTS = """
    select text_hash from intermediate.int_messages
    where author_type = 'customer' and text_hash is not null
    union
    select comment_hash from intermediate.int_survey_responses
    where comment_hash is not null
"""
"""The distinct texts that are tagged. Of agents and bots none is: no metric reads their mood."""

_PENDING = f"""
    create or replace temp table pending as
    with texts as ({TEXTS}),
    answered as (
        select
            texts.text_hash,
            tags.text_hash is not null as has_tags,
            $own = '' or topics.text_hash is not null as has_topics
        from texts
        left join ml.message_tags as tags
            on texts.text_hash = tags.text_hash and tags.model_version = $tagger
        left join ml.message_topics as topics
            on texts.text_hash = topics.text_hash and topics.head_version = $own
    )
    select answered.*, redacted.redacted_text as text from answered
    left join ml.redacted_texts as redacted on answered.text_hash = redacted.text_hash
    where not (has_tags and has_topics)
"""


def tag_warehouse() -> TagReport:
    """Give each distinct customer text the answers it lacks; keep all others; apply corrections.

    A kill loses at most the chunk at hand: each is one transaction.

    Raises:
        NotUnified: `intermediate.int_messages` or `int_survey_responses` does not exist.
        NotRedacted: a text to be tagged is not in `ml.redacted_texts`.
        BadCorrection: the file of corrections cannot be used.
        BadTopics: the company's own topics are incomplete.
    """
    started = time.monotonic()
    corrections = file.read(settings().corrections_file)
    tagger = model.load()
    own = own_topics.load(own_topics.folder(), tagger)
    versions = {"tagger": tagger.version, "own": own.version if own else ""}
    tagged = 0
    with warehouse() as connection:
        distinct, pending = _find(connection, versions)
        while chunk := connection.execute(
            "select text_hash, has_tags, has_topics, text from pending "
            "order by text_hash limit ? offset ?",
            [CHUNK, tagged],
        ).fetchall():
            _insert(connection, chunk, say(tagger, own, [row[3] for row in chunk]), versions["own"])
            tagged += len(chunk)
            log.info("tagged %d of %d texts", tagged, pending)
        with transaction(connection):
            connection.execute("delete from ml.models_in_use")
            for name, version in (("tagger", versions["tagger"]), ("own_topics", versions["own"])):
                if version:
                    connection.execute(
                        "insert into ml.models_in_use values (?, ?)", [name, version]
                    )
            corrected = applied.apply(connection, corrections)
    seconds = round(time.monotonic() - started, 3)
    own_version = versions["own"]
    return TagReport(tagged, distinct - pending, seconds, tagger.version, own_version, corrected)


def _find(connection: duckdb.DuckDBPyConnection, versions: dict[str, str]) -> tuple[int, int]:
    """Put texts without answers into the temporary table `pending`: (all texts, pending ones)."""
    try:
        connection.execute(_PENDING, versions)
    except duckdb.CatalogException as error:
        raise NotUnified(f"{str(error).splitlines()[0]}; run the `unify` step first") from None
    (distinct, pending, unredacted), *_ = connection.execute(
        f"select count(*), (select count(*) from pending), "
        f"(select count(*) from pending where text is null) from ({TEXTS})"
    ).fetchall()
    if unredacted:
        raise NotRedacted(f"{unredacted} texts are not redacted; run the `redact` step first")
    return distinct, pending


def _insert(
    connection: duckdb.DuckDBPyConnection,
    chunk: list[tuple[str, bool, bool, str]],
    said: Said,
    own_version: str,
) -> None:
    tags = [
        {**tags, "text_hash": text_hash}
        for (text_hash, has_tags, *_), tags in zip(chunk, said.tags, strict=True)
        if not has_tags
    ]
    topics = [
        {"text_hash": row[0], "head_version": own_version, "topic": topic, "probability": likely}
        for row, (topic, likely) in zip(chunk, said.own, strict=True)
        if not row[2]
    ]
    with transaction(connection):
        for table, rows, schema in (
            ("ml.message_tags", tags, SCHEMA),
            ("ml.message_topics", topics, _TOPICS),
        ):
            connection.register("new_rows", pa.Table.from_pylist(rows, schema=schema))
            connection.execute(f"insert into {table} by name select * from new_rows")
            connection.unregister("new_rows")


_TOPICS = pa.schema(
    [
        ("text_hash", pa.string()),
        ("head_version", pa.string()),
        ("topic", pa.string()),
        ("probability", pa.float64()),
    ]
)
