"""Torchvision backbones cut into a stride-4 part and the rest, with strides turned into dilation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable, NamedTuple

import torch
from torch import Tensor, nn

from satseg_core.errors import ModelError
from satseg_core.model.torchvision_import import import_torchvision

OUTPUT_STRIDES = (8, 16, 32)
"""Input px per px of the last feature map that a backbone can be built for."""

Weights = Mapping[str, Tensor]
"""A torchvision state dict."""


class _Parts(NamedTuple):
    """A backbone in two parts: blocks up to stride 4, blocks after it, and the channels that each gives."""

    low: list[nn.Module]
    high: list[nn.Module]
    low_channels: int
    channels: int


class Backbone(nn.Module):
    """Image to features: a fine map for the decoder's skip and a coarse one for ASPP.

    Attributes:
        low_channels: channels of the stride-4 map.
        channels: channels of the map at the output stride.
    """

    def __init__(self, parts: _Parts) -> None:
        super().__init__()
        self.low = nn.Sequential(*parts.low)
        self.high = nn.Sequential(*parts.high)
        self.low_channels = parts.low_channels
        self.channels = parts.channels

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """``(N, B, H, W) float32`` to ``(N, low_channels, H/4, W/4)`` and ``(N, channels, H/s, W/s)``, rounded up."""
        low = self.low(x)
        return low, self.high(low)


def build_backbone(name: str, output_stride: int, bands: int, pretrained: Weights | None = None) -> Backbone:
    """Build a backbone.

    Args:
        name: one of `BACKBONES`.
        output_stride: input px per px of the coarse map; one of `OUTPUT_STRIDES`.
        bands: input bands.
        pretrained: torchvision weights of the same network for three bands, to start training from.

    Raises:
        ModelError: unknown backbone, impossible stride or number of bands, or weights of another network.
        RuntimeUnavailableError: torchvision cannot be imported.
    """
    if name not in BACKBONES:
        raise ModelError(f"There is no backbone '{name}'; choose one of {', '.join(sorted(BACKBONES))}.")
    if output_stride not in OUTPUT_STRIDES:
        raise ModelError(f"The output stride is {output_stride}; it can be 8, 16 or 32.")
    if bands < 1:
        raise ModelError(f"A network needs at least one input band, not {bands}.")
    network = getattr(import_torchvision().models, name)(weights=None)
    if pretrained is not None:
        _load(network, name, pretrained)
    parts = BACKBONES[name](network)
    _adapt_bands(parts.low[0], bands)
    strides_to_dilation(_blocks(parts.high), first_stride=4, output_stride=output_stride)
    return Backbone(parts)


def _load(network: nn.Module, name: str, weights: Weights) -> None:
    """Load all but the classifier, which the segmentation network has no use for."""
    kept = {key: value for key, value in weights.items() if not key.startswith(("classifier.", "fc."))}
    try:
        missing, unexpected = network.load_state_dict(kept, strict=False)
    except RuntimeError as error:
        raise ModelError(
            f"The start weights do not fit the backbone '{name}'; give those of the same network."
        ) from error
    if unexpected or any(not key.startswith(("classifier.", "fc.")) for key in missing):
        raise ModelError(f"The start weights do not fit the backbone '{name}'; give those of the same network.")


def _mobilenet_v2(network: Any) -> _Parts:
    # The last block (320 to 1280 channels) widens for the classifier; DeepLab takes the map before it.
    blocks = list(network.features)[:-1]
    return _Parts(blocks[:4], blocks[4:], low_channels=24, channels=320)


def _mobilenet_v3_large(network: Any) -> _Parts:
    blocks = list(network.features)[:-1]
    return _Parts(blocks[:4], blocks[4:], low_channels=24, channels=160)


def _resnet(network: Any) -> _Parts:
    stem = [network.conv1, network.bn1, network.relu, network.maxpool]
    channels = network.fc.in_features
    return _Parts(
        [*stem, network.layer1],
        [network.layer2, network.layer3, network.layer4],
        low_channels=channels // 8,
        channels=channels,
    )


BACKBONES: dict[str, Callable[[Any], _Parts]] = {
    "mobilenet_v2": _mobilenet_v2,
    "mobilenet_v3_large": _mobilenet_v3_large,
    "resnet18": _resnet,
    "resnet50": _resnet,
}
"""How each torchvision network is cut at stride 4."""


def _blocks(parts: Iterable[nn.Module]) -> list[nn.Module]:
    """The residual blocks in the order they run: a ResNet's layers are opened, a MobileNet's blocks are blocks."""
    blocks: list[nn.Module] = []
    for part in parts:
        blocks.extend(part if type(part) is nn.Sequential else [part])
    return blocks


def strides_to_dilation(blocks: Iterable[nn.Module], first_stride: int, output_stride: int) -> None:
    """Keep the resolution at ``output_stride``: later strides become 1 and what follows them is dilated.

    The convolution that had the stride keeps its own dilation, so that every ``k``-th px of the new map is
    exactly the map that the strided network gives: pretrained weights mean the same as before.

    Args:
        blocks: residual blocks in the order they run; changed in place.
        first_stride: input px per px where the first block begins.
        output_stride: input px per px to stop at.
    """
    stride, rate = first_stride, 1
    for block in blocks:
        step = max(conv.stride[0] for conv in _convolutions(block))
        stride *= step
        rate = _dilate(block, rate, step if stride > output_stride else 1)


def _convolutions(block: nn.Module) -> list[nn.Conv2d]:
    return [module for module in block.modules() if isinstance(module, nn.Conv2d)]


def _dilate(block: nn.Module, rate: int, removed: int) -> int:
    """Dilate one block by ``rate``, and by ``rate * removed`` after the stride that it loses; gives the new rate."""
    inner = rate
    for conv in _convolutions(block):
        if conv.kernel_size[0] > 1:
            conv.dilation = (inner, inner)
            conv.padding = (inner * (conv.kernel_size[0] // 2), inner * (conv.kernel_size[1] // 2))
        if removed > 1 and conv.stride[0] > 1:
            conv.stride = (1, 1)
            inner = rate * removed
    return rate * removed


def _adapt_bands(first: nn.Module, bands: int) -> None:
    """Let the first convolution take ``bands`` bands, with the response that it had to three."""
    conv = first if isinstance(first, nn.Conv2d) else _convolutions(first)[0]
    if conv.in_channels == bands:
        return
    with torch.no_grad():
        conv.weight = nn.Parameter(spread_bands(conv.weight, bands))
    conv.in_channels = bands


def spread_bands(kernels: Tensor, bands: int) -> Tensor:
    """Turn three-band kernels ``(O, 3, k, k)`` into ``(O, bands, k, k)`` that answer as strongly.

    The first three bands keep their kernels where there are more than three, the others get the mean; fewer
    bands all get the mean. Everything is scaled by 3 / bands, so that sums over bands stay as large.
    """
    mean = kernels.mean(dim=1, keepdim=True)
    kept = kernels if bands >= 3 else kernels[:, :0]
    spread = torch.cat([kept, mean.repeat(1, bands - kept.shape[1], 1, 1)], dim=1)
    return spread * (3.0 / bands)
