"""The network learns, goes on after a stop as if there had been none, and runs can be averaged.

Needs the extra `train`; the encoder is a small one with weights drawn at random.
"""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="comes with the extra `train`")

from ml.tagger.labels import COLUMNS, HEADS  # noqa: E402
from ml.tagger.training import batches, export, fit, restore, smooth, soup  # noqa: E402
from ml.tagger.training.batches import Prepared  # noqa: E402

GOOD, BAD, PLAIN = 1000, 2000, 3000
"""Token ids that stand for a mood in the texts below."""


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("encoder")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=4000,
        hidden_size=384,
        num_hidden_layers=6,
        num_attention_heads=6,
        intermediate_size=128,
        max_position_embeddings=32,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """400 texts of five tokens in two sources; one token says the mood."""
    random = np.random.default_rng(5)
    mood = random.integers(0, 3, 400)
    tokens = random.integers(1100, 1900, (400, 5))
    tokens[:, 0], tokens[:, 4] = 101, 102
    tokens[:, 2] = np.array([BAD, PLAIN, GOOD])[mood]
    targets = np.zeros((400, len(COLUMNS)), dtype=np.float16)
    targets[:, :3] = targets[:, -3:] = np.eye(3)[mood]
    meta = {
        "sources": ["own/one", "public"],
        "epoch": {"own": 320, "public": 320},
        "intents": {"public": {"labels": ["a", "b", "c"], "one_of": True}},
    }
    source = (np.arange(400) % 2).astype(np.int16)
    path = tmp_path_factory.mktemp("prepared") / "prepared.npz"
    np.savez(
        path,
        tokens=tokens.ravel().astype(np.uint16),
        offsets=np.arange(401) * 5,
        targets=targets,
        weight=np.ones(400, dtype=np.float32),
        split=np.repeat([0, 2], [300, 100]).astype(np.int8),
        source=source,
        intents=mood[source == 1].astype(np.uint16),
        intent_offsets=np.concatenate([[0], np.cumsum(source == 1)]),
        meta=json.dumps(meta),
    )
    return path


def trained(prepared, encoder, out, seed: int, epochs: int = 2, **more: object) -> Prepared:
    data = batches.load(prepared)
    fit.fit(data, encoder, out, seed=seed, epochs=epochs, **more)  # type: ignore[arg-type]
    (out / "run.json").write_text(json.dumps({"leave_out": list(more.get("leave_out", ()))}))  # type: ignore[call-overload]
    return data


@pytest.fixture(scope="module")
def runs(prepared, encoder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit, "BATCH", 32)
        for seed in (1, 2):
            trained(prepared, encoder, folder / f"network_{seed}", seed)
    return folder


def right(prepared, run) -> float:
    data, found = batches.load(prepared), np.load(run / "logits.npz")
    wanted = data.targets[found["rows"], :3].argmax(axis=1)
    return float((found["logits"][:, :3].argmax(axis=1) == wanted).mean())


def test_what_was_learnt_holds_on_texts_that_were_not_learnt_from(prepared, runs) -> None:
    assert {*np.load(runs / "network_1" / "logits.npz")["rows"]} == {*range(300, 400)}
    assert right(prepared, runs / "network_1") > 0.9


def test_a_mean_of_runs_answers_as_well_and_is_neither_of_them(prepared, encoder, runs) -> None:
    both = [runs / "network_1", runs / "network_2"]
    soup.soup(prepared, encoder, both, runs / "soup")
    assert right(prepared, runs / "soup") > 0.9
    weights = [torch.load(r / "weights.pt", weights_only=True) for r in (*both, runs / "soup")]
    one, two, mean = (w["heads.sentiment.1.weight"].float() for w in weights)
    assert torch.allclose(mean, (one + two) / 2, atol=1e-3)
    assert not torch.allclose(one, two, atol=1e-3)


