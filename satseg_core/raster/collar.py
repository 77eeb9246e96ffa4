"""Borders of one value that nothing declares as without data: the black around a scene that was turned or cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.io import DatasetReader
from rasterio.windows import Window

from satseg_core.raster.validity import Validity

LEAST = 0.05
"""Share of a raster that a border must have to be told of."""

_ALL = 0.98
"""Share from which on a raster is of one colour, and has no border."""

_CORNER = 16
"""Px down and across that are alike in a corner that belongs to a border; fewer in small rasters."""

_SMALLEST = 16
"""Height or width, px, below which nothing is said."""

_PLACES = np.array([0, 0.01, 0.03, 0.07, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.93, 0.97, 0.99, 1])
"""Where px are looked at along each axis: closer at the edges, as borders are narrow."""


@dataclass(frozen=True)
class Collar:
    """A border of one value.

    Attributes:
        values: of the bands that are read.
        every: of all bands of the raster.
        share: of the raster, 0 to 1.
        besides: whether other values are known to be without data.
    """

    values: tuple[float, ...]
    every: tuple[float, ...]
    share: float
    besides: bool = False

    def warning(self, path: str) -> str:
        """The sentence for it, with the option to use."""
        alike = len(set(self.every)) == 1
        option = ",".join(f"{value:.17g}" for value in (self.every[:1] if alike else self.every))
        name = "--also-nodata" if self.besides and alike else "--nodata"
        value = f"{self.every[0]:g}" if alike else "(" + ", ".join(f"{value:g}" for value in self.every) + ")"
        return (
            f"About {100 * self.share:.0f} % of {path}, from its edge inwards, has the one value {value}, and nothing"
            f" says that it is without data. If that is no land, give {name} {option}."
        )


def find_collar(dataset: DatasetReader, validity: Validity) -> Collar | None:
    """The border of one value that a raster has, if it is large and nothing says that it is without data.

    A few px are read, and more only if a corner looks like one; none where alpha, a mask or gaps tell. Where a single
    band is read, values that land may have count for nothing: a lake is as flat.

    Args:
        dataset: the open raster; no palette.
        validity: what says that px are without data.

    Raises:
        RasterioError: the raster is damaged.
    """
    if min(dataset.shape) < _SMALLEST or validity.is_declared_by_px:
        return None
    found = {values for values in _corners(dataset, validity) if _may_be_fill(values, validity)}
    if not found:
        return None
    seen = _spread(dataset, validity)
    shares = {values: _share((seen == np.array(values)[:, None, None]).all(axis=0)) for values in found}
    values, share = max(shares.items(), key=lambda item: (item[1], item[0]))
    if not LEAST < share < _ALL:
        return None
    return Collar(values, _every(dataset, values, validity), share, validity.is_declared)


def _corners(dataset: DatasetReader, validity: Validity) -> list[tuple[float, ...]]:
    """Values of the corners that are of one value."""
    height, width = dataset.shape
    side = min(max(min(dataset.shape) // 100, 1), _CORNER)
    found = []
    for row in (0, height - side):
        for col in (0, width - side):
            seen = validity.look(dataset, Window(col, row, side, side))
            first = seen.values[:, :1, :1]
            if seen.data.all() and (seen.values == first).all():
                found.append(tuple(float(value) for value in first.ravel()))
    return found


def _may_be_fill(values: tuple[float, ...], validity: Validity) -> bool:
    """Whether such px are likely to be no land: colours always, a single band at an end of what its type holds."""
    if len(values) > 1:
        return True
    dtype = validity.dtypes[0]
    if validity.is_declared:
        return False
    if "float" in dtype:
        return values[0] == 0 or abs(values[0]) >= 9999
    limits = np.iinfo(dtype)
    return values[0] in (0, limits.min, limits.max) or values[0] <= -9999


def _spread(dataset: DatasetReader, validity: Validity) -> NDArray[Any]:
    """Px spread over the raster, ``(B, n, n)``; NaN where there is no data."""
    rows, cols = (np.rint(_PLACES * (length - 1)).astype(int) for length in dataset.shape)
    found = np.full((len(validity.bands), len(rows), len(cols)), np.nan)
    for i, row in enumerate(rows):
        for j, col in enumerate(cols):
            seen = validity.look(dataset, Window(int(col), int(row), 1, 1))
            if seen.data.all():
                found[:, i, j] = seen.values[:, 0, 0]
    return found


def _share(alike: NDArray[np.bool_]) -> float:
    """The share of the raster that px have that are alike, and joined with its edge through others that are."""
    joined = np.zeros_like(alike)
    joined[[0, -1]], joined[:, [0, -1]] = alike[[0, -1]], alike[:, [0, -1]]
    while True:
        around = np.pad(joined, 1)
        grown = alike & (around[:-2, 1:-1] | around[2:, 1:-1] | around[1:-1, :-2] | around[1:-1, 2:] | joined)
        if (grown == joined).all():
            break
        joined = grown
    edges = np.concatenate([[0], (_PLACES[1:] + _PLACES[:-1]) / 2, [1]])
    size = np.diff(edges)
    return float((joined * size[:, None] * size).sum())


def _every(dataset: DatasetReader, values: tuple[float, ...], validity: Validity) -> tuple[float, ...]:
    """Values of all bands of the raster in a corner of the border."""
    height, width = dataset.shape
    for row in (0, height - 1):
        for col in (0, width - 1):
            px = [float(value) for value in dataset.read(window=Window(col, row, 1, 1)).ravel()]
            if tuple(px[band - 1] for band in validity.bands) == values:
                return tuple(px)
    return values
