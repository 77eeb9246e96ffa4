"""Random crops of scenes: turned, mirrored, scaled, in other light."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from training.config import Augmentation
from training.datasets import IGNORE, Codes, Scene


class CropSampler:
    """Draws augmented crops from scenes.

    Args:
        scenes: where to draw from, with equal chance.
        crop: width of the crops, px.
        augmentation: how much crops vary.
        balanced: share of crops around a random px of a class, classes with equal chance.
        seed: crops are a function of it and of the number of crops drawn before.
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        crop: int,
        augmentation: Augmentation,
        balanced: float = 0.0,
        seed: int = 0,
    ) -> None:
        self._scenes = list(scenes)
        self._crop = crop
        self._balanced = balanced
        self._augmentation = augmentation
        self._rng = np.random.default_rng(seed)
        self._places = _places_of_classes(self._scenes)

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        """Images ``(size, 3, crop, crop) float32`` in 0..1 and labels ``(size, crop, crop) int64``."""
        crops = [self.draw() for _ in range(size)]
        return torch.stack([image for image, _ in crops]), torch.stack([labels for _, labels in crops])

    def draw(self) -> tuple[Tensor, Tensor]:
        """One image ``(3, crop, crop) float32`` in 0..1 and its labels ``(crop, crop) int64``."""
        rng = self._rng
        window = round(self._crop / rng.uniform(*self._augmentation.scale))
        scene, row, column = self._place(window)
        image, codes = cut(scene.image, row, column, window), cut(scene.codes, row, column, window)
        image, codes = turn(image, codes, int(rng.integers(8)))
        pixels, labels = to_size(image, codes, self._crop)
        return relight(pixels, self._augmentation, rng), labels

    def _place(self, window: int) -> tuple[Scene, int, int]:
        """A scene and the upper left corner of a window, px; a window may hang over the scene's edge."""
        rng = self._rng
        if rng.random() < self._balanced:
            options = self._places[int(rng.integers(len(self._places)))]
            index, places = options[int(rng.integers(len(options)))]
            row, column = places[int(rng.integers(len(places)))]
            return self._scenes[index], int(row) - window // 2, int(column) - window // 2
        scene = self._scenes[int(rng.integers(len(self._scenes)))]
        height, width = scene.codes.shape
        return scene, int(rng.integers(max(1, height - window + 1))), int(rng.integers(max(1, width - window + 1)))


_Places = tuple[int, npt.NDArray[np.int32]]


def _places_of_classes(scenes: Sequence[Scene], at_most: int = 4096) -> list[list[_Places]]:
    """For each class that occurs: its scenes' indices, each with rows and columns ``(n, 2)`` of px of the class."""
    places: list[list[_Places]] = []
    for code in np.unique(np.concatenate([np.unique(scene.codes) for scene in scenes])):
        found = [(i, np.argwhere(s.codes == code).astype(np.int32)) for i, s in enumerate(scenes)]
        if code != IGNORE:
            places.append([(i, p[:: max(1, len(p) // at_most)]) for i, p in found if len(p)])
    return places


def cut(array: npt.NDArray[np.uint8], row: int, column: int, window: int) -> npt.NDArray[np.uint8]:
    """The square of ``window`` px at a corner, moved inside; smaller scenes are mirrored to fill it."""
    height, width = array.shape[:2]
    row, column = max(0, min(row, height - window)), max(0, min(column, width - window))
    part = array[row : row + window, column : column + window]
    missing = (window - part.shape[0], window - part.shape[1])
    if max(missing) > 0:
        part = np.pad(part, [(0, missing[0]), (0, missing[1])] + [(0, 0)] * (array.ndim - 2), mode="symmetric")
    return part


def turn(image: npt.NDArray[np.uint8], codes: Codes, which: int) -> tuple[npt.NDArray[np.uint8], Codes]:
    """One of the eight turns and mirrorings of a square, the same for both."""
    image, codes = np.rot90(image, which % 4), np.rot90(codes, which % 4)
    return (image[:, ::-1], codes[:, ::-1]) if which >= 4 else (image, codes)


def to_size(image: npt.NDArray[np.uint8], codes: Codes, size: int) -> tuple[Tensor, Tensor]:
    """Scale to ``size`` px: the image ``(3, size, size) float32`` smoothly, the labels to the nearest px."""
    pixels = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None].float() / 255.0
    labels = torch.from_numpy(np.ascontiguousarray(codes))[None, None].float()
    if pixels.shape[-1] != size:
        pixels = functional.interpolate(pixels, size=(size, size), mode="bilinear", antialias=True)
        labels = functional.interpolate(labels, size=(size, size), mode="nearest-exact")
    return pixels[0], labels[0, 0].long()


def relight(pixels: Tensor, augmentation: Augmentation, rng: np.random.Generator) -> Tensor:
    """Another light: gamma, gains, contrast and saturation at random; ``(3, H, W) float32`` in 0..1, as given."""
    a = augmentation
    pixels = pixels.clamp(1e-4, 1.0) ** float(1.0 + rng.uniform(-a.gamma, a.gamma))
    gains = 1.0 + rng.uniform(-a.brightness, a.brightness) + rng.uniform(-a.gain, a.gain, 3)
    pixels = pixels * torch.as_tensor(gains, dtype=torch.float32)[:, None, None]
    pixels = _away_from(pixels.mean(), pixels, a.contrast, rng)
    pixels = _away_from(pixels.mean(dim=0, keepdim=True), pixels, a.saturation, rng)
    return pixels.clamp(0.0, 1.0)


def _away_from(center: Tensor, pixels: Tensor, strength: float, rng: np.random.Generator) -> Tensor:
    return center + (pixels - center) * float(1.0 + rng.uniform(-strength, strength))
