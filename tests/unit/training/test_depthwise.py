from __future__ import annotations

import pytest
import torch
from torch import nn

from satseg_core.legend import LAND_COVER
from training.config import NetworkConfig
from training.depthwise import DepthwiseConv, quicken
from training.networks import build


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("size", [(16, 16), (32, 32), (20, 13), (7, 64), (1, 1)])
@pytest.mark.parametrize(("rate", "stride"), [(1, 2), (2, 1), (6, 1), (12, 1), (18, 1)])
def test_the_faster_form_is_the_same_function(
    rate: int, stride: int, size: tuple[int, int], dtype: torch.dtype
) -> None:
    torch.manual_seed(1)
    conv = nn.Conv2d(8, 8, 3, stride, rate, rate, groups=8, bias=False)
    images = torch.randn(2, 8, *size).contiguous(memory_format=torch.channels_last)
    # The reference is in float32: torch 2.13's own bfloat16 gradients are wrong for 32 px and more.
    expected = _run(conv, images, torch.float32)
    found = _run(DepthwiseConv.of(conv), images, dtype)
    assert found[0].dtype == dtype
    for value, reference in zip(found, expected):
        error = (value.float() - reference).abs().max() / reference.abs().max()
        assert error.item() < (1e-5 if dtype == torch.float32 else 2e-2)


def _run(conv: nn.Conv2d, images: torch.Tensor, dtype: torch.dtype) -> tuple[torch.Tensor, ...]:
    """Result and gradients of the input and of the weight."""
    x, conv.weight.grad = images.to(dtype, copy=True).requires_grad_(), None
    with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
        y = conv(x)
    y.float().square().sum().backward()
    assert x.grad is not None
    assert conv.weight.grad is not None
    return y.detach(), x.grad, conv.weight.grad.clone()


def test_a_quickened_network_keeps_its_weights_and_its_scores() -> None:
    network = build(NetworkConfig(), 3, LAND_COVER).eval()
    images = torch.rand(1, 3, 96, 96)
    before, names = network.forward_scores(images), list(network.state_dict())
    quicken(network)
    assert sum(isinstance(module, DepthwiseConv) for module in network.modules()) >= 8
    assert list(network.state_dict()) == names
    torch.testing.assert_close(network.forward_scores(images), before, rtol=1e-4, atol=1e-5)
