"""A head answered by another checkpoint: the version, and the places that tag.

What scores texts is made up here; real checkpoints are in test_swap_real.py.
"""

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import heedline
from commands import evaluate_tagger
from ml.tagger import model, predict
from ml.tagger.labels import HEADS, columns
from ml.tagger.own_topics import head as own_topics
from ml.tagger.own_topics.words import learn
from ml.tagger.swap import checkpoint as swap_checkpoint
from ml.tagger.swap import heads as swap
from ml.tagger.swap import scorer as swap_scorer
from ml.tagger.tag_warehouse import tag_warehouse
from ml.tagger.training.examples import source_examples
from tests.ml.tagger.swap_files import MOODS, checkpoint, config, sigmoid, softmax
from tests.ml.tagger.test_tag_warehouse import MESSAGES
from warehouse.duck import warehouse
from warehouse.settings import settings

TEXTS = ["where is my order", "I am leaving you, this is awful", "thank you, that was quick"]


class Scorer:
    """Logits that a text's length decides, so that the oracle can tell them."""

    def __init__(self, slot, folder: Path, labels: int) -> None:
        self.labels = labels

    def __call__(self, texts: list[str]) -> np.ndarray:
        return np.array([logits(text, self.labels) for text in texts]).reshape(-1, self.labels)


def logits(text: str, labels: int) -> list[float]:
    return [math.sin(len(text) * (n + 1)) * 3 for n in range(labels)]


@pytest.fixture
def _scored(monkeypatch) -> None:
    monkeypatch.setattr(swap_checkpoint, "need_torch", lambda file: None)
    monkeypatch.setattr(swap_scorer, "Scorer", Scorer)


@pytest.mark.usefixtures("_scored")
def test_only_what_is_swapped_changes() -> None:
    before = model.load()
    checkpoint("ours", ["no", "yes"])
    checkpoint("moods", list(MOODS))
    config(
        {
            "signals.complaint": {"checkpoint": "ours", "labels": {"yes": "complaint"}},
            "sentiment": {"checkpoint": "moods", "labels": MOODS},
        }
    )
    after = model.load()
    own, mixed = before.probabilities(TEXTS), after.probabilities(TEXTS)
    for head in ("topics", "urgency"):
        assert np.array_equal(own[head], mixed[head])
    kept = [HEADS["signals"].index(s) for s in HEADS["signals"] if s != "complaint"]
    assert np.array_equal(own["signals"][:, kept], mixed["signals"][:, kept])
    complaint = [softmax(logits(text, 2))[1] for text in TEXTS]
    assert mixed["signals"][:, 1] == pytest.approx(complaint, abs=1e-6)
    moods = np.array([softmax(logits(text, 3)) for text in TEXTS])
    assert mixed["sentiment"] == pytest.approx(moods, abs=1e-6)
    assert after.probabilities([])["sentiment"].size == 0
    rows = predict.tag_texts(TEXTS).to_pylist()
    for row, mood in zip(rows, moods, strict=True):
        assert row["sentiment"] == HEADS["sentiment"][int(mood.argmax())]
        assert row["sentiment_score"] == pytest.approx(mood[2] - mood[0], abs=1e-4)
        assert row["model_version"] == after.version


@pytest.mark.usefixtures("_scored")
def test_swapped_topics_are_listed_from_their_own_threshold() -> None:
    labels = {"a": "billing_payment", "b": "outage", "c": "praise"}
    checkpoint("ours", list(labels), problem_type="multi_label_classification")
    entry = {"checkpoint": "ours", "labels": labels, "without": "rest"}
    p = {mine: sigmoid(x) for mine, x in zip(labels.values(), logits(TEXTS[0], 3), strict=True)}
    for threshold in (0.05, 0.95, None):
        config({"topics": entry if threshold is None else {**entry, "threshold": threshold}})
        (row,) = predict.tag_texts(TEXTS[:1]).to_pylist()
        best = max(p, key=p.get)
        listed = {topic for topic, value in p.items() if value >= (threshold or 0.5)} | {best}
        assert row["topic"] == best
        assert set(json.loads(row["topics"])) == listed


@pytest.mark.usefixtures("_scored")
def test_the_version_follows_checkpoint_and_mapping_and_nothing_else() -> None:
    plain = model.load().version
    folder = checkpoint("moods", [*MOODS, "mixed"])
    entry = {"checkpoint": "moods", "labels": MOODS}

    def version(**told) -> str:
        config({"sentiment": {**entry, **told}})
        return model.load().version

    first = version()
    name, _, digest = first.rpartition("-")
    assert name == f"{plain}+sentiment:moods"
    assert len(digest) == 8
    assert version() == version(batch=7) == first
    assert version(checkpoint=str(folder)) == first
    other = {version(labels={**MOODS, "mixed": "neutral"}), version(max_tokens=64)}
    swap._loaded.cache_clear()  # as in another process
    (folder / "model.safetensors").write_bytes(b"trained further")
    assert len({first, version(), *other}) == 4
    config({})
    assert model.load().version == plain
    (settings().root / "tagger.yml").unlink()
    assert model.load().version == plain


