r"""The released graph as a network again, to train on from: no other copy of its weights is kept.

    python -m ml.tagger.training.restore --encoder DIR --out WEIGHTS [--graph FILE]

What int8 rounded off stays lost (about a half percent of each weight's range), so training goes on
from what serves, not from what was trained. The result is as `fit.py` writes `weights.pt`, without
heads for the sources' own labels.
"""

import argparse
from pathlib import Path
from typing import Any

import torch

from ml.tagger.labels import HEADS
from ml.tagger.model import FOLDER, GRAPH
from ml.tagger.training.fit import save
from ml.tagger.training.network import Network
from ml.tagger.training.smooth import EVEN, FACTOR

_PREFIX = "network."


def _floats(values: dict[str, Any], name: str) -> torch.Tensor:
    """A tensor of the graph in single precision: scale times (stored less zero point)."""
    if name in values:
        return torch.from_numpy(values[name].copy()).float()
    stored = torch.from_numpy(values[f"{name}_quantized"].copy()).float()
    zero = torch.from_numpy(values[f"{name}_zero_point"].copy()).float()
    return (stored - zero) * torch.from_numpy(values[f"{name}_scale"].copy()).float()


def _weight_of(node: str) -> str:
    """`/encoder/bert/encoder/layer.0/…/query/MatMul_quant` as the name of its layer's weight."""
    return node.strip("/").rsplit("/", 1)[0].replace("/", ".") + ".weight"


def _evened_by(values: dict[str, Any], node: Any) -> torch.Tensor | float:
    """What `smooth.py` divided the rows of a product's weights by, [in, 1]."""
    read = node.input[0].removesuffix("_quantized").removesuffix(EVEN)
    return torch.from_numpy(values[read + FACTOR].copy())[:, None] if read + FACTOR in values else 1


def weights(graph: Path) -> dict[str, torch.Tensor]:
    """Every weight of a graph that `export_int8` wrote, by the network's own names."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(graph))
    values = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    plain = {name.removesuffix("_quantized") for name in values}
    found = {n.removeprefix(_PREFIX): _floats(values, n) for n in plain if n.startswith(_PREFIX)}
    found = {n: w for n, w in found.items() if not n.endswith(("_scale", "_zero_point"))}
    for node in model.graph.node:
        name = node.input[1].removesuffix("_quantized") if len(node.input) > 1 else ""
        if node.op_type in {"MatMul", "MatMulInteger"} and name in plain:
            layer = (
                name.removeprefix(_PREFIX) if name.startswith(_PREFIX) else _weight_of(node.name)
            )
            # A graph multiplies by [in, out]; a layer holds [out, in].
            found[layer] = (_floats(values, name) * _evened_by(values, node)).T.contiguous()
    return found


def restored(graph: Path, encoder: Path) -> Network:
    """The network that a graph was exported from.

    Raises:
        RuntimeError: the graph lacks a weight that the network has.
    """
    network = Network(encoder, {})
    network.load_state_dict(weights(graph))
    return network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", type=Path, required=True, help="folder with the base encoder")
    parser.add_argument("--out", type=Path, required=True, help="file to write the weights to")
    parser.add_argument("--graph", type=Path, default=FOLDER / GRAPH)
    chosen = parser.parse_args()
    network = restored(chosen.graph, chosen.encoder)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    save({name: w.half() for name, w in network.state_dict().items()}, chosen.out)
    print(f"{chosen.out}: {len(HEADS)} heads and their encoder, out of {chosen.graph}")


if __name__ == "__main__":
    main()
