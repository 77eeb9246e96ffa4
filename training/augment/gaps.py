"""Land without data, as crops of real rasters have it: beyond the edge of a rotated scene, between swaths, in holes.

What is cut away is filled by the engine's own function, so the network learns from what it will be shown.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from satseg_core.raster.filling import fill_gaps
from training.augment.light import Picture
from training.data.codes import IGNORE, Codes

Flags = npt.NDArray[np.bool_]

LEFT = 0.25
"""Share of a crop that keeps its data at least."""

MOST_HOLES = 12


def cut_gaps(pixels: Picture, codes: Codes, rng: np.random.Generator) -> tuple[Picture, Codes]:
    """Cut a part of a crop away and fill it from the rest, as the engine does; labels there become *ignore*.

    Args:
        pixels: ``(B, H, W) float32``; left as they are.
        codes: ``(H, W) uint8``; left as they are.
        rng: where chance comes from.
    """
    data = data_mask(codes.shape, rng)
    pixels = pixels.copy()
    fill_gaps(pixels, data)
    return pixels, np.where(data, codes, np.uint8(IGNORE))


def data_mask(shape: tuple[int, ...], rng: np.random.Generator) -> Flags:
    """Which px of a crop keep their data, ``(H, W)``: at least `LEFT` of them do.

    A third of the crops each lie at the edge of a scene, in its corner or a swath, and around holes.
    """
    draw = (_edge, _edges, _holes)[int(rng.integers(3))]
    for _ in range(8):
        data = draw(shape, rng)
        if data.mean() >= LEFT:
            return data
    return np.ones(shape, bool)


def _edge(shape: tuple[int, ...], rng: np.random.Generator) -> Flags:
    """One side of a straight line through the crop, at any angle."""
    height, width = shape
    angle = float(rng.uniform(0, 2 * math.pi))
    through = rng.uniform(0.1, 0.9, 2) * shape
    down, across = np.arange(height)[:, None] - through[0], np.arange(width) - through[1]
    return np.asarray(down * math.sin(angle) + across * math.cos(angle) <= 0)


def _edges(shape: tuple[int, ...], rng: np.random.Generator) -> Flags:
    """What two lines leave: the corner of a scene, a swath, or a wedge."""
    return _edge(shape, rng) & _edge(shape, rng)


def _holes(shape: tuple[int, ...], rng: np.random.Generator) -> Flags:
    """All but some discs of one px to half the crop across."""
    data = np.ones(shape, bool)
    for _ in range(int(rng.integers(1, MOST_HOLES + 1))):
        across = math.exp(rng.uniform(0.0, math.log(max(min(shape) / 2, 1.0))))
        row, col = rng.random(2) * shape
        down, right = np.arange(shape[0])[:, None] + 0.5 - row, np.arange(shape[1]) + 0.5 - col
        data &= np.hypot(down, right) > across / 2
    return data