@pytest.mark.usefixtures("_scored")
def test_a_swap_tags_the_warehouse_anew_and_taken_back_the_old_tags_are_in_use() -> None:
    with warehouse() as connection:
        connection.execute(MESSAGES)

    def in_use() -> list[tuple]:
        with warehouse(read_only=True) as connection:
            return connection.execute("select version from ml.models_in_use").fetchall()

    first = tag_warehouse()
    checkpoint("moods", list(MOODS))
    config({"sentiment": {"checkpoint": "moods", "labels": MOODS}})
    second = tag_warehouse()
    assert (first.tagged, second.tagged, second.already) == (4, 4, 0)
    assert in_use() == [(second.model_version,)]
    (settings().root / "tagger.yml").unlink()
    third = tag_warehouse()
    assert (third.tagged, third.already) == (0, 4)
    assert in_use() == [(first.model_version,)]
    with warehouse(read_only=True) as connection:
        kept = connection.execute(
            "select model_version, count(*) from ml.message_tags group by all order by 1"
        ).fetchall()
    assert kept == [(first.model_version, 4), (second.model_version, 4)]


@pytest.mark.usefixtures("_scored")
def test_a_swap_leaves_a_companys_own_topics_as_they_are() -> None:
    own = own_topics.Head(
        version="own-topics-1",
        tagger_version=model.load().version,
        topics={"points": ["where are my points"]},
        words=learn([]),
        weights=np.eye(2, 384, dtype=np.float32),
        bias=np.zeros(2, dtype=np.float32),
        cut=0.0,
        score=own_topics.Score(1, 1, 1, 1, 1),
    )
    own_topics.save(own, own_topics.folder())
    checkpoint("moods", list(MOODS))
    config({"sentiment": {"checkpoint": "moods", "labels": MOODS}})
    (row,) = predict.tag_texts(TEXTS[:1]).to_pylist()
    assert row["model_version"] == f"{model.load().version}+own-topics-1"
    mood = softmax(logits(TEXTS[0], 3))
    assert row["sentiment_score"] == pytest.approx(mood[2] - mood[0], abs=1e-4)


@pytest.mark.usefixtures("_scored")
def test_evaluation_measures_the_checkpoint(monkeypatch, tmp_path) -> None:
    own = [e for e in source_examples(tmp_path, "own") if e.text][::20]
    monkeypatch.setattr(evaluate_tagger, "all_examples", lambda _: own)
    checkpoint("moods", list(MOODS))
    config({"sentiment": {"checkpoint": "moods", "labels": MOODS}})
    ask = ["evaluate", "tagger", "--data", str(tmp_path), "--no-speed", "--json"]
    shown = CliRunner().invoke(heedline.app, ask)
    assert shown.exit_code == 0, shown.output
    told = json.loads(shown.stdout)
    assert "+sentiment:moods-" in told["model"]
    (found,) = [
        line["value"]
        for line in told["views"]["home ground"]
        if (line["texts"], line["head"], line["measure"]) == ("own", "sentiment", "macro-recall")
    ]
    place, right = columns("sentiment"), {0: [], 1: [], 2: []}
    for e in own:
        if e.split == "test" and not np.isnan(e.targets[place]).any():
            wanted = int(e.targets[place].argmax())
            right[wanted].append(int(np.argmax(logits(e.text, 3))) == wanted)
    assert found == pytest.approx(np.mean([np.mean(hits) for hits in right.values()]))
    (tmp_path / "float.onnx").touch()
    refused = CliRunner().invoke(heedline.app, [*ask, "--float", str(tmp_path / "float.onnx")])
    assert "leave out --float" in str(refused.exception)


@pytest.mark.usefixtures("_scored")
def test_a_file_is_tagged_and_its_tags_say_by_what(tmp_path) -> None:
    checkpoint("moods", list(MOODS))
    config({"sentiment": {"checkpoint": "moods", "labels": MOODS}})
    (tmp_path / "in.csv").write_text("id,body\n1,where is my order\n2,\n")
    ask = ["tag", "--input", str(tmp_path / "in.csv"), "--text-column", "body"]
    shown = CliRunner().invoke(heedline.app, [*ask, "--output", str(tmp_path / "out.jsonl")])
    assert shown.exit_code == 0, shown.output
    told, empty = map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())
    mood = softmax(logits("where is my order", 3))
    assert told["sentiment_score"] == pytest.approx(mood[2] - mood[0], abs=1e-4)
    assert (empty["sentiment"], empty["confidence"]) == ("neutral", 0.0)
    assert empty["model_version"] == told["model_version"] == model.load().version


def test_without_a_file_nothing_is_swapped() -> None:
    digest = hashlib.sha256((model.FOLDER / model.GRAPH).read_bytes()).hexdigest()
    assert model.load().version.endswith(digest[:8])
    assert model.load().swaps == ()
