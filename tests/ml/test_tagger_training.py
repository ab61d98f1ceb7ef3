"""The manifest says what is learnt from where; our own messages are labelled in our words."""

import json
import math

import pytest

from ml.tagger.examples import COLUMNS, OWN, BadManifest, manifest, source_examples, targets
from ml.tagger.labels import HEADS, SENTIMENTS, SIGNALS, TOPICS, URGENCIES
from ml.tagger.readers import READERS


def test_every_source_has_licence_reader_checksums_and_known_labels() -> None:
    for name, spec in manifest().items():
        assert spec["title"], name
        assert spec["licence"], name
        assert spec["reader"] in {*READERS, "own"}
        assert all(len(digest) == 64 for digest in spec["files"].values())
        for group in [*spec.get("groups", []), spec.get("default", {})]:
            assert set(group.get("topics", [])) <= set(TOPICS)
            assert {group.get("sentiment", "neutral")} <= set(SENTIMENTS)
            assert {group.get("urgency", "normal")} <= set(URGENCIES)
            for key in ("has", "lacks", "mask"):
                assert set(group.get(key, [])) <= set(SIGNALS), (name, group)


def test_own_messages_are_labelled_in_our_words_and_families_stay_whole() -> None:
    rows = [json.loads(line) for line in OWN.read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 300
    assert len({row["text"] for row in rows}) == len(rows)
    splits: dict[str, set[str]] = {}
    for row in rows:
        assert row["sentiment"] in SENTIMENTS
        assert row["topics"]
        assert set(row["topics"]) <= set(TOPICS)
        assert set(row["has"]) <= set(SIGNALS)
        assert row["urgency"] in URGENCIES
        splits.setdefault(row["family"], set()).add(row["split"])
    assert all(len(found) == 1 for found in splits.values())
    held = [row for row in rows if row["split"] == "test"]
    assert all(any(s in row["has"] for row in held) for s in SIGNALS)


def test_what_a_source_does_not_say_is_masked() -> None:
    vector = dict(
        zip(COLUMNS, targets({"sentiment": "negative"}, signals_known=False), strict=True)
    )
    assert vector["sentiment.negative"] == 1
    assert vector["sentiment.positive"] == 0
    assert all(math.isnan(vector[f"topics.{topic}"]) for topic in TOPICS)
    assert all(math.isnan(vector[f"signals.{signal}"]) for signal in SIGNALS)
    known = targets({"has": ["complaint"], "mask": ["churn_intent"]}, signals_known=True)
    vector = dict(zip(COLUMNS, known, strict=True))
    assert vector["signals.complaint"] == 1
    assert vector["signals.refund_request"] == 0
    assert math.isnan(vector["signals.churn_intent"])
    assert len(COLUMNS) == sum(map(len, HEADS.values()))


def test_a_missing_or_changed_source_is_named(tmp_path) -> None:
    with pytest.raises(BadManifest, match=r"sst5: .*missing"):
        list(source_examples(tmp_path, "sst5"))
    (tmp_path / "sst5").mkdir()
    (tmp_path / "sst5" / "sst_train.txt").write_text("__label__1\tbad\n")
    with pytest.raises(BadManifest, match=r"sst5: .*checksum"):
        list(source_examples(tmp_path, "sst5"))
    (example,) = source_examples(tmp_path, "sst5", check=False)
    assert example.targets[COLUMNS.index("sentiment.negative")] == 1
