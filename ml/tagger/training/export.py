"""Trained weights as the one int8 graph that serves. Needs torch; serving never imports this."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import nn

from ml.tagger.labels import EXCLUSIVE, HEADS
from ml.tagger.training import smooth
from ml.tagger.training.calibration import Calibration
from ml.tagger.training.network import WIDTH, Network
from ml.tagger.training.smooth import Ids

OUTPUTS = ["probabilities", "embedding"]


class Served(nn.Module):
    """Ids and mask [n, t] to probabilities [n, labels] and embedding [n, 384] (length 1)."""

    def __init__(self, network: Network, calibration: dict[str, Calibration]) -> None:
        super().__init__()
        self.network = network
        for head, (slope, offset) in calibration.items():
            self.register_buffer(f"slope_{head}", slope)
            self.register_buffer(f"offset_{head}", offset)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.network.features(input_ids, attention_mask)
        answers = []
        for head in HEADS:
            logits = self.network.heads[head](features)
            scaled = logits * getattr(self, f"slope_{head}") + getattr(self, f"offset_{head}")
            one_of = head in EXCLUSIVE
            answers.append(torch.softmax(scaled, dim=-1) if one_of else torch.sigmoid(scaled))
        embedding = nn.functional.normalize(features[:, -WIDTH:], dim=-1)
        return torch.cat(answers, dim=-1), embedding


def served(weights: Path, encoder: Path, calibration: dict[str, Calibration]) -> Served:
    """The network of `weights.pt` (fit.py) without the sources' own labels, calibrated."""
    network = Network(encoder, {}, attention="eager")
    stored = torch.load(weights, map_location="cpu", weights_only=True)
    ours = {k: v.float() for k, v in stored.items() if not k.startswith("intents.")}
    network.load_state_dict(ours)
    model = Served(network, calibration)
    model.train(False)
    return model


def export_float(model: nn.Module, target: Path) -> None:
    """Write `model` as an ONNX graph in single precision."""
    axes: dict[str, Any] = {"input_ids": {0: "n", 1: "t"}, "attention_mask": {0: "n", 1: "t"}}
    axes |= {name: {0: "n"} for name in OUTPUTS}
    sample = torch.ones(2, 8, dtype=torch.long)
    torch.onnx.export(
        model.eval(),
        (sample, sample),
        str(target),
        input_names=["input_ids", "attention_mask"],
        output_names=OUTPUTS,
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )


def export_int8(model: nn.Module, target: Path, asked: Iterable[tuple[Ids, Ids]]) -> None:
    """Write `model` as an int8 graph, weights per channel, activations evened out (smooth.py).

    Heads in single precision would cost 2.7 MB and bring nothing.

    Args:
        asked: ids and mask [n, t] of texts by which activations are measured.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with TemporaryDirectory() as folder:
        plain, ready, even = (Path(folder) / f"{n}.onnx" for n in ("plain", "ready", "even"))
        export_float(model, plain)
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        smooth.smoothed(ready, even, smooth.largest(ready, asked))
        quantize_dynamic(
            str(even),
            str(target),
            per_channel=True,
            weight_type=QuantType.QInt8,
        )
