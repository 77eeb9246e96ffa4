"""Network shapes that have a name. Standard library only."""

from __future__ import annotations

from satseg_core.errors import ModelError
from satseg_core.model.card import Architecture

PRESETS: dict[str, Architecture] = {
    "source": Architecture(backbone="resnet50", separable=False),
    "light": Architecture(backbone="mobilenet_v2", aspp_channels=128, decoder_channels=128),
    "resnet18": Architecture(backbone="resnet18"),
    "resnet50": Architecture(backbone="resnet50"),
    "mobilenet_v3": Architecture(backbone="mobilenet_v3_large", aspp_channels=128, decoder_channels=128),
}
"""``source`` is the prototype's network: ResNet-50 with dense convolutions, 40.3 M parameters, 266 GMACs at
1000 x 1000 px. ``light`` is the default model's: made for processors without a GPU."""


def preset(name: str) -> Architecture:
    """The architecture with this name.

    Raises:
        ModelError: no preset has the name.
    """
    if name not in PRESETS:
        raise ModelError(f"There is no network preset '{name}'; choose one of {', '.join(sorted(PRESETS))}.")
    return PRESETS[name]
