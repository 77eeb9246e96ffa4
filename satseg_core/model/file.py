"""The model file: one safetensors file with the weights, and the card in its header. No pickle anywhere.

Convolution weights are stored as float16 and the rest (biases, batch norm), which is small and has a wider
range, as float32; all are computed with as float32. Integer counters of batch norm are left out.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from satseg_core.errors import ModelError
from satseg_core.model.card import CARD_KEY, ModelCard
from satseg_core.model.header import read_card
from satseg_core.model.network import DeepLabV3Plus, build_network
from satseg_core.outputs import whole_outputs

State = dict[str, Tensor]
"""Float32 weights by their names in the network's state dict."""

_STORED = (torch.float16, torch.float32)


def stored_state(state: Mapping[str, Tensor]) -> State:
    """The tensors as the file stores them: float16 with two axes and more, else float32; integers left out."""
    kept = {name: value.detach().cpu() for name, value in state.items() if value.is_floating_point()}
    return {name: value.to(_STORED[value.ndim < 2]).contiguous() for name, value in kept.items()}


def weights_digest(state: Mapping[str, Tensor]) -> str:
    """SHA-256 of weights, as hexadecimal text.

    It runs over the tensors in the order of their names; of each, over the name in UTF-8, a zero byte, the
    shape as JSON (``[32,3,3,3]``), a zero byte, and the values as little-endian float32 in C order.
    """
    digest = hashlib.sha256()
    for name in sorted(state):
        values = state[name].detach().cpu().float().contiguous()
        shape = json.dumps(list(values.shape), separators=(",", ":"))
        digest.update(f"{name}\0{shape}\0".encode())
        digest.update(values.numpy().astype("<f4").tobytes())
    return digest.hexdigest()


def write_model(path: Path, card: ModelCard, state: Mapping[str, Tensor]) -> ModelCard:
    """Write a model file, whole or not at all; an older one is replaced.

    Args:
        path: where to; should end in ``.safetensors``.
        card: its card; the digest in it is replaced by that of the stored weights.
        state: state dict of the network that the card describes.

    Returns:
        The card as written.

    Raises:
        ModelError: the weights do not fit the card, or are not finite as stored.
        OutputError: the file cannot be written.
    """
    stored = stored_state(state)
    values = {name: value.float() for name, value in stored.items()}
    for name, value in values.items():
        if not bool(torch.isfinite(value).all()):
            raise ModelError(f"The weights '{name}' are not finite as float16; the training went wrong.")
    _build(card, values, path)
    card = dataclasses.replace(card, weights_sha256=weights_digest(values))
    with whole_outputs(overwrite=True) as outputs:
        # Not `save_file`: it makes a file that its owner alone can read.
        outputs.add(path).write_bytes(save(stored, metadata={CARD_KEY: card.to_json()}))
    return card


def read_model(path: Path) -> tuple[ModelCard, State]:
    """Read a model file: its card and its weights as float32.

    Raises:
        ModelError: the file is missing or malformed, or its weights are not those that the card was written for.
    """
    card = read_card(path)
    try:
        stored = load_file(str(path))
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelError(f"The model file {path} is damaged ({error}); fetch or export it again.") from error
    wrong = sorted(name for name, value in stored.items() if value.dtype not in _STORED)
    if wrong:
        raise ModelError(f"{path} stores '{wrong[0]}' as neither float16 nor float32; export the model again.")
    state = {name: value.float() for name, value in stored.items()}
    if weights_digest(state) != card.weights_sha256:
        raise ModelError(
            f"The weights in {path} are not those that its card was written for; fetch or export it again."
        )
    return card, state


def load_network(path: Path) -> tuple[ModelCard, DeepLabV3Plus]:
    """Read a model file and build its network, in evaluation mode on the processor.

    Raises:
        ModelError: the file is malformed, or its tensors are not those of the network that the card describes.
        RuntimeUnavailableError: torchvision cannot be imported.
    """
    card, state = read_model(path)
    return card, _build(card, state, path)


def _build(card: ModelCard, state: Mapping[str, Tensor], where: Path) -> DeepLabV3Plus:
    """The card's network with these weights; any that are missing, unexpected or of another shape are refused."""
    with torch.device("meta"):  # no memory for weights that are about to be replaced
        network = build_network(card)
    whole = network.state_dict()
    _check_shapes({name: value.shape for name, value in whole.items() if value.is_floating_point()}, state, where)
    counters = {n: torch.zeros(v.shape, dtype=v.dtype) for n, v in whole.items() if not v.is_floating_point()}
    network.load_state_dict({**counters, **state}, assign=True)
    return network


def _check_shapes(expected: Mapping[str, torch.Size], state: Mapping[str, Tensor], where: Path) -> None:
    shapes = {name: value.shape for name, value in state.items()}
    for name in sorted({*expected, *shapes}):
        if name not in shapes:
            raise ModelError(f"{where} lacks the tensor '{name}' of its card's network; export the model again.")
        if name not in expected:
            raise ModelError(
                f"{where} has the tensor '{name}', which its card's network has not; export the model again."
            )
        if shapes[name] != expected[name]:
            raise ModelError(
                f"{where} has the tensor '{name}' in shape {list(shapes[name])}; its card's network has "
                f"{list(expected[name])}; export the model again."
            )
