"""Tag texts: what each says by the model in use and, where a company has any, its own topics."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from ml.redaction.kinds import in_words
from ml.tagger import model
from ml.tagger.labels import SENTIMENTS, SIGNALS, TOPICS, URGENCIES
from ml.tagger.language import identify
from ml.tagger.own_topics import head as own_topics
from ml.tagger.runtime import Floats
from ml.tagger.text import normalise
from warehouse.settings import settings

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


Own = tuple[str | None, float]
"""A company's own topic (None: none of them) and the probability of the likeliest."""


class Said(NamedTuple):
    """What is said of some texts: built-in heads as `SCHEMA` without hash, and own topics."""

    tags: list[dict[str, Any]]
    own: list[Own]


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


def _answers(tagger: model.Model, heads: dict[str, Floats]) -> Iterator[dict[str, Any]]:
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


def say(tagger: model.Model, own: own_topics.Head | None, texts: list[str]) -> Said:
    """What up to CHUNK texts say, in their order.

    With own topics every text goes through the transformer: they stand on its embedding, which a
    cascade's student does not have.
    """
    clean = [normalise(in_words(text or "")) for text in texts]
    languages = [identify(text, tagger.vocabulary) for text in clean]
    known = [position for position, language in enumerate(languages) if language.is_supported]
    said = Said([_unknown(tagger) for _ in texts], [(None, 0.0)] * len(texts))
    if known:
        readable = [clean[position] for position in known]
        believed: list[Own] = [(None, 0.0)] * len(known)
        if own is None:
            heads = tagger.probabilities(readable, cascade=settings().tagger_cascade)
        else:
            heads, embeddings = tagger.answers(readable)
            believed = own.best(embeddings, tagger.pieces(readable))
        for place, tags, topic in zip(known, _answers(tagger, heads), believed, strict=True):
            said.tags[place], said.own[place] = tags, topic
    for tags, language in zip(said.tags, languages, strict=True):
        tags["model_version"] = tagger.version
        tags["language"] = language.code
        tags["language_supported"] = language.is_supported
    return said


def tag_texts(texts: Iterable[str]) -> pa.Table:
    """One row per text, in order, with the columns of `ml.message_tags`.

    Every text gets an answer: empty, foreign or unreadable ones the neutral one with
    `language_supported = false` and confidence 0; long ones are judged by beginning and end. A
    company's own topics lead the list of topics, and their version is part of the model's.
    """
    tagger, remaining = model.load(), iter(texts)
    own = own_topics.load(own_topics.folder(), tagger)
    chunks = []
    while chunk := list(islice(remaining, CHUNK)):
        tags, topics = say(tagger, own, chunk)
        for row, text, (topic, _) in zip(tags, chunk, topics, strict=True):
            row["text_hash"] = text_hash(text or "")
            if own is not None:
                row["model_version"] += f"+{own.version}"
            if topic is not None:
                row["topics"] = json.dumps([topic, *json.loads(row["topics"])])
        chunks.append(pa.Table.from_pylist(tags, schema=SCHEMA))
    return pa.concat_tables(chunks) if chunks else SCHEMA.empty_table()
