"""Small models, made once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from satseg_core.legend import LAND_COVER
from satseg_core.model.card import Architecture, ModelCard
from satseg_core.model.file import write_model
from satseg_core.model.network import DeepLabV3Plus, build_network
from satseg_core.model.onnx_export import export_onnx
from satseg_core.model.store import ModelFile, open_model
from tests.torch_threads import one_thread  # noqa: F401 - a fixture

SMALL = Architecture(aspp_channels=8, decoder_channels=8, low_level_channels=4)


def make_card(**changes: Any) -> ModelCard:
    """A card of a small network; ``changes`` replace its values."""
    values = {
        "name": "small",
        "title": "A small network",
        "description": "",
        "version": "0.0.1",
        "licence": "CC0-1.0",
        "legend": LAND_COVER,
        "architecture": SMALL,
        "bands": ("red", "green", "blue"),
        "mean": (0.5, 0.5, 0.5),
        "std": (0.25, 0.25, 0.25),
        "pixel_size": 1.0,
        "tile_size": 64,
        "overlap": 16,
        **changes,
    }
    return ModelCard(**values)


def lively(network: nn.Module, seed: int = 0) -> Any:
    """Give batch norms statistics as if they had been trained, so that folding and storing them matters."""
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2, generator=generator)
            module.running_var.uniform_(0.5, 2.0, generator=generator)
            module.weight.data.uniform_(0.5, 1.5, generator=generator)
            module.bias.data.uniform_(-0.2, 0.2, generator=generator)
    return network.eval()


def make_network(card: ModelCard, seed: int = 0) -> DeepLabV3Plus:
    """The card's network with random weights that are always the same."""
    torch.manual_seed(seed)
    return lively(build_network(card), seed)


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    """A model with three bands and seven classes, as safetensors and ONNX. Not to be changed by tests."""
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    card = make_card()
    write_model(path, card, make_network(card).state_dict())
    export_onnx(path, path.with_suffix(".onnx"))
    return open_model(path)


@pytest.fixture
def weights(small_model: ModelFile) -> Path:
    """The small model's safetensors file."""
    if small_model.weights is None:
        raise AssertionError("the small model lost its weights")
    return small_model.weights
