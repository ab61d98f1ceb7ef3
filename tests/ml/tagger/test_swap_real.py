"""Real checkpoints, small and random, against transformers' own pipeline. Skipped without torch.

The project's .venv and CI have no torch; the extra `train` installs it.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch", reason="real checkpoints need the extra `train`")
from tokenizers import Tokenizer, models, pre_tokenizers, processors  # noqa: E402
from transformers import (  # noqa: E402
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    GPT2Config,
    GPT2ForSequenceClassification,
    PreTrainedTokenizerFast,
    pipeline,
)

import heedline  # noqa: E402
from ml.tagger import model, predict  # noqa: E402
from ml.tagger.labels import HEADS, SENTIMENTS  # noqa: E402
from ml.tagger.swap import heads as swap  # noqa: E402
from ml.tagger.text import normalise  # noqa: E402
from tests.ml.tagger.swap_files import MOODS, config  # noqa: E402
from warehouse.settings import settings  # noqa: E402

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
KNOWN = "where is my order i am leaving you this awful thank that was quick ok"
WORDS = KNOWN.split()
LONG = " ".join(["I am leaving you and this was awful"] * 12)
TEXTS = [
    "Where is my order?",
    "thank you, that was quick",
    LONG,
    "ok",
    "this is awful and I am leaving now",
    "please, where is it",
    "you and you and you",
]


def _tokenizer(folder: Path, *, padded: bool = True) -> None:
    words = [*SPECIAL, *WORDS]
    fast = Tokenizer(models.WordLevel({w: n for n, w in enumerate(words)}, unk_token="[UNK]"))
    fast.pre_tokenizer = pre_tokenizers.Whitespace()
    fast.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    if padded:
        names["pad_token"] = "[PAD]"
    PreTrainedTokenizerFast(tokenizer_object=fast, **names).save_pretrained(folder)


def bert(
    name: str, labels: list[str], kind: Any = BertForSequenceClassification, **told: Any
) -> Path:
    """A random network that tells texts apart, saved as a checkpoint below the home."""
    folder = settings().root / name
    shape = BertConfig(
        vocab_size=len(SPECIAL) + len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        initializer_range=1.0,
        id2label=dict(enumerate(labels)),
        **told,
    )
    torch.manual_seed(4)
    kind(shape).save_pretrained(folder)
    _tokenizer(folder)
    return folder


def oracle(folder: Path, texts: list[str], tokens: int) -> list[dict[str, float]]:
    """What transformers' own pipeline says, text by text."""
    classify = pipeline("text-classification", model=str(folder), top_k=None)
    told = [classify([text], truncation=True, max_length=tokens)[0] for text in texts]
    return [{found["label"]: found["score"] for found in row} for row in told]


def test_sentiments_are_those_of_the_pipeline_in_any_batch_and_order() -> None:
    folder = bert("moods", [*MOODS, "mixed"])
    clean = [normalise(text) for text in TEXTS]
    wanted = []
    for row in oracle(folder, clean, 24):
        moods = np.array([row[name] for name in MOODS])
        wanted.append(moods / moods.sum())
    assert len({int(row.argmax()) for row in wanted}) > 1  # the network does tell them apart
    for batch in (1, 3, 32):
        swap._loaded.cache_clear()
        entry = {"checkpoint": "moods", "labels": MOODS, "batch": batch, "max_tokens": 24}
        config({"sentiment": entry})
        found = model.load().probabilities(clean)["sentiment"]
        assert found == pytest.approx(np.array(wanted), abs=1e-5)
    rows = predict.tag_texts(TEXTS).to_pylist()
    for row, moods in zip(rows, wanted, strict=True):
        if row["language_supported"]:
            assert row["sentiment"] == SENTIMENTS[int(moods.argmax())]
            assert row["sentiment_score"] == pytest.approx(moods[2] - moods[0], abs=1.1e-4)
    assert sum(row["language_supported"] for row in rows) >= 4
    assert predict.tag_texts(TEXTS).to_pylist() == rows