def test_a_mean_has_left_out_what_none_of_its_runs_has_seen(tmp_path) -> None:
    for name, left in (("one", ["own/a", "own/b"]), ("two", ["own/b"]), ("all", [])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(json.dumps({"leave_out": left}))
    assert soup.left_out([tmp_path / "one", tmp_path / "two"]) == ["own/b"]
    assert soup.left_out([tmp_path / "one", tmp_path / "all"]) == []


def test_a_stopped_run_goes_on_as_if_it_had_not_stopped(
    prepared, encoder, runs, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(fit, "BATCH", 32)
    kept = fit.save

    def stop(state: object, target: object) -> None:
        kept(state, target)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(fit, "save", stop)
    with pytest.raises(KeyboardInterrupt):
        trained(prepared, encoder, tmp_path / "run", 1)
    assert (tmp_path / "run" / "checkpoint.pt").exists()
    monkeypatch.setattr(fit, "save", kept)
    trained(prepared, encoder, tmp_path / "run", 1)
    assert not (tmp_path / "run" / "checkpoint.pt").exists()
    whole, stopped = (
        np.load(run / "logits.npz")["logits"] for run in (runs / "network_1", tmp_path / "run")
    )
    assert np.allclose(whole, stopped, atol=0.02)


def test_a_source_left_out_is_asked_and_not_learnt(
    prepared, encoder, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(fit, "BATCH", 32)
    trained(prepared, encoder, tmp_path, 1, epochs=1, leave_out=("public",))
    rows = np.load(tmp_path / "logits.npz")["rows"]
    assert {*rows} == {*range(300, 400)} | {row for row in range(400) if row % 2}


def asked(prepared):
    data = batches.load(prepared)
    return [data.padded(np.arange(start, start + 50)) for start in range(0, 300, 50)]


def test_a_released_graph_gives_its_network_back_up_to_rounding(
    prepared, encoder, runs, tmp_path
) -> None:
    pytest.importorskip("onnx", reason="comes with the extra `train`")
    state = torch.load(runs / "network_1" / "weights.pt", weights_only=True)
    plain = {head: (torch.ones(1), torch.zeros(len(HEADS[head]))) for head in HEADS}
    model = export.served(runs / "network_1" / "weights.pt", encoder, plain)
    export.export_int8(model, tmp_path / "model.onnx", asked(prepared))
    found = restore.restored(tmp_path / "model.onnx", encoder).state_dict()
    assert {*found} == {name for name in state if not name.startswith("intents.")}
    for name, weight in found.items():
        kept = state[name].float()
        assert torch.allclose(weight, kept, atol=max(2e-3, float(kept.abs().max()) / 100)), name


def test_evening_out_changes_no_answer_and_brings_the_channels_together(
    prepared, encoder, runs, tmp_path
) -> None:
    pytest.importorskip("onnx", reason="comes with the extra `train`")
    onnxruntime = pytest.importorskip("onnxruntime")
    plain = {head: (torch.ones(1), torch.zeros(len(HEADS[head]))) for head in HEADS}
    model = export.served(runs / "network_1" / "weights.pt", encoder, plain)
    one, even = tmp_path / "float.onnx", tmp_path / "even.onnx"
    export.export_float(model, one)
    before = smooth.largest(one, asked(prepared))
    smooth.smoothed(one, even, before)
    ids, mask = batches.load(prepared).padded(np.arange(300, 400))
    answers = [
        onnxruntime.InferenceSession(str(graph)).run(
            None, {"input_ids": ids, "attention_mask": mask}
        )
        for graph in (one, even)
    ]
    for plainly, evened in zip(*answers, strict=True):
        assert np.allclose(plainly, evened, atol=1e-4)
    after = smooth.largest(even, asked(prepared))
    assert len(before) == len(after) >= 24
    for name, size in before.items():
        assert np.ptp(np.log(after[name + smooth.EVEN])) < 0.51 * np.ptp(np.log(size)) + 1e-3
