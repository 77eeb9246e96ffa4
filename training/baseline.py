"""The plain baseline: frozen ImageNet features and a linear classifier of each px, as a child of the comparison.

    python -m training.baseline FOLDER

The backbone's two maps (stride 4, and stride 16 interpolated to it) are taken as they come from ImageNet; one 1 x 1
convolution on top of them is fitted to px of crops as the recipe draws them, not augmented. No setting of the network
expresses this: `network.freeze = "backbone"` still trains ASPP and decoder.
"""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from satseg_core.legend import LAND_COVER
from satseg_core.model.backbones import Backbone, build_backbone
from satseg_core.model.network import SCORE_STRIDE
from satseg_core.model.presets import preset
from training.config import Augmentation, TrainingConfig
from training.data.codes import IGNORE
from training.data.crops import CropDataset
from training.data.scenes import find_scenes, split
from training.fold import finish, run_child
from training.held_out import working_card
from training.networks import start_weights

CROPS = 400
PIXELS = 250
"""Crops that are looked at, and labelled px taken from each."""

PENALTY = 1e-4
"""Of the squared weights, on standardised features."""

NOT_AUGMENTED = Augmentation((1.0, 1.0), turn=False, brightness=0, gain=0, contrast=0, saturation=0, gamma=0)


class FrozenFeatures:
    """The baseline as an engine's runtime; see `satseg_core.model.runtime.Runtime`.

    Args:
        backbone: gives the features.
        classifier: 1 x 1 convolution of them.
    """

    name = "torch"
    device = "cpu"
    version = str(torch.__version__)
    reason = "it is a baseline"
    precision = "float32"
    batch = 1
    at_once = 1

    def __init__(self, backbone: Backbone, classifier: nn.Conv2d) -> None:
        self._backbone = backbone
        self._classifier = classifier

    @torch.inference_mode()
    def scores(self, tiles: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Class scores: ``(N, B, T, T) float32`` to ``(N, C, T/4, T/4) float32``."""
        found = [self._classifier(features(self._backbone, torch.from_numpy(tile[None].copy()))) for tile in tiles]
        return np.asarray(torch.cat(found).numpy(), np.float32)


def features(backbone: Backbone, tiles: Tensor) -> Tensor:
    """Both maps of a backbone on the finer one's grid: ``(N, B, H, W) float32`` to ``(N, F, H/4, W/4)``."""
    low, high = backbone(tiles)
    return torch.cat([low, functional.interpolate(high, size=low.shape[2:], mode="bilinear", align_corners=False)], 1)


def fit_baseline(config: TrainingConfig) -> FrozenFeatures:
    """Fit the classifier to the scenes that are not held out.

    Raises:
        SatSegError: scenes or start weights cannot be read.
    """
    name = preset(config.network.preset).backbone
    backbone = build_backbone(name, 16, len(config.network.mean), start_weights(config.network, name)).eval()
    values, labels = _samples(backbone, config)
    return FrozenFeatures(backbone, fit_linear(values, labels, len(LAND_COVER)))


@torch.no_grad()
def _samples(backbone: Backbone, config: TrainingConfig) -> tuple[Tensor, Tensor]:
    """Features ``(n, F) float32`` and classes ``(n,) int64`` of px of crops."""
    trained, _ = split(find_scenes(config.data, LAND_COVER), config.data.held_out)
    crops = CropDataset(trained, dataclasses.replace(config, augmentation=NOT_AUGMENTED), LAND_COVER)
    mean, std = (torch.tensor(numbers)[:, None, None] for numbers in (config.network.mean, config.network.std))
    rng = np.random.default_rng(config.schedule.seed)
    values, labels = [], []
    for number in range(min(CROPS, len(crops))):
        image, codes = crops[number]
        found = features(backbone, ((image - mean) / std)[None])[0].flatten(1).T
        known = codes[SCORE_STRIDE // 2 :: SCORE_STRIDE, SCORE_STRIDE // 2 :: SCORE_STRIDE].flatten()
        places = np.flatnonzero((known != IGNORE).numpy())
        chosen = torch.from_numpy(rng.permutation(places)[:PIXELS])
        values.append(found[chosen])
        labels.append(known[chosen])
        if number % 20 == 0:
            print(f"step {number + 1}/{CROPS}  features", flush=True)
    return torch.cat(values), torch.cat(labels)


def fit_linear(values: Tensor, labels: Tensor, classes: int, iterations: int = 150) -> nn.Conv2d:
    """Multinomial logistic regression as a 1 x 1 convolution.

    Args:
        values: features ``(n, F) float32``.
        labels: class indices ``(n,) int64``.
        classes: number of classes.
        iterations: at most so many, of L-BFGS.
    """
    mean, std = values.mean(dim=0), values.std(dim=0).clamp_min(1e-6)
    standard = (values - mean) / std
    weight, bias = torch.zeros(classes, values.shape[1], requires_grad=True), torch.zeros(classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=iterations, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = functional.cross_entropy(standard @ weight.T + bias, labels) + PENALTY * weight.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    layer = nn.Conv2d(values.shape[1], classes, 1)
    with torch.no_grad():
        layer.weight.copy_((weight / std)[:, :, None, None])
        layer.bias.copy_(bias - (weight * mean / std).sum(dim=1))  # type: ignore[union-attr]
    return layer.requires_grad_(False)


def run_baseline(folder: Path, config: TrainingConfig) -> None:
    """Fit and measure; see the module.

    Raises:
        SatSegError: data or settings are wrong.
    """
    if config.schedule.threads:
        torch.set_num_threads(config.schedule.threads)
    began = time.monotonic()
    runtime = fit_baseline(config)
    finish(folder, config, working_card(config, LAND_COVER), runtime, 0, (time.monotonic() - began) / 60)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    return run_child("training.baseline", run_baseline, arguments)


if __name__ == "__main__":
    sys.exit(main())
