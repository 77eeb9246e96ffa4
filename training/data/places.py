"""Where each class occurs, and how often: from labels read at low resolution, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from training.data.codes import IGNORE
from training.data.resize import Box
from training.data.scenes import Scene

SIDE = 512
"""Labels are surveyed at this many px along their longer side."""

AT_MOST = 2048
"""Places kept of a class in a scene."""


@dataclass(frozen=True)
class Survey:
    """What a scene's labels show.

    Attributes:
        shares: of each code among its px, ``(256,) float64``; of `IGNORE`, too.
        places: code to middles of px of it, ``(n, 2) float64``: shares of the scene's height and width.
    """

    shares: npt.NDArray[np.float64]
    places: Mapping[int, npt.NDArray[np.float64]] = field(repr=False)


@lru_cache(maxsize=65536)
def survey(scene: Scene) -> Survey:
    """Survey one scene; remembered.

    Raises:
        DataError: its labels cannot be read.
    """
    height, width = scene.shape
    scale = min(1.0, SIDE / max(height, width))
    shape = (max(1, round(height * scale)), max(1, round(width * scale)))
    # Single px tell shares and places as well as majorities do, and faster.
    codes = scene.read_labels(Box(0, 0, height, width), shape, samples=1)
    counts = np.bincount(codes.ravel(), minlength=256)
    places = {}
    for code in np.flatnonzero(counts[:IGNORE]):
        found = np.argwhere(codes == code)
        places[int(code)] = (found[:: -(-len(found) // AT_MOST)] + 0.5) / shape
    return Survey(counts / codes.size, places)


def surveys(scenes: Sequence[Scene]) -> list[Survey]:
    """Survey scenes, several at a time: most of it is waiting for GDAL.

    Raises:
        DataError: labels of one cannot be read.
    """
    with ThreadPoolExecutor() as pool:
        return list(pool.map(survey, scenes))


def chances(scenes: Sequence[Scene]) -> npt.NDArray[np.float64]:
    """How often each scene is drawn from, ``(S,) float64``: its set's weight, which the set's scenes share evenly."""
    names = [scene.source.name for scene in scenes]
    weights = np.array([scene.source.weight / names.count(scene.source.name) for scene in scenes], np.float64)
    return np.asarray(weights / weights.sum())


def frequencies(
    scenes: Sequence[Scene], weights: Sequence[float] | npt.NDArray[np.float64] | None, classes: int
) -> npt.NDArray[np.float64]:
    """Share of each class among the labelled px that crops drawn anywhere show.

    Args:
        scenes: where crops are drawn from.
        weights: chance of each scene; None for `chances`.
        classes: how many the legend has.

    Returns:
        ``(classes,) float64``, which adds up to 1, or to 0 where nothing is labelled.

    Raises:
        DataError: labels cannot be read.
    """
    drawn = chances(scenes) if weights is None else np.asarray(weights, np.float64)
    total = np.sum([w * s.shares[:classes] for w, s in zip(drawn, surveys(scenes))], axis=0)
    return np.asarray(total / max(float(np.sum(total)), 1e-12), np.float64)


class Places:
    """Draws places around which crops show a class, each class as often as any other.

    Args:
        scenes: where to draw from.
        drawn: chance of each scene, ``(S,) float64``; among the scenes that have a class it decides.

    Raises:
        DataError: labels cannot be read.
    """

    def __init__(self, scenes: Sequence[Scene], drawn: npt.NDArray[np.float64]) -> None:
        found = surveys(scenes)
        self._surveys = found
        self._classes: list[tuple[int, npt.NDArray[np.intp], npt.NDArray[np.float64]]] = []
        for code in sorted({code for one in found for code in one.places}):
            with_it = np.array([i for i, one in enumerate(found) if code in one.places and drawn[i] > 0], np.intp)
            if len(with_it):
                self._classes.append((code, with_it, np.cumsum(drawn[with_it])))

    def __len__(self) -> int:
        """How many classes occur."""
        return len(self._classes)

    def draw(self, rng: np.random.Generator) -> tuple[int, float, float]:
        """Index of a scene and a place in it, as shares of its height and its width."""
        code, with_it, sums = self._classes[int(rng.integers(len(self._classes)))]
        index = int(with_it[np.searchsorted(sums, rng.random() * sums[-1], side="right").clip(max=len(sums) - 1)])
        places = self._surveys[index].places[code]
        down, right = places[int(rng.integers(len(places)))]
        return index, float(down), float(right)
