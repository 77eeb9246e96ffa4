"""Averaging and interpolating px of which some are without data: GDAL knows only of those that a file declares."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Taps:
    """What each px of a result along one axis is made of.

    Attributes:
        first, stop: of the raster's px that are needed.
        index: ``(K, n)``, counted from ``first``.
        weight: ``(K, n)``; those of a px add up to 1.
    """

    first: int
    stop: int
    index: NDArray[np.int64]
    weight: NDArray[np.float64]

    @classmethod
    def along(cls, start: float, step: float, count: int, length: int) -> Taps:
        """Of ``count`` px of ``step`` raster px each, from ``start`` on; the raster has ``length``.

        Where px become fewer each counts with its share, and where they become more it is interpolated.
        """
        edges = start + step * np.arange(count + 1)
        if step > 1:
            base = np.floor(edges[:-1] + _NOTHING)
            index = base + np.arange(math.ceil(step) + 1)[:, None]
            weight = (np.minimum(edges[1:], index + 1) - np.maximum(edges[:-1], index)).clip(0)
            weight[weight < _NOTHING] = 0
        else:
            centre = (edges[:-1] + edges[1:]) / 2 - 0.5
            base = np.floor(centre)
            index = base + np.arange(2)[:, None]
            weight = np.stack([1 - (centre - base), centre - base])
        index = index.clip(0, length - 1).astype(np.int64)
        first, stop = int(index.min()), int(index.max()) + 1
        return cls(first, stop, index - first, weight / weight.sum(axis=0))


_NOTHING = 1e-6
"""Of a px: what sticks out less is an error of rounding."""


def weighted(values: NDArray[np.floating], rows: Taps, cols: Taps) -> NDArray[np.floating]:
    """Means ``(B, h, w)`` of ``(B, H, W)``, element by element, so that bits do not depend on the shape."""
    return _summed(_summed(values, 1, rows), 2, cols)


def _summed(values: NDArray[np.floating], axis: int, taps: Taps) -> NDArray[np.floating]:
    """Along one axis: the sum of what each px of the result takes, times its weight."""
    shape = [*values.shape[:axis], taps.index.shape[1], *values.shape[axis + 1 :]]
    found, taken = np.zeros(shape, values.dtype), np.empty(shape, values.dtype)
    for index, weight in zip(taps.index, taps.weight):
        np.take(values, index, axis, out=taken, mode="clip")
        taken *= np.expand_dims(weight.astype(values.dtype), tuple(range(1, 3 - axis)))
        found += taken
    return found


def touched(there: NDArray[np.bool_], rows: Taps, cols: Taps) -> NDArray[np.bool_]:
    """Which px of a result ``(B, h, w)`` have a part of some px ``(B, H, W)``; a px beside them may be among these."""
    down = np.logical_or.reduce([there[:, index] for index in rows.index])
    return np.asarray(np.logical_or.reduce([down[:, :, index] for index in cols.index]))
