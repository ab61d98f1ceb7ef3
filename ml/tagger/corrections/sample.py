"""Texts for people to look at, put into the file of corrections beside what the model says."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from ml.tagger.corrections.applied import Tags, decisions
from ml.tagger.corrections.file import COLUMNS, rows_of, write
from ml.tagger.labels import SIGNALS
from ml.tagger.tag_warehouse import TEXTS, NotUnified

Drawn = Literal["random", "unsure"]

_ORDERS = {
    # Always the same order, which has nothing to do with what a text says: the first so many that
    # nobody has looked at are a random sample, however often one asks.
    "random": "md5('to look at ' || tags.text_hash)",
    # The tagger does not read a language it does not know, and learns nothing from it.
    "unsure": "not tags.language_supported, tags.confidence, tags.text_hash",
}


@dataclass(frozen=True)
class Drawing:
    """Texts put into the file now, and those that wait there from before."""

    added: int
    waiting: int


def in_words(tags: Tags) -> str:
    """What tags say in one line: `negative, refund_return, complaint 0.91, high urgency`."""
    found = decisions(tags)
    signals = [f"{s} {tags[s]:.2f}" for s in SIGNALS if found[s] == "yes"]
    own = [tags["own_topic"]] if tags.get("own_topic") else []
    return ", ".join(
        [found["sentiment"], found["topic"], *own, *signals, f"{found['urgency']} urgency"]
    )


def draw(connection: duckdb.DuckDBPyConnection, path: Path, count: int, drawn: Drawn) -> Drawing:
    """Add up to `count` texts that are not in the file yet; what stands there stays.

    Args:
        drawn: `random` tells how often the tagger is right; `unsure` finds what teaches it most.

    Raises:
        NotUnified: nothing is tagged yet.
        BadCorrection: the file there is no file of corrections.
    """
    header, numbered = rows_of(path)
    rows = [row for _, row in numbered]
    known = {row["text_hash"] for row in rows}
    try:
        found = connection.sql(
            f"""
            with texts as ({TEXTS})
            select tags.*, topics.topic as own_topic, redacted.redacted_text as text
            from ml.message_tags as tags
            inner join texts on tags.text_hash = texts.text_hash
            inner join ml.models_in_use as tagger
                on tagger.model = 'tagger' and tags.model_version = tagger.version
            inner join ml.redacted_texts as redacted on tags.text_hash = redacted.text_hash
            left join ml.models_in_use as own on own.model = 'own_topics'
            left join ml.message_topics as topics
                on tags.text_hash = topics.text_hash and topics.head_version = own.version
            where trim(redacted.redacted_text) <> ''
            order by {_ORDERS[drawn]}
            limit {len(known) + count:d}
            """
        ).to_arrow_table()
    except duckdb.CatalogException as error:
        raise NotUnified(f"{str(error).splitlines()[0]}; run `heedline run` first") from None
    new = [tags for tags in found.to_pylist() if tags["text_hash"] not in known][:count]
    waiting = [row for row in rows if not any(row.get(name) for name in COLUMNS[5:])]
    added = [
        {
            "text_hash": tags["text_hash"],
            "drawn": drawn,
            "text": tags["text"],
            "model_version": tags["model_version"],
            "model_says": in_words(tags),
        }
        for tags in new
    ]
    write(path, header, [*rows, *added])
    return Drawing(len(added), len(waiting))
