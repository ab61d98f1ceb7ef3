"""What is said of the tagger's quality: the measures, and the shipped model on texts held out."""

import json

import numpy as np
import pytest
from sklearn.metrics import recall_score, roc_auc_score
from typer.testing import CliRunner

import heedline
from commands import evaluate_tagger
from ml.tagger import model
from ml.tagger.evaluate import heads as evaluate
from ml.tagger.evaluate import metrics
from ml.tagger.labels import COLUMNS, HEADS, SENTIMENTS, columns
from ml.tagger.training.examples import source_examples

CUTS = np.full(len(HEADS["topics"]), 0.5, dtype=np.float32)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return [e for e in source_examples(tmp_path_factory.mktemp("none"), "own") if e.text]


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked here is not how wide the intervals are."""
    monkeypatch.setattr(metrics, "_RESAMPLES", 10)


def test_right_answers_are_told_from_wrong_ones_and_unknown_labels_do_not_count(own) -> None:
    wanted = np.stack([e.targets for e in own if e.split == "test"])
    right = np.nan_to_num(wanted)
    best = {(m.head, m.measure): m for m in evaluate.measures("own", wanted, right, CUTS)}
    for (_, measure), line in best.items():
        assert line.value == pytest.approx(0 if measure == "ECE" else 1)
    known = wanted[:, columns("signals")][:, 1]
    assert best["complaint", "AUC"].count == (~np.isnan(known)).sum() < len(wanted)
    worst = evaluate.measures("own", wanted, 1 - right, CUTS)
    assert {m.value for m in worst if m.measure == "AUC"} == {0}


def test_the_model_that_ships_holds_on_families_it_never_saw(own, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(evaluate_tagger, "all_examples", lambda _: own)
    ask = ["evaluate", "tagger", "--data", str(tmp_path), "--no-speed", "--json"]
    shown = CliRunner().invoke(heedline.app, ask)
    assert shown.exit_code == 0, shown.output
    lines = json.loads(shown.stdout)["views"]["home ground"]
    value = {(x["head"], x["measure"]): x["value"] for x in lines if x["texts"] == "own"}
    assert value["sentiment", "macro-recall"] > 0.80
    assert value["complaint", "AUC"] > 0.90
    assert value["churn_intent", "AUC"] > 0.90
    # The same numbers by another way: the tags of the model, and scikit-learn.
    rows = [e for e in own if e.split == "test"]
    heads = model.load().probabilities([e.text for e in rows])
    y = np.stack([e.targets for e in rows])
    sentiment = y[:, columns("sentiment")].argmax(axis=1), heads["sentiment"].argmax(axis=1)
    recall = recall_score(*sentiment, average="macro")
    assert value["sentiment", "macro-recall"] == pytest.approx(recall)
    churn = y[:, COLUMNS.index("signals.churn_intent")]
    some = ~np.isnan(churn)
    auc = roc_auc_score(churn[some], heads["signals"][some, 0])
    assert value["churn_intent", "AUC"] == pytest.approx(auc)
    assert len(SENTIMENTS) == heads["sentiment"].shape[1]


@pytest.mark.parametrize(
    ("option", "remedy"),
    [(["--unseen", "nowhere.npz"], "release writes it"), (["--cascade"], "no student")],
)
def test_what_is_missing_is_said_with_the_remedy(option, remedy, own, monkeypatch) -> None:
    monkeypatch.setattr(evaluate_tagger, "all_examples", lambda _: own[:1])
    asked = CliRunner().invoke(heedline.app, ["evaluate", "tagger", "--data", ".", *option])
    assert asked.exit_code != 0
    assert remedy in str(asked.exception)
