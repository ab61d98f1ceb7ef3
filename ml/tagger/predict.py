"""Tag texts: any iterable of them, or those in the warehouse that this model has not tagged yet.

Of the warehouse's texts it reads the redacted form (`ml.redacted_texts`), never the original.
"""

import hashlib
import json
import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from ml.redaction.kinds import in_words
from ml.tagger import model
from ml.tagger.labels import SENTIMENTS, SIGNALS, TOPICS, URGENCIES
from ml.tagger.language import identify
from ml.tagger.text import normalise
from warehouse.duck import warehouse
from warehouse.settings import settings

log = logging.getLogger(__name__)

CHUNK = 4096
"""Texts tagged, sorted by length and written together; memory does not grow beyond one chunk."""

SCHEMA = pa.schema(
    [
        ("text_hash", pa.string()),
        ("model_version", pa.string()),
        ("sentiment", pa.string()),
        ("sentiment_score", pa.float64()),
        ("topic", pa.string()),
        ("topics", pa.string()),
        *((signal, pa.float64()) for signal in SIGNALS),
        ("urgency", pa.string()),
        ("language", pa.string()),
        ("language_supported", pa.bool_()),
        ("confidence", pa.float64()),
    ]
)


@dataclass(frozen=True)
class TagReport:
    """Texts tagged now, texts this model version had tagged before, and how long it took."""

    tagged: int
    already: int
    seconds: float
    model_version: str


class NotUnified(RuntimeError):
    """The tables this step reads have not been built yet."""


class NotRedacted(RuntimeError):
    """There are texts that still hold personal data; they are not read."""


def text_hash(text: str) -> str:
    """md5 of the UTF-8 text, as the warehouse computes it."""
    data = text.encode("utf-8", errors="replace")
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _unknown(tagger: model.Model) -> dict[str, Any]:
    """The answer where the model cannot tell: neutral, base rates, no confidence."""
    return {
        "sentiment": "neutral",
        "sentiment_score": 0.0,
        "topic": "other",
        "topics": "[]",
        **tagger.priors,
        "urgency": "normal",
        "confidence": 0.0,
    }


def _answers(tagger: model.Model, texts: list[str]) -> Iterator[dict[str, Any]]:
    heads = tagger.probabilities(texts, cascade=settings().tagger_cascade)
    cut = np.array([tagger.thresholds[topic] for topic in TOPICS])
    for sentiment, topics, signals, urgency in zip(
        heads["sentiment"], heads["topics"], heads["signals"], heads["urgency"], strict=True
    ):
        order = np.argsort(-topics, kind="stable")
        best = int(order[0])
        listed = [TOPICS[i] for i in order if topics[i] >= cut[i] or i == best]
        yield {
            "sentiment": SENTIMENTS[int(sentiment.argmax())],
            "sentiment_score": round(float(sentiment[2] - sentiment[0]), 4),
            "topic": TOPICS[best],
            "topics": json.dumps(listed),
            **{name: round(float(p), 4) for name, p in zip(SIGNALS, signals, strict=True)},
            "urgency": URGENCIES[int(urgency.argmax())],
            "confidence": round(float(sentiment.max() + topics[best]) / 2, 4),
        }


def _tag_chunk(tagger: model.Model, texts: list[str]) -> pa.Table:
    """Tags of up to CHUNK texts, in their order."""
    clean = [normalise(in_words(text or "")) for text in texts]
    languages = [identify(text, tagger.vocabulary) for text in clean]
    known = [position for position, language in enumerate(languages) if language.is_supported]
    rows = [_unknown(tagger) for _ in texts]
    if known:
        answers = _answers(tagger, [clean[position] for position in known])
        for position, answer in zip(known, answers, strict=True):
            rows[position] = answer
    for row, text, language in zip(rows, texts, languages, strict=True):
        row["text_hash"] = text_hash(text or "")
        row["model_version"] = tagger.version
        row["language"] = language.code
        row["language_supported"] = language.is_supported
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def tag_texts(texts: Iterable[str]) -> pa.Table:
    """One row per text, in order, with the columns of `ml.message_tags`.

    Every text gets an answer: empty, foreign or unreadable ones the neutral one with
    `language_supported = false` and confidence 0; long ones are judged by beginning and end.
    """
    tagger, remaining = model.load(), iter(texts)
    chunks = []
    while chunk := list(islice(remaining, CHUNK)):
        chunks.append(_tag_chunk(tagger, chunk))
    return pa.concat_tables(chunks) if chunks else SCHEMA.empty_table()


_TEXTS = """
    select text_hash from intermediate.int_messages
    where author_type = 'customer' and text_hash is not null
    union
    select comment_hash from intermediate.int_survey_responses
    where comment_hash is not null
"""


def _insert(writer: duckdb.DuckDBPyConnection, tags: pa.Table) -> None:
    """One chunk in a transaction of its own: a kill loses nothing that was finished."""
    writer.register("new_tags", tags)
    writer.begin()
    try:
        writer.execute("insert into ml.message_tags by name select * from new_tags")
        writer.commit()
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.unregister("new_tags")


def tag_warehouse() -> TagReport:
    """Tag each distinct customer text that has no tags of this model version; keep all others.

    What is read is the redacted text; tags are kept under the hash of the original.

    Raises:
        NotUnified: `intermediate.int_messages` or `int_survey_responses` does not exist.
        NotRedacted: a text to be tagged is not in `ml.redacted_texts`.
    """
    started = time.monotonic()
    tagger = model.load()
    tagged = 0
    with warehouse() as connection:
        try:
            connection.execute(
                f"""
                create or replace temp table untagged as
                with texts as ({_TEXTS})
                select texts.text_hash, min(redacted.redacted_text) as text from texts
                left join ml.redacted_texts as redacted on texts.text_hash = redacted.text_hash
                where texts.text_hash not in (
                    select text_hash from ml.message_tags where model_version = ?
                )
                group by texts.text_hash
                """,
                [tagger.version],
            )
            counted = connection.execute(
                f"select count(*), (select count(*) from untagged), "
                f"(select count(*) from untagged where text is null) from ({_TEXTS})"
            ).fetchone()
        except duckdb.CatalogException as error:
            raise NotUnified(f"{str(error).splitlines()[0]}; run the `unify` step first") from None
        distinct, pending, unredacted = counted or (0, 0, 0)
        if unredacted:
            raise NotRedacted(f"{unredacted} texts are not redacted; run the `redact` step first")
        while True:
            chunk = connection.execute(
                "select text_hash, text from untagged order by text_hash limit ? offset ?",
                [CHUNK, tagged],
            ).fetchall()
            if not chunk:
                break
            tags = _tag_chunk(tagger, [text for _, text in chunk])
            hashes = pa.array([digest for digest, _ in chunk], pa.string())
            _insert(connection, tags.set_column(0, "text_hash", hashes))
            tagged += len(chunk)
            log.info("tagged %d of %d texts", tagged, pending)
    seconds = round(time.monotonic() - started, 3)
    return TagReport(tagged, distinct - pending, seconds, tagger.version)
