"""People's answers in the warehouse: `ml.corrected_tags`, which stands in for the model's tags."""

import json
from typing import Any

import duckdb
import pyarrow as pa

from ml.tagger.corrections.file import Correction
from ml.tagger.labels import SIGNALS
from ml.tagger.predict import SCHEMA

_SCORES = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}

Tags = dict[str, Any]
"""A row of `ml.message_tags`, with `own_topic`."""

CORRECTED = SCHEMA.append(pa.field("own_topic", pa.string())).append(
    pa.field("is_corrected", pa.bool_())
)


def decisions(tags: Tags) -> dict[str, str]:
    """What tags come to in a person's words, by field."""
    return {
        "sentiment": tags["sentiment"],
        "topic": tags["topic"],
        **{signal: "yes" if tags[signal] >= 0.5 else "no" for signal in SIGNALS},
        "urgency": tags["urgency"],
    }


def wanted(correction: Correction, shown: Tags | None) -> dict[str, str]:
    """What a person says of a text: their words, and what they left standing of what was shown."""
    confirmed = decisions(shown) if correction.is_checked and shown is not None else {}
    return confirmed | correction.says


def corrected(tags: Tags, says: dict[str, str]) -> Tags:
    """Tags with a person's answers in place of the model's.

    Where both come to the same the model's number stays: it is finer than a yes.
    """
    differing = {k: v for k, v in says.items() if decisions(tags).get(k) != v}
    row = dict(tags)
    if sentiment := differing.get("sentiment"):
        row |= {"sentiment": sentiment, "sentiment_score": _SCORES[sentiment]}
    if topic := differing.get("topic"):
        others = [t for t in json.loads(tags["topics"]) if t not in (topic, tags["topic"])]
        row |= {"topic": topic, "topics": json.dumps([topic, *others])}
    row |= {signal: float(differing[signal] == "yes") for signal in SIGNALS if signal in differing}
    row |= {"urgency": differing.get("urgency", tags["urgency"])}
    if "own_topic" in says:
        row["own_topic"] = None if says["own_topic"] == "none" else says["own_topic"]
    row["is_corrected"] = True
    return row


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Tags]:
    rows: list[Tags] = connection.sql(query).to_arrow_table().to_pylist()
    return rows


def shown(
    connection: duckdb.DuckDBPyConnection, corrections: list[Correction]
) -> dict[str, Tags | None]:
    """By text: the tags that the person saw, None where that version's are not kept."""
    keys = pa.table(
        {
            "text_hash": pa.array([c.text_hash for c in corrections], pa.string()),
            "model_version": pa.array([c.model_version for c in corrections], pa.string()),
        }
    )
    connection.register("looked_at", keys)
    rows = _rows(
        connection,
        "select tags.* from ml.message_tags as tags "
        "inner join looked_at using (text_hash, model_version)",
    )
    connection.unregister("looked_at")
    found = {row["text_hash"]: row for row in rows}
    return {c.text_hash: found.get(c.text_hash) for c in corrections}


def apply(connection: duckdb.DuckDBPyConnection, corrections: list[Correction]) -> int:
    """Write `ml.corrected_tags` anew; the number of texts of which people say something.

    A text whose correction was taken back keeps a row, with the model's own tags: the marts
    find by it what they have to put right. Texts that no one wrote (any more) get none.
    """
    before = {
        h for (h,) in connection.execute("select text_hash from ml.corrected_tags").fetchall()
    }
    by_hash = {c.text_hash: c for c in corrections}
    seen = shown(connection, corrections)
    listed = pa.table({"text_hash": pa.array(sorted(before | set(by_hash)), pa.string())})
    connection.register("listed", listed)
    tagged = _rows(
        connection,
        """
        select tags.*, topics.topic as own_topic, false as is_corrected
        from ml.message_tags as tags
        inner join ml.models_in_use as tagger
            on tagger.model = 'tagger' and tags.model_version = tagger.version
        inner join listed on tags.text_hash = listed.text_hash
        left join ml.models_in_use as own on own.model = 'own_topics'
        left join ml.message_topics as topics
            on tags.text_hash = topics.text_hash and topics.head_version = own.version
        order by tags.text_hash
        """,
    )
    connection.unregister("listed")
    rows = [
        corrected(tags, wanted(by_hash[tags["text_hash"]], seen[tags["text_hash"]]))
        if tags["text_hash"] in by_hash
        else tags
        for tags in tagged
    ]
    connection.register("corrected", pa.Table.from_pylist(rows, schema=CORRECTED))
    connection.execute("delete from ml.corrected_tags")
    connection.execute("insert into ml.corrected_tags by name select * from corrected")
    connection.unregister("corrected")
    return sum(row["is_corrected"] for row in rows)
