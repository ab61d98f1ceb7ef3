"""The manifest says what is learnt from where; our own messages are labelled in our words."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.tagger import student
from ml.tagger.evaluate import metrics
from ml.tagger.labels import COLUMNS, HEADS, SENTIMENTS, SIGNALS, TOPICS, URGENCIES
from ml.tagger.model import FOLDER
from ml.tagger.training import batches, prepare
from ml.tagger.training.examples import (
    OWN,
    BadManifest,
    Example,
    bare,
    manifest,
    own_rows,
    source_examples,
    targets,
)
from ml.tagger.training.readers import READERS
from ml.tagger.training.runs import OWN_LEFT_OUT, PUBLIC_LEFT_OUT, RELEASED, plan, unseen

VOCABULARY = FOLDER / "tokenizer.json"


def test_every_source_has_licence_reader_checksums_and_known_labels() -> None:
    for name, spec in manifest().items():
        assert spec["title"], name
        assert spec["licence"], name
        assert spec["reader"] in {*READERS, "own"}
        assert spec["epoch"] > 0
        assert spec.get("intents", "one") in {"one", "several"}
        assert all(len(digest) == 64 for digest in spec["files"].values())
        for group in [*spec.get("groups", []), spec.get("default", {})]:
            assert set(group.get("topics", [])) <= set(TOPICS)
            assert {group.get("sentiment", "neutral")} <= set(SENTIMENTS)
            assert {group.get("urgency", "normal")} <= set(URGENCIES)
            for key in ("has", "lacks", "mask"):
                assert set(group.get(key, [])) <= set(SIGNALS), (name, group)


def test_own_messages_are_labelled_in_our_words_and_families_stay_whole() -> None:
    rows = [row for _, row in own_rows()]
    assert len(rows) >= 1_500
    assert max(Counter(bare(row["text"]) or row["text"] for row in rows).values()) == 1
    splits: dict[str, set[str]] = {}
    for row in rows:
        assert row["sentiment"] in SENTIMENTS
        assert row["topics"]
        assert set(row["topics"]) <= set(TOPICS)
        assert {*row["has"], *row.get("mask", [])} <= set(SIGNALS)
        assert not set(row["has"]) & set(row.get("mask", []))
        assert row["urgency"] in URGENCIES
        splits.setdefault(row["family"], set()).add(row["split"])
    assert all(len(found) == 1 for found in splits.values())
    for file in {file for file, _ in own_rows()}:
        held = [row for name, row in own_rows() if name == file and row["split"] == "test"]
        assert {row["sentiment"] for row in held} == set(SENTIMENTS), file


def test_our_own_files_are_each_left_out_once() -> None:
    files = {f"own/{path.stem}" for path in OWN.glob("*.jsonl")}
    left = [f"own/{file}" for names in OWN_LEFT_OUT.values() for file in names]
    assert sorted(left) == sorted(files)
    assert {*manifest()} - {"own"} == {*PUBLIC_LEFT_OUT}


def test_what_is_released_is_the_mean_of_runs_that_saw_all_and_the_rest_tells_how_good() -> None:
    trained, means = plan()
    names = [run.name for run in trained]
    assert len(set(names)) == len(names)
    assert all(mean.mean_of and {*mean.mean_of} <= {*names} for mean in means)
    released = next(mean for mean in means if mean.name == RELEASED)
    sources = {run.name: run.arguments for run in trained}
    assert all("--leave-out" not in sources[name] for name in released.mean_of)


def test_answers_about_unseen_sources_are_found_by_the_plan_s_own_names(tmp_path) -> None:
    trained, means = plan()
    for run in [*trained, *means]:
        (tmp_path / run.name).mkdir()
        (tmp_path / run.name / "logits.npz").touch()
    found = [file.parent.name for file in unseen(tmp_path)]
    assert len(found) == len(OWN_LEFT_OUT) + len(PUBLIC_LEFT_OUT)
    assert not {*found} & {RELEASED, "network_1"}
    (tmp_path / "without_semeval_1" / "logits.npz").unlink()
    assert len(unseen(tmp_path)) == len(found) - 1


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


def test_what_a_source_holds_out_is_never_trained_on(tmp_path) -> None:
    (tmp_path / "sst5").mkdir()
    train, dev = (tmp_path / "sst5" / f"sst_{part}.txt" for part in ("train", "dev"))
    train.write_text("".join(f"__label__1\ttext {a}{b}\n" for a in "pqrstu" for b in "vwxyz"))
    dev.write_text("__label__5\tText: QX!\n__label__1\tanother\n")
    splits = {e.text: e.split for e in source_examples(tmp_path, "sst5", check=False)}
    assert splits["another"] == splits["text qx"] == "test"
    assert Counter(splits.values())["test"] == 2


def example(text: str, split: str, source: str = "sst5") -> Example:
    return Example(source, text, targets({}, signals_known=False), 1.0, split, ())


def test_near_duplicates_of_held_out_texts_are_left_out_of_training() -> None:
    held = example("my parcel has not arrived and nobody answers the phone", "test")
    near = example("My parcel hasn't arrived and nobody answers the phone!", "train")
    far = example("the soup was cold", "train")
    elsewhere = example(near.text, "train", source="semeval")
    kept, counts = prepare.without_near_duplicates([held, near, far, elsewhere])
    assert kept == [held, far, elsewhere]
    assert counts == {"sst5": 1, "semeval": 0}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> batches.Prepared:
    """Our own messages and two small sources, as training reads them."""
    data = tmp_path_factory.mktemp("texts")
    (data / "bitext").mkdir()
    rows = "".join(f"please cancel it {n * 'x'},cancel_order\n" for n in range(30))
    for part in ("Training", "Validation"):
        name = f"Bitext_Sample_Customer_Service_{part}_Dataset.csv"
        (data / "bitext" / name).write_text("utterance,intent\n" + rows)
    found = [*source_examples(data, "bitext", check=False), *source_examples(data, "own")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepare, "all_examples", lambda *_: found)
        return batches.load(prepare.prepare(data, VOCABULARY, data / "prepared.npz"))


def test_a_prepared_file_says_all_that_the_examples_said(prepared) -> None:
    own = np.char.startswith(prepared.names, "own/")
    gone = prepared.meta["near_duplicates_left_out"]["own"]
    assert own.sum() + gone == len(list(own_rows()))
    assert prepared.meta["intents"]["bitext"] == {"labels": ["cancel_order"], "one_of": True}
    rows = np.flatnonzero(prepared.names == "bitext")
    assert prepared.intent_targets("bitext", rows).sum() == len(rows)
    ids, mask = prepared.padded(np.array([rows[0]]))
    assert mask.all()
    assert ids[0, 0] == 101  # [CLS]


def test_an_epoch_draws_each_source_as_often_as_the_manifest_says(prepared) -> None:
    prepared.meta["epoch"] = {"bitext": 0, "own": 700}
    epochs = batches.Epochs(prepared, prepared.split == 0, seed=3)
    mine = np.flatnonzero(prepared.split == 0)
    rounds = -(-len(mine) // 700)
    drawn = [row for _ in range(rounds) for row in epochs.rows()]
    assert len(drawn) == 700 * rounds
    assert set(drawn) == {row for row in mine if prepared.names[row].startswith("own/")}
    counts = Counter(drawn)
    assert max(counts.values()) - min(counts.values()) <= 1
    seen = [row for batch in epochs.batches(64) for row in batch]
    assert len(seen) == 700


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(1, 30_000), min_size=1, max_size=9), min_size=1, max_size=9))
def test_pairs_of_tokens_do_not_cross_texts(texts: list[list[int]]) -> None:
    ids, starts = student.flat(texts)
    together = student.pairs(ids, starts)
    alone = [student.pairs(*student.flat([text])) for text in texts]
    assert np.array_equal(together, np.concatenate(alone))
    assert ((together >= 0) & (together < student.PAIRS)).all()


def test_calibration_error_is_none_where_shares_are_those_promised() -> None:
    y = np.array([1, 0, 0, 0] * 50)
    assert metrics.calibration_error(y, np.full(200, 0.25)) == pytest.approx(0)
    assert metrics.calibration_error(y, np.full(200, 0.75)) == pytest.approx(0.5)
