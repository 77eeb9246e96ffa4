"""Do both files of a model compute the same: its weights in torch and its graph in ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from satseg_core.errors import ModelError
from satseg_core.model.card import ModelCard
from satseg_core.model.runtime import load_runtime
from satseg_core.model.store import ModelFile
from training.data.resize import Box
from training.data.scenes import Scene

Tiles = npt.NDArray[np.float32]
"""Normalised tiles as runtimes take them, ``(N, B, T, T) float32``."""

MOST_DIFFERENCE = 1e-3
"""Largest difference of scores that is no more than rounding in fp32."""

LEAST_SAME = 0.999
"""Share of px that have to get the same class."""


@dataclass(frozen=True)
class Agreement:
    """What a comparison found.

    Attributes:
        largest_difference: of the scores.
        same_class: share of px with the same class, 0 to 1.
        tiles: number of tiles compared.
        shown: what the tiles show.
    """

    largest_difference: float
    same_class: float
    tiles: int
    shown: str

    @property
    def good(self) -> bool:
        """True if the two may be used for one another."""
        return self.largest_difference <= MOST_DIFFERENCE and self.same_class >= LEAST_SAME

    def to_json(self) -> dict[str, Any]:
        """Plain values for the card."""
        return {
            "tiles": self.tiles,
            "of": self.shown,
            "largest_score_difference": float(f"{self.largest_difference:.2g}"),
            "same_class": round(self.same_class, 6),
        }

    def __str__(self) -> str:
        return (
            f"largest score difference {self.largest_difference:.2g}, same class on {self.same_class:.4%} of the px"
            f" of {self.tiles} tiles ({self.shown})"
        )


def compare(model: ModelFile, tiles: Tiles, shown: str) -> Agreement:
    """Run a model's two files on the same tiles and compare what they say.

    Args:
        model: both its files are there.
        tiles: see `Tiles`.
        shown: what they show, for people.

    Raises:
        ModelError: a file is missing or malformed.
        RuntimeUnavailableError: torch or ONNX Runtime cannot be used.
    """
    if model.onnx is None or model.weights is None:
        raise ModelError(f"The model '{model.name}' lacks one of its two files; export it again.")
    threads = torch.get_num_threads()
    found = [load_runtime(model, name, "cpu", threads).scores(tiles) for name in ("torch", "onnx")]
    classes = [_classes(scores, tiles.shape[2:]) for scores in found]
    difference = float(np.abs(found[0] - found[1]).max())
    return Agreement(difference, float((classes[0] == classes[1]).mean()), len(tiles), shown)


def _classes(scores: Tiles, shape: Sequence[int]) -> npt.NDArray[np.int64]:
    """Class of every px ``(N, H, W)`` from scores on coarser cells, interpolated as the network itself does."""
    fine = functional.interpolate(torch.from_numpy(scores), size=tuple(shape), mode="bilinear", align_corners=False)
    classes: npt.NDArray[np.int64] = fine.argmax(dim=1).numpy()
    return classes


def scene_tiles(card: ModelCard, scenes: Sequence[Scene], count: int = 4) -> Tiles:
    """Tiles around the middle of some scenes, as evenly spread over them as can be; see `Tiles`.

    Raises:
        RasterError: an image cannot be read.
    """
    chosen = np.linspace(0, len(scenes) - 1, min(count, len(scenes))).round().astype(int)
    return np.stack([_normalised(card, _middle(card, scenes[index])) for index in chosen])


def _middle(card: ModelCard, scene: Scene) -> npt.NDArray[np.uint8]:
    """A tile ``(T, T, B)`` from the middle of a scene; a smaller scene is enlarged to one."""
    wanted = card.tile_size * card.pixel_size / scene.metres
    rows, cols = (min(float(side), wanted) for side in scene.shape)
    box = Box((scene.shape[0] - rows) / 2, (scene.shape[1] - cols) / 2, rows, cols)
    return scene.read(box, (card.tile_size, card.tile_size))[0]


def made_tiles(card: ModelCard, count: int = 4, seed: int = 0) -> Tiles:
    """Tiles of soft coloured spots with some noise, the same every time; see `Tiles`."""
    generator = torch.Generator().manual_seed(seed)
    shape = (count, len(card.bands), card.tile_size, card.tile_size)
    coarse = torch.rand((*shape[:2], 12, 12), generator=generator)
    spots = functional.interpolate(coarse, size=shape[2:], mode="bicubic", align_corners=False)
    noisy = (spots + 0.04 * torch.randn(shape, generator=generator)).clamp(0, 1) * 255
    return np.stack([_normalised(card, tile) for tile in noisy.byte().permute(0, 2, 3, 1).numpy()])


def _normalised(card: ModelCard, pixels: npt.NDArray[np.uint8]) -> Tiles:
    """``(T, T, B) uint8`` to ``(B, T, T) float32``, as the engine does it."""
    mean, std = (np.array(numbers, np.float32) for numbers in (card.mean, card.std))
    values = (pixels.astype(np.float32) / 255.0 - mean) / std
    return np.ascontiguousarray(values.transpose(2, 0, 1))