def test_independent_labels_are_those_of_the_pipeline() -> None:
    labels = {"bill": "billing_payment", "down": "outage", "nice": "praise", "leaves": "praise"}
    folder = bert("topics", list(labels), problem_type="multi_label_classification")
    config({"topics": {"checkpoint": "topics", "labels": labels, "max_tokens": 60}})
    found = model.load().probabilities(TEXTS)["topics"]
    for row, told in zip(found, oracle(folder, TEXTS, 60), strict=True):
        mine = dict(zip(HEADS["topics"], row, strict=True))
        assert mine["billing_payment"] == pytest.approx(told["bill"], abs=1e-5)
        assert mine["outage"] == pytest.approx(told["down"], abs=1e-5)
        assert mine["praise"] == pytest.approx(max(told["nice"], told["leaves"]), abs=1e-5)


def test_a_network_without_padding_reads_texts_one_by_one() -> None:
    folder = settings().root / "gpt"
    shape = GPT2Config(
        vocab_size=len(SPECIAL) + len(WORDS), n_positions=64, n_embd=16, n_layer=2, n_head=2,
        initializer_range=1.0, id2label={0: "stays", 1: "leaves"}, bos_token_id=2, eos_token_id=3,
    )  # fmt: skip
    torch.manual_seed(5)
    GPT2ForSequenceClassification(shape).save_pretrained(folder)
    _tokenizer(folder, padded=False)
    entry = {"checkpoint": "gpt", "labels": {"leaves": "churn_intent"}, "max_tokens": 32}
    config({"signals.churn_intent": entry})
    found = model.load().probabilities(TEXTS)["signals"][:, 0]
    told = [row["leaves"] for row in oracle(folder, TEXTS, 32)]
    assert found == pytest.approx(np.array(told), abs=1e-5)


def test_a_table_is_tagged_through_the_command(tmp_path) -> None:
    folder = bert("moods", list(MOODS))
    config({"sentiment": {"checkpoint": str(folder), "labels": MOODS, "max_tokens": 60}})
    table = tmp_path / "in.jsonl"
    table.write_text("".join(json.dumps({"body": text}) + "\n" for text in TEXTS))
    ask = ["tag", "--input", str(table), "--text-column", "body"]
    shown = CliRunner().invoke(heedline.app, [*ask, "--output", str(tmp_path / "out.jsonl")])
    assert shown.exit_code == 0, shown.output
    assert "+sentiment:moods-" in shown.output
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    told = oracle(folder, [normalise(text) for text in TEXTS], 60)
    for row, moods in zip(rows, told, strict=True):
        if row["language_supported"]:
            assert row["sentiment_score"] == pytest.approx(moods["pos"] - moods["neg"], abs=1.1e-4)


def refused(**told: Any) -> str:
    swap._loaded.cache_clear()
    config({"sentiment": {"checkpoint": "moods", "labels": MOODS, "max_tokens": 60, **told}})
    with pytest.raises(model.BadModel) as caught:
        model.load().probabilities(["ok"])
    assert "tagger.yml: sentiment: moods: " in str(caught.value)
    return str(caught.value)


def test_a_network_that_was_never_trained_to_classify_is_refused() -> None:
    folder = bert("moods", list(MOODS), BertForMaskedLM)
    claimed = (folder / "config.json").read_text().replace("MaskedLM", "SequenceClassification")
    (folder / "config.json").write_text(claimed)
    assert "no weights for bert.pooler" in refused()


def test_texts_longer_than_the_network_reads_are_refused_before_any_is_tagged() -> None:
    bert("moods", list(MOODS))
    assert "lower `max_tokens`" in refused(max_tokens=65)


def test_damaged_weights_are_refused() -> None:
    folder = bert("moods", list(MOODS))
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    assert f"restore {folder}" in refused()
    weights.write_bytes(whole[:-2000] + b"\xff" * 2000)  # NaN throughout the classifier
    assert "finite numbers" in refused()


def test_the_network_is_loaded_when_the_first_text_comes_and_once(monkeypatch) -> None:
    from transformers import AutoModelForSequenceClassification

    loads, real = [], AutoModelForSequenceClassification.from_pretrained
    monkeypatch.setattr(
        AutoModelForSequenceClassification,
        "from_pretrained",
        lambda *a, **k: loads.append(1) or real(*a, **k),
    )
    bert("moods", list(MOODS))
    config({"sentiment": {"checkpoint": "moods", "labels": MOODS, "max_tokens": 60}})
    model.load().embeddings(["ok"])
    assert loads == []
    for _ in range(2):
        model.load().probabilities(["ok"])
    assert loads == [1]
