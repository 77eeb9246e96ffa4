"""The network as it is trained: start weights, parts that do not learn, and a dropout that can be repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from satseg_core.errors import ModelError
from satseg_core.legend import Legend
from satseg_core.model.network import DeepLabV3Plus
from satseg_core.model.presets import preset
from satseg_core.model.torchvision_import import import_torchvision
from training.config import NetworkConfig


def build(config: NetworkConfig, bands: int, legend: Legend, seed: int = 0) -> DeepLabV3Plus:
    """The network of a run with its start weights, in training mode; see `set_mode`.

    Args:
        config: which network, from which weights, and which of its parts do not learn.
        bands: input bands.
        legend: classes in the order of the score bands.
        seed: of the weights that start at random, and of dropout.

    Raises:
        ModelError: the start weights cannot be read or do not fit.
        UsageError: no preset has the name.
        RuntimeUnavailableError: torchvision cannot be imported.
    """
    architecture = preset(config.preset)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = DeepLabV3Plus(architecture, bands, len(legend), start_weights(config, architecture.backbone))
    network.aspp.dropout = CropDropout(config.dropout, seed, layer=0)  # type: ignore[assignment]
    network.decoder.dropout = CropDropout(network.decoder.dropout.p, seed, layer=1)  # type: ignore[assignment]
    for part in frozen_parts(network, config):
        part.requires_grad_(False)
    set_mode(network, config)
    return network


def frozen_parts(network: DeepLabV3Plus, config: NetworkConfig) -> list[nn.Module]:
    """What does not learn; nothing before it does either, so that no gradient is worked out there."""
    parts: dict[str, list[nn.Module]] = {"none": [], "low": [network.backbone.low], "backbone": [network.backbone]}
    return parts[config.freeze]


def set_mode(network: DeepLabV3Plus, config: NetworkConfig) -> None:
    """Training mode, but for batch norm whose statistics stay: the backbone's if so set, and that of frozen parts."""
    network.train()
    still = [network.backbone] if config.freeze_statistics else frozen_parts(network, config)
    for part in still:
        for module in part.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()


def start_weights(config: NetworkConfig, backbone: str) -> Mapping[str, Tensor] | None:
    """The backbone's start weights: none, a file's, or those that torchvision fetches.

    Raises:
        ModelError: they cannot be read or fetched.
    """
    if not config.start_weights:
        return None
    if config.start_weights == "imagenet":
        return _fetch_weights(backbone)
    return read_weights(Path(config.start_weights))


def read_weights(path: Path) -> Mapping[str, Tensor]:
    """Read a torchvision state dict; a pickle that holds anything but tensors is refused unrun.

    Raises:
        ModelError: the file is missing or holds something else.
    """
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"The start weights {path} cannot be read ({reason}); give a state dict of tensors."
        ) from error
    if not isinstance(weights, dict) or not all(isinstance(value, Tensor) for value in weights.values()):
        raise ModelError(
            f"The start weights {path} cannot be read as a state dict of tensors; save one with torch.save."
        )
    return weights


def _fetch_weights(backbone: str) -> Mapping[str, Tensor]:
    """ImageNet weights from torchvision's site or its cache."""
    try:
        weights = import_torchvision().models.get_model_weights(backbone).DEFAULT
        state: Mapping[str, Tensor] = weights.get_state_dict(progress=False, check_hash=True)
    except (OSError, RuntimeError) as error:  # no network, or a download that is not what it should be
        raise ModelError(
            f"The ImageNet weights of '{backbone}' cannot be fetched ({error}); "
            "give a file as network.start_weights instead."
        ) from error
    return state


class CropDropout(nn.Module):
    """Dropout that is a function of seed, layer and crop: it does not depend on what was drawn before.

    So a run that is resumed, or that deals its crops out to several processes, drops what it would have dropped.

    Args:
        share: of the values that are dropped, 0 to 1.
        seed: of the run.
        layer: number of the layer in its network.

    Attributes:
        crops: numbers of the crops in the batch to come, one each; see `set_crops`.
    """

    def __init__(self, share: float, seed: int, layer: int) -> None:
        super().__init__()
        self.share = share
        self.crops: Sequence[int] = ()
        self._seed = seed
        self._layer = layer

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` to the same, with some values 0 and the others made larger."""
        if not self.training or self.share == 0:
            return x
        generator = torch.Generator(x.device)
        n, c, h, w = x.shape
        # In the order of channels_last memory, which is how the values lie.
        kept = torch.empty((n, h, w, c), dtype=x.dtype, device=x.device)
        for index in range(n):
            kept[index].bernoulli_(1.0 - self.share, generator=generator.manual_seed(self._seed_of(self.crops[index])))
        return (x * kept.permute(0, 3, 1, 2)).mul_(1.0 / max(1.0 - self.share, 1e-6))

    def _seed_of(self, crop: int) -> int:
        # 32 bits: torch's generator for processors takes no more.
        return int(np.random.SeedSequence((self._seed, self._layer, crop)).generate_state(1)[0])


def set_crops(network: nn.Module, crops: Sequence[int]) -> None:
    """Tell every `CropDropout` of a network which crops the next batch holds."""
    for module in network.modules():
        if isinstance(module, CropDropout):
            module.crops = crops
