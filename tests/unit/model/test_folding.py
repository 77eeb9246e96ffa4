"""Folding batch norm changes the steps, not the function."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import nn

from satseg_core.model.backbones import BACKBONES
from satseg_core.model.folding import fold_batch_norm

from .conftest import SMALL, make_card, make_network


@pytest.mark.parametrize("backbone", sorted(BACKBONES))
def test_the_folded_network_gives_the_same_scores(backbone: str) -> None:
    network = make_network(make_card(architecture=dataclasses.replace(SMALL, backbone=backbone)))
    folded, scales = fold_batch_norm(network)
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    assert not any(isinstance(m, nn.BatchNorm2d) for m in folded.modules())
    assert len(scales) == len(norms) > 20
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        expected, found = network(image), folded(image)
    assert torch.allclose(found, expected, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))


def test_weights_differ_by_the_factors_alone() -> None:
    network = make_network(make_card())
    folded, scales = fold_batch_norm(network)
    before, after = dict(network.named_parameters()), dict(folded.named_parameters())
    for name, scale in scales.items():
        assert torch.equal(after[name], before[name] * scale[:, None, None, None]), name


def test_a_convolution_with_a_bias_keeps_it() -> None:
    layers = nn.Sequential(nn.Conv2d(2, 3, 1, bias=True), nn.BatchNorm2d(3)).eval()
    layers[1].running_mean.fill_(2.0)
    layers[1].running_var.fill_(9.0)
    image = torch.randn(1, 2, 4, 4)
    assert torch.allclose(fold_batch_norm(layers)[0](image), layers(image), atol=1e-6)


def test_a_batch_norm_without_statistics_cannot_be_folded() -> None:
    with pytest.raises(ValueError, match="without running statistics"):
        fold_batch_norm(nn.Sequential(nn.Conv2d(2, 3, 1), nn.BatchNorm2d(3, track_running_stats=False)))
