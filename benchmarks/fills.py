"""Ways to fill gaps that `benchmarks.edges` compares with the engine's; each changes an image in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Callable
from unittest import mock

import numpy as np

from satseg_core.model.card import ModelCard
from satseg_core.raster import filling
from satseg_core.raster.filling import fill_gaps, mirrored_cells, nearest_cells

Fill = Callable[[np.ndarray, np.ndarray], None]
"""Takes normalised values ``(B, h, w)`` and ``(h, w)``, which px have data."""

BEFORE = "the training's mean colour (before)"
ENGINE = "mirrored, squares of 4 px (the engine)"


def fills(card: ModelCard) -> Mapping[str, Fill]:
    """All ways, by name."""
    black = ((0 - np.array(card.mean)) / card.std).astype(np.float32)

    def blacken(values: np.ndarray, data: np.ndarray) -> None:
        values[:, ~data] = black[:, None]

    return {
        "black": blacken,
        BEFORE: _neutral,
        "the tile's mean colour": _mean,
        "push and pull": _pyramid,
        "nearest px": _nearest,
        "mirrored px by px": _mirrored,
        "mirrored, squares of 8 px": _mirrored_by(8),
        ENGINE: fill_gaps,
    }


@contextmanager
def filling_by(fill: Fill) -> Iterator[None]:
    """Let the engine fill gaps in another way."""
    with mock.patch("satseg_core.raster.reading.fill_gaps", fill):
        yield


def _neutral(values: np.ndarray, data: np.ndarray) -> None:
    """What normalisation makes zero."""
    values[:, ~data] = 0


def _mean(values: np.ndarray, data: np.ndarray) -> None:
    if data.any():
        values[:, ~data] = values[:, data].mean(axis=1)[:, None]


def _nearest(values: np.ndarray, data: np.ndarray) -> None:
    if data.any():
        values[:] = values[(slice(None), *nearest_cells(data))]


def _mirrored(values: np.ndarray, data: np.ndarray) -> None:
    if data.any():
        seen = mirrored_cells(data)
        values[:] = values[:, seen.rows, seen.cols]


def _mirrored_by(cell: int) -> Fill:
    def fill(values: np.ndarray, data: np.ndarray) -> None:
        with mock.patch.multiple(filling, CELL=cell, _AROUND=filling._around(cell - 1)):
            fill_gaps(values, data)

    return fill


def _pyramid(values: np.ndarray, data: np.ndarray) -> None:
    """Means of ever larger squares show through where there is nothing finer (Gortler et al. 1996)."""
    if data.any():
        values[:] = _pulled(values * data, data.astype(np.float32))


def _pulled(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Values ``(B, h, w)``, 0 where their weight ``(h, w)`` is, with means of larger squares there."""
    height, width = weight.shape
    if height == width == 1:
        return values
    pads = ((0, height % 2), (0, width % 2))
    halves = (height + 1) // 2, 2, (width + 1) // 2, 2
    sums = np.pad(values, ((0, 0), *pads)).reshape(-1, *halves).sum(axis=(2, 4))
    known = np.pad(weight, pads).reshape(halves).sum(axis=(1, 3))
    below = _pulled(sums / np.maximum(known, 1), np.minimum(known, 1).astype(np.float32))
    return values + (1 - weight) * below.repeat(2, axis=1).repeat(2, axis=2)[:, :height, :width]
