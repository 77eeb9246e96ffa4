"""DeepLabv3+: atrous spatial pyramid pooling and a decoder over a torchvision backbone.

Chen et al. 2018, "Encoder-Decoder with Atrous Separable Convolution for Semantic Image Segmentation",
arXiv 1802.02611.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from satseg_core.errors import ModelError
from satseg_core.model.backbones import Weights, build_backbone
from satseg_core.model.card import Architecture, ModelCard

SCORE_STRIDE = 4
"""Input px per px of `DeepLabV3Plus.forward_scores`: the decoder's grid."""


def convolution(inputs: int, outputs: int, rate: int = 1, separable: bool = False, size: int = 3) -> nn.Sequential:
    """Convolution without bias, batch norm, ReLU; the convolution depthwise and then pointwise if ``separable``.

    Args:
        inputs: input channels.
        outputs: output channels.
        rate: dilation, px.
        separable: the paper's atrous separable convolution instead of a dense one.
        size: width of the kernel, px; odd.
    """
    padding = rate * (size // 2)
    if separable:
        layers = [
            nn.Conv2d(inputs, inputs, size, padding=padding, dilation=rate, groups=inputs, bias=False),
            nn.Conv2d(inputs, outputs, 1, bias=False),
        ]
    else:
        layers = [nn.Conv2d(inputs, outputs, size, padding=padding, dilation=rate, bias=False)]
    return nn.Sequential(*layers, nn.BatchNorm2d(outputs), nn.ReLU())


class ASPP(nn.Module):
    """Atrous spatial pyramid pooling: five views of the features, from one px to the whole image, joined."""

    def __init__(self, inputs: int, channels: int, rates: tuple[int, ...], separable: bool) -> None:
        super().__init__()
        self.point = convolution(inputs, channels, size=1)
        self.atrous = nn.ModuleList(convolution(inputs, channels, rate, separable) for rate in rates)
        self.pool = convolution(inputs, channels, size=1)
        self.project = convolution((len(rates) + 2) * channels, channels, size=1)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, inputs, h, w)`` to ``(N, channels, h, w)``."""
        pooled = self.pool(x.mean(dim=(2, 3), keepdim=True)).expand(-1, -1, x.shape[2], x.shape[3])
        views = [self.point(x), *(branch(x) for branch in self.atrous), pooled]
        projected: Tensor = self.dropout(self.project(torch.cat(views, dim=1)))
        return projected


class Decoder(nn.Module):
    """Joins the ASPP features with the stride-4 skip and refines them with two 3 x 3 convolutions."""

    def __init__(self, inputs: int, low_inputs: int, low_channels: int, channels: int, separable: bool) -> None:
        super().__init__()
        self.reduce = convolution(low_inputs, low_channels, size=1)
        self.join = convolution(inputs + low_channels, channels, separable=separable)
        self.refine = convolution(channels, channels, separable=separable)
        self.dropout = nn.Dropout(0.1)

    def forward(self, features: Tensor, low: Tensor) -> Tensor:
        """``(N, inputs, h, w)`` and the skip ``(N, low_inputs, H/4, W/4)`` to ``(N, channels, H/4, W/4)``."""
        features = functional.interpolate(features, size=low.shape[2:], mode="bilinear", align_corners=False)
        joined = self.join(torch.cat([features, self.reduce(low)], dim=1))
        refined: Tensor = self.dropout(self.refine(joined))
        return refined


class DeepLabV3Plus(nn.Module):
    """The network.

    Args:
        architecture: its shape.
        bands: input bands, B.
        classes: score bands, C.
        pretrained: torchvision weights for the backbone, to start training from.

    Raises:
        ModelError: the architecture cannot be built.
    """

    def __init__(self, architecture: Architecture, bands: int, classes: int, pretrained: Weights | None = None) -> None:
        super().__init__()
        if classes < 1:
            raise ModelError("A network needs at least one class.")
        a = architecture
        self.backbone = build_backbone(a.backbone, a.output_stride, bands, pretrained)
        self.aspp = ASPP(self.backbone.channels, a.aspp_channels, a.aspp_rates, a.separable)
        self.decoder = Decoder(
            a.aspp_channels, self.backbone.low_channels, a.low_level_channels, a.decoder_channels, a.separable
        )
        self.classifier = nn.Conv2d(a.decoder_channels, classes, 1)

    def forward_scores(self, x: Tensor) -> Tensor:
        """Class scores on the decoder's grid: ``(N, B, H, W) float32`` to ``(N, C, H/4, W/4) float32``, rounded up."""
        low, features = self.backbone(x)
        scores: Tensor = self.classifier(self.decoder(self.aspp(features), low))
        return scores

    def forward(self, x: Tensor) -> Tensor:
        """Class scores of every px: ``(N, B, H, W) float32`` to ``(N, C, H, W) float32``, not normalised."""
        return functional.interpolate(self.forward_scores(x), size=x.shape[2:], mode="bilinear", align_corners=False)


def build_network(card: ModelCard) -> DeepLabV3Plus:
    """The network that a card describes, with random weights, in evaluation mode.

    Raises:
        ModelError: the card's architecture cannot be built.
    """
    if card.score_stride != SCORE_STRIDE:
        raise ModelError(
            f"The card of model '{card.name}' has score stride {card.score_stride}; this network gives {SCORE_STRIDE}."
        )
    return DeepLabV3Plus(card.architecture, len(card.bands), len(card.legend)).eval()
