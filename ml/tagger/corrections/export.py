"""What people say, as training texts: JSON lines in the form of `ml/tagger/data`."""

import json
import os
from pathlib import Path

import duckdb

from ml.redaction.kinds import in_words
from ml.tagger.corrections.applied import shown, wanted
from ml.tagger.corrections.file import Correction
from ml.tagger.labels import SIGNALS


def training_rows(
    connection: duckdb.DuckDBPyConnection, corrections: list[Correction]
) -> list[dict[str, object]]:
    """One row per text in a language that the tagger reads: redacted text and what is known of it;
    signals nobody judged are masked."""
    seen = shown(connection, corrections)
    texts = {c.text_hash: c.text for c in corrections}
    texts |= dict(
        connection.execute(
            "select text_hash, redacted_text from ml.redacted_texts where text_hash in "
            "(select unnest(?))",
            [list(texts)],
        ).fetchall()
    )
    unread = connection.execute(
        "select text_hash from ml.message_tags group by text_hash "
        "having not bool_or(language_supported)"
    ).fetchall()
    left_out = {text_hash for (text_hash,) in unread}
    rows: list[dict[str, object]] = []
    for correction in corrections:
        says = wanted(correction, seen[correction.text_hash])
        row: dict[str, object] = {
            "text": in_words(texts[correction.text_hash]),
            "family": correction.text_hash,
            "split": "train",
            "has": [s for s in SIGNALS if says.get(s) == "yes"],
            "mask": [s for s in SIGNALS if s not in says],
        }
        if "topic" in says:
            row["topics"] = [says["topic"]]
        row |= {field: says[field] for field in ("sentiment", "urgency") if field in says}
        if row["text"] and correction.text_hash not in left_out:
            rows.append(row)
    return rows


def export(rows: list[dict[str, object]], target: Path) -> None:
    """Write the rows, whole or not at all."""
    staged = target.with_name(f".{target.name}.unfinished")
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    staged.write_text("".join(lines), encoding="utf-8")
    os.replace(staged, target)


def own_examples(corrections: list[Correction]) -> dict[str, list[str]]:
    """Texts to which people gave one of the company's own topics, by topic."""
    found: dict[str, list[str]] = {}
    for correction in corrections:
        topic = correction.says.get("own_topic", "none")
        if topic != "none" and correction.text:
            found.setdefault(topic, []).append(in_words(correction.text))
    return found
