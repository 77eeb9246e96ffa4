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
    found = np.zeros((values.shape[0], rows.index.shape[1], values.shape[2]), values.dtype)
    for index, weight in zip(rows.index, rows.weight):
        found += values[:, index, :] * weight.astype(values.dtype)[:, None]
    result = np.zeros((*found.shape[:2], cols.index.shape[1]), values.dtype)
    for index, weight in zip(cols.index, cols.weight):
        result += found[:, :, index] * weight.astype(values.dtype)
    return result
