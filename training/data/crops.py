"""The crops that a model learns from: each a function of the run's seed and its number alone, whoever makes it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from satseg_core.errors import UsageError
from satseg_core.legend import Legend
from training import augment
from training.config import TrainingConfig
from training.data.codes import Codes
from training.data.imagery import COLORS
from training.data.memory import Memory
from training.data.places import Places, chances
from training.data.resize import Box, Pixels
from training.data.scenes import Scene

UNKNOWN = "unknown"
"""Name of the class of land that clouds hide, in legends that have one."""

_OFF_CENTRE = 0.25
"""Crops around a place show it at most this share of their width from their middle."""


class CropDataset(Dataset[tuple[Tensor, Tensor]]):
    """Augmented crops of labelled scenes.

    A crop's set is drawn by its weight and then one of the set's scenes, each as often; a share of the crops
    (``data.balanced``) is drawn around a px of a class instead, each class as often.

    Args:
        scenes: where to draw from; none that is held out.
        config: of the run.
        legend: of the model.

    Raises:
        UsageError: a scene has not as many bands as the network.
        DataError: labels cannot be read.
    """

    def __init__(self, scenes: Sequence[Scene], config: TrainingConfig, legend: Legend) -> None:
        _check_bands(scenes, len(config.network.mean))
        self._scenes = list(scenes)
        self._data, self._schedule, self._augmentation = config.data, config.schedule, config.augmentation
        names = [land_class.name for land_class in legend]
        self._unknown = names.index(UNKNOWN) if UNKNOWN in names else None
        drawn = chances(scenes)
        self._sums = np.cumsum(drawn)
        self._places = Places(scenes, drawn)
        # Of px of scenes that have no data: the mean, as in a tile of the engine's that has none at all.
        fill = [round(255 * mean) for mean in config.network.mean]
        self._memory = Memory(config.data.pixel_size, config.data.cache_mpx, fill)
        if config.data.workers:
            self._memory.share(scenes, config.data.workers)

    def __len__(self) -> int:
        """How many crops a run takes."""
        return self._schedule.steps * self._schedule.batch

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        """One crop.

        Args:
            number: of the crop, from 0.

        Returns:
            The image ``(B, crop, crop) float32``, 0 to 1 and not normalised, and its labels ``(crop, crop) int64``.

        Raises:
            IndexError: the run has fewer crops.
            RasterError: an image cannot be read.
            DataError: labels cannot be read.
        """
        if not 0 <= number < len(self):
            raise IndexError(number)
        rng = np.random.default_rng((self._schedule.seed, number))
        image, codes = self._cut(rng)
        if rng.random() < self._augmentation.mix:
            image, codes = augment.mix((image, codes), self._cut(rng), rng)
        pixels, labels = augment.apply(image, codes, self._augmentation, rng, self._unknown)
        return torch.from_numpy(pixels), torch.from_numpy(labels).long()

    def _cut(self, rng: np.random.Generator) -> tuple[Pixels, Codes]:
        """A window of a random scene, magnified at random, not otherwise changed."""
        side = self._schedule.crop / rng.uniform(*self._augmentation.scale)
        scene, row, col = self._corner(side, rng)
        return self._memory.read(scene, Box(row, col, side, side), (self._schedule.crop,) * 2)

    def _corner(self, side: float, rng: np.random.Generator) -> tuple[Scene, float, float]:
        """A scene and the upper left corner of a window in it, model px."""
        if len(self._places) and rng.random() < self._data.balanced:
            index, *place = self._places.draw(rng)
            scene = self._scenes[index]
            shifts = rng.uniform(0.5 - _OFF_CENTRE, 0.5 + _OFF_CENTRE, 2)
            extent = scene.extent(self._data.pixel_size)
            starts = [share * size - shift * side for share, size, shift in zip(place, extent, shifts)]
        else:
            index = int(np.searchsorted(self._sums, rng.random() * self._sums[-1], side="right"))
            scene = self._scenes[min(index, len(self._scenes) - 1)]
            extent = scene.extent(self._data.pixel_size)
            starts = [share * (size - side) for share, size in zip(rng.random(2), extent)]
        row, col = (max(0.0, min(start, size - side)) for start, size in zip(starts, extent))
        return scene, row, col


def crop_numbers(step: int, batch: int) -> range:
    """Numbers of the crops of an optimiser step, counted from 0; processes share them out among themselves."""
    return range(step * batch, (step + 1) * batch)


def _check_bands(scenes: Sequence[Scene], bands: int) -> None:
    for scene in scenes:
        found = len(scene.source.bands) or len(COLORS)
        if found != bands:
            raise UsageError(
                f"The data source {scene.source.name} gives {found} bands and network.mean has {bands};"
                " set the source's bands."
            )
