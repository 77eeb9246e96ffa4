"""Exporting a model file to ONNX with the same card, so that it runs without torch.

The graph takes ``tiles`` ``(N, B, H, W) float32`` and gives ``scores`` ``(N, C, H/4, W/4) float32``, N, H and W
free. Batch norm is folded. Convolution weights stay float16 as in the model file: each is cast to float32 and
multiplied by its batch norm's factor inside the graph, which runtimes fold to constants when they load it. So
the file is small and computes with exactly the weights that torch computes with.
"""

from __future__ import annotations

import inspect
import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from satseg_core.errors import RuntimeUnavailableError
from satseg_core.model.card import CARD_KEY, ModelCard
from satseg_core.model.file import load_network
from satseg_core.model.folding import Scales, fold_batch_norm
from satseg_core.outputs import whole_outputs

INPUT = "tiles"
OUTPUT = "scores"
OPSET = 17
"""Operator set of the graph; ONNX Runtime knows it since 1.12."""


class _Scores(nn.Module):
    """The network with `forward_scores` as its forward."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, tiles: Tensor) -> Tensor:
        scores: Tensor = self.network.forward_scores(tiles)  # type: ignore[operator]
        return scores


def export_onnx(model: Path, target: Path) -> ModelCard:
    """Write a model file as ONNX, whole or not at all; an older file is replaced.

    Args:
        model: the ``.safetensors`` file.
        target: where to; should end in ``.onnx``.

    Returns:
        The card of both.

    Raises:
        ModelError: the model file is malformed.
        OutputError: the file cannot be written.
        RuntimeUnavailableError: the package ``onnx`` is not installed.
    """
    onnx = _import_onnx()
    card, network = load_network(model)
    folded, scales = fold_batch_norm(network)
    graph = onnx.load_from_string(_trace(folded, len(card.bands), card.tile_size))
    weights = {name: value.detach().numpy() for name, value in network.named_parameters()}
    _shrink_weights(onnx, graph.graph, weights, scales)
    onnx.helper.set_model_props(graph, {CARD_KEY: card.to_json()})
    graph.producer_name, graph.producer_version, graph.doc_string = "satseg", "", card.title
    onnx.checker.check_model(graph, full_check=True)
    with whole_outputs(overwrite=True) as outputs:
        outputs.add(target).write_bytes(graph.SerializeToString(deterministic=True))
    return card


def _import_onnx() -> Any:
    try:
        import onnx
        import onnx.checker
        import onnx.helper
        import onnx.numpy_helper
    except ImportError as error:
        raise RuntimeUnavailableError(
            "The package onnx is not installed in this Python; pip install 'satseg[train]' to export models."
        ) from error
    return onnx


def _trace(network: nn.Module, bands: int, size: int) -> bytes:
    """Serialised graph of a folded network, by torch's own exporter."""
    buffer = io.BytesIO()
    # Newer torch prefers an exporter that needs one package more; the older one is enough for this network.
    options: dict[str, Any] = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Scores(network).eval(),
            (torch.zeros(1, bands, size, size),),
            buffer,  # type: ignore[arg-type]  # older and newer torch both take a file; newer types forget it
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={
                INPUT: {0: "tiles", 2: "height", 3: "width"},
                OUTPUT: {0: "tiles", 2: "score_height", 3: "score_width"},
            },
            opset_version=OPSET,
            **options,
        )
    return buffer.getvalue()


def _shrink_weights(onnx: Any, graph: Any, weights: dict[str, Any], scales: Scales) -> None:
    """Replace each folded weight by the unfolded one as float16, a cast and a factor; those that would lose stay."""
    nodes: list[Any] = []
    for tensor in list(graph.initializer):
        name = tensor.name.partition(".")[2]  # without the wrapper's "network."
        if name not in weights or weights[name].ndim < 2:
            continue
        small = weights[name].astype(np.float16)
        if np.array_equal(small.astype(np.float32), weights[name]):
            graph.initializer.remove(tensor)
            nodes += _rebuild(onnx, graph, tensor.name, small, scales.get(name))
    for node in reversed(nodes):
        graph.node.insert(0, node)


def _rebuild(onnx: Any, graph: Any, name: str, small: Any, scale: Tensor | None) -> list[Any]:
    """Nodes that compute the initializer ``name`` again from its float16 values."""
    stored, cast, factor = f"{name}.float16", f"{name}.float32", f"{name}.factor"
    graph.initializer.append(onnx.numpy_helper.from_array(small, stored))
    result = name if scale is None else cast
    nodes = [onnx.helper.make_node("Cast", [stored], [result], to=onnx.TensorProto.FLOAT)]
    if scale is not None:
        column = scale.detach().numpy().reshape(-1, 1, 1, 1)
        graph.initializer.append(onnx.numpy_helper.from_array(column, factor))
        nodes.append(onnx.helper.make_node("Mul", [cast, factor], [name]))
    return nodes
