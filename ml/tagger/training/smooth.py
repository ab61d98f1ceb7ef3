"""Even out what a graph multiplies, so that int8 loses less of it (SmoothQuant, Xiao et al. 2023).

Int8 measures all channels of an activation with one ruler. After a layer norm or a GELU a few
channels are ten times as large as the others, which then get a handful of steps. Dividing each
channel by the root of its largest value, and multiplying the row of weights that meets it by the
same, changes nothing in floats. Needs onnx and onnxruntime.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST = 1e-3
"""A channel that is never larger counts as that large."""

EVEN, FACTOR = "/even", "/even_by"
"""Names in the graph, after what is evened out: the result, and what it was multiplied by."""

Ids = NDArray[np.int64]


def _products(graph: Any) -> dict[str, list[Any]]:
    """Matrix products with weights, by the name of what they read."""
    weights = {each.name for each in graph.initializer}
    readers: dict[str, list[Any]] = defaultdict(list)
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            readers[node.input[0]].append(node)
    return readers


def largest(source: Path, batches: Iterable[tuple[Ids, Ids]]) -> dict[str, NDArray[np.float32]]:
    """The largest magnitude of each channel of everything multiplied by weights.

    Args:
        batches: ids and mask [n, t] of texts like those that will be asked about.
    """
    import onnx
    import onnxruntime

    model = onnx.load(str(source))
    names = list(_products(model.graph))
    for name in names:
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(name))
    session = onnxruntime.InferenceSession(model.SerializeToString())
    found = {name: np.full(1, LEAST, dtype=np.float32) for name in names}
    for ids, mask in batches:
        seen = session.run(names, {"input_ids": ids, "attention_mask": mask})
        for name, values in zip(names, seen, strict=True):
            said = values[mask.astype(bool)] if values.ndim == 3 else values
            found[name] = np.maximum(found[name], np.abs(said).max(axis=0))
    return found


def smoothed(source: Path, target: Path, size: dict[str, NDArray[np.float32]]) -> None:
    """Write the graph of `source` with every product of `size` evened out."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(source))
    weights = {each.name: each for each in model.graph.initializer}
    for name, nodes in _products(model.graph).items():
        root = np.sqrt(size[name])
        by = (root / np.exp(np.log(root).mean())).astype(np.float32)
        factor, even = name + FACTOR, name + EVEN
        model.graph.initializer.append(numpy_helper.from_array(1 / by, factor))
        first = min(list(model.graph.node).index(node) for node in nodes)
        model.graph.node.insert(first, onnx.helper.make_node("Mul", [name, factor], [even]))
        for node in nodes:
            weight = weights[node.input[1]]
            rows = numpy_helper.to_array(weight) * by[:, None]
            weight.CopyFrom(numpy_helper.from_array(rows, weight.name))
            node.input[0] = even
    onnx.save(model, str(target))
