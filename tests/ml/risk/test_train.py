"""A trained model is kept under its version, and read as it was."""

import json

import numpy as np
import pytest

from ml.risk.learn.artefact import BadArtefact, folder, load
from ml.risk.learn.rows import read
from ml.risk.learn.train import train
from tests.ml.risk.synthetic import FEATURES, company, with_column

TABLE = company(700, 5).table


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    target = tmp_path_factory.mktemp("risk")
    return target, train(TABLE, FEATURES, target)


def test_the_model_in_use_is_the_one_trained(kept) -> None:
    target, trained = kept
    found = load(target)
    assert found is not None
    assert found.card is not None
    assert (found.version, found.model) == (trained.artefact.version, trained.report.model)
    rows = read(TABLE, found.card.features)
    np.testing.assert_array_equal(found.card.logits(rows), trained.artefact.card.logits(rows))
    report = json.loads((target / found.version / "report.json").read_text())
    assert report["model"] == found.model
    assert report["fit"]["calibrated_on"] == "later months"


def test_the_same_rows_give_the_same_version_and_bytes(kept, tmp_path) -> None:
    target, trained = kept
    turned = TABLE.take(np.random.default_rng(1).permutation(len(TABLE)))
    again = train(turned, FEATURES, tmp_path)
    assert again.artefact.version == trained.artefact.version
    for name in ("model.json", "report.json"):
        one, other = (t / again.artefact.version / name for t in (target, tmp_path))
        assert one.read_bytes() == other.read_bytes()


def test_too_little_known_is_kept_as_the_transparent_score(tmp_path) -> None:
    train(TABLE, FEATURES, tmp_path)
    cold = train(with_column(TABLE, "churned", [None] * len(TABLE)), FEATURES, tmp_path)
    found = load(tmp_path)
    assert found == cold.artefact
    assert found.card is None
    assert found.sentence.startswith("Nothing is known yet of who left")
    assert len([p for p in tmp_path.iterdir() if p.is_dir()]) == 2


def test_nothing_trained_is_none() -> None:
    assert load(folder()) is None


@pytest.mark.parametrize("content", [None, "{", "{}", '{"model": 1, "sentence": 2, "card": {}}'])
def test_a_broken_model_names_file_and_remedy(tmp_path, content) -> None:
    (tmp_path / "current").write_text("risk-1-x\n")
    if content is not None:
        (tmp_path / "risk-1-x").mkdir()
        (tmp_path / "risk-1-x" / "model.json").write_text(content)
    with pytest.raises(BadArtefact, match=r"risk-1-x/model\.json.*train the model again"):
        load(tmp_path)
