"""A tagger.yml that cannot be used: refused before anything is tagged, with file, head, remedy."""

import subprocess
import sys

import pytest
import yaml

from ml.tagger import model
from ml.tagger.labels import HEADS
from ml.tagger.swap import checkpoint as swap_checkpoint
from ml.tagger.swap import config as swap_config
from tests.ml.tagger.swap_files import MOODS, checkpoint, config
from warehouse.settings import PROJECT_ROOT, settings

TEMPLATE = PROJECT_ROOT / "ml" / "tagger" / "tagger.yml"


@pytest.fixture(autouse=True)
def _with_torch(monkeypatch) -> None:
    monkeypatch.setattr(swap_checkpoint, "need_torch", lambda file: None)


def refused(heads: dict[str, object]) -> str:
    file = config(heads)
    with pytest.raises(model.BadModel) as caught:
        model.load()
    assert str(file) in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("heads", "message"),
    [
        ({"mood": {"checkpoint": "x", "labels": MOODS}}, "mood: no such head; there are sentiment"),
        ({"sentiment": {"labels": MOODS}}, "heads.sentiment.checkpoint: Field required"),
        ({"sentiment": {"checkpoint": "x", "labels": {}}}, "heads.sentiment.labels"),
        ({"sentiment": {"checkpoint": "x", "label": MOODS}}, "tagger.yml shows the form"),
        ({"sentiment": {"checkpoint": "x", "labels": {"a": "angry"}}}, "'angry' is none of neg"),
        (
            {"sentiment": {"checkpoint": "x", "labels": {"a": "negative", "b": "positive"}}},
            "nothing goes to neutral; map a label of the checkpoint to it, or name it under",
        ),
        (
            {"sentiment": {"checkpoint": "x", "labels": MOODS, "without": ["neutral"]}},
            "neutral in `labels` and in `without`",
        ),
        ({"sentiment": {"checkpoint": "x", "labels": {True: "negative"}}}, "quote them"),
        (
            {"sentiment.negative": {"checkpoint": "x", "labels": {"a": "negative"}}},
            "exclude each other; swap sentiment",
        ),
        ({"signals.anger": {"checkpoint": "x", "labels": {"a": "anger"}}}, "anger: no such label"),
        (
            {"signals.complaint": {"checkpoint": "x", "labels": {"a": "churn_intent"}}},
            "'churn_intent' is none of complaint",
        ),
        (
            {"sentiment": {"checkpoint": "x", "labels": MOODS, "threshold": 0.4}},
            "only topics have a `threshold`",
        ),
        (
            {
                "signals": {"checkpoint": "x", "labels": {"a": "complaint"}},
                "signals.complaint": {"checkpoint": "y", "labels": {"a": "complaint"}},
            },
            "signals and signals.complaint both give complaint",
        ),
    ],
)
def test_of_the_file_the_place_and_the_remedy_are_named(heads, message) -> None:
    assert message in refused(heads)


def test_a_file_that_is_no_yaml_or_not_there_is_named(monkeypatch) -> None:
    file = config({})
    file.write_text("heads: {sentiment: [")
    with pytest.raises(model.BadModel, match=r"tagger\.yml:1: not YAML"):
        model.load()
    monkeypatch.setenv("HEEDLINE_TAGGER_CONFIG", str(settings().root / "other.yml"))
    with pytest.raises(model.BadModel, match=r"other\.yml \(HEEDLINE_TAGGER_CONFIG\) is not there"):
        model.load()


@pytest.mark.parametrize(
    ("labels", "told", "message"),
    [
        (["bad", "neu", "pos"], {}, "has no label 'neg'; its labels are 'bad', 'neu', 'pos'"),
        (list(MOODS), {"architectures": ["BertForMaskedLM"]}, "BertForMaskedLM, not a sequence"),
        (["neg"], {}, "gives a number, not labels"),
        (list(MOODS), {"problem_type": "regression"}, "gives a number, not labels"),
        (["neg"], {"problem_type": "multi_label_classification"}, "cannot tell sentiment apart"),
    ],
)
def test_a_checkpoint_that_is_no_fitting_classifier_is_told_by_its_config(
    labels, told, message
) -> None:
    checkpoint("x", labels, **told)
    text = refused({"sentiment": {"checkpoint": "x", "labels": MOODS}})
    assert "sentiment: x: " in text
    assert message in text


def test_code_that_comes_with_a_checkpoint_is_not_run() -> None:
    folder = checkpoint("x", list(MOODS))
    text = (folder / "config.json").read_text().replace('"bert"', '"own"')
    own = '{"auto_map": {"AutoConfig": "own.Config"},' + text.lstrip("{ \n")
    (folder / "config.json").write_text(own)
    (folder / "own.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\n")
    assert "name a checkpoint of an architecture" in refused(
        {"sentiment": {"checkpoint": "x", "labels": MOODS}}
    )
    assert not (folder / "ran").exists()


def test_a_folder_that_is_not_whole_is_told() -> None:
    entry = {"checkpoint": "x", "labels": MOODS}
    folder = checkpoint("x", list(MOODS))
    assert "leave `revision` out" in refused({"sentiment": {**entry, "revision": "main"}})
    (folder / "model.safetensors").unlink()
    assert "holds no weights" in refused({"sentiment": entry})
    (folder / "pytorch_model.bin").touch()
    (folder / "config.json").unlink()
    assert "config.json is missing" in refused({"sentiment": entry})
    for path in ("./y", "a/b/c", "/nowhere"):
        assert "look at the path" in refused({"sentiment": {**entry, "checkpoint": path}})


def test_where_torch_is_missing_the_extra_is_named() -> None:
    checkpoint("x", list(MOODS))
    config({"sentiment": {"checkpoint": "x", "labels": MOODS}})
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from ml.tagger import model\n"
        "try: model.load()\n"
        "except model.BadModel as error: print(error)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=PROJECT_ROOT, capture_output=True, text=True
    )
    assert "tagger.yml names a checkpoint, and torch" in shown.stdout
    assert "extra `train`" in shown.stdout


def test_the_template_says_nothing_until_its_signs_are_taken_out() -> None:
    text = TEMPLATE.read_text()
    assert swap_config.parse(TEMPLATE, text) == []
    example = text[text.index("# heads:") :]
    lines = [line.removeprefix("# ").removeprefix("#") for line in example.splitlines()]
    slots = {slot.target: slot for slot in swap_config.parse(TEMPLATE, "\n".join(lines))}
    assert list(slots) == ["sentiment", "signals.churn_intent", "topics", "urgency"]
    assert slots["topics"].gives == HEADS["topics"]
    stars = "\n".join(line.removeprefix("  # ") for line in lines if line.startswith("  # "))
    entry = yaml.safe_load(stars[stars.index("sentiment:") :])
    assert swap_config.parse(TEMPLATE, yaml.safe_dump({"heads": entry}))[0].head == "sentiment"


def test_every_key_is_in_the_template_and_in_the_documentation() -> None:
    template, page = TEMPLATE.read_text(), (PROJECT_ROOT / "docs" / "tagger.md").read_text()
    for key in swap_config.Entry.model_fields:
        assert f" {key}:" in template
        assert f"`{key}`" in page
    start = page.index("   heads:")
    example = page[start : page.index("   ```", start)]
    assert len(swap_config.parse(TEMPLATE, example)) == 2
