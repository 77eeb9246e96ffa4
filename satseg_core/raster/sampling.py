"""A sample of a raster's px, from places that its size alone decides.

The px are the file's own, never those of overviews: a map must not depend on whether there are any, nor on how a file
is laid out. Patches lie evenly spread, each inside one tile of the file as tiles usually are. Where most of them show
nothing, as in scenes that lie askew, more are looked at; where none does, the whole raster is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from satseg_core.raster.source import Source
from satseg_core.raster.validity import Seen

SMALL = 2**21
"""Rasters of so many px are looked at whole."""

SIDE = 128
"""Of a patch, px."""

SPREADS = (12, 16, 24, 32)
"""Patches down and across, one after the other until there is enough."""

ENOUGH = SPREADS[0] ** 2 * SIDE**2 // 2
"""Px with data that are enough: half of the first patches."""

_GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it lie evenly between whole numbers."""

_FEW = ENOUGH // 8
"""Px with data that are too few to go by, if there are more."""

_MOST = 4 * ENOUGH
"""Px that are kept of a raster that is looked at whole."""

Values = list[NDArray[np.generic]]
"""Values that are data, of each band that is read (`satseg_core.raster.validity.Validity.bands`)."""


def sample(source: Source, fill: Sequence[float] = ()) -> Values:
    """Values of px with data, of each band that is read.

    Args:
        source: the open raster.
        fill: values of the bands of px that are left out, too: of what is no land, though nothing says so.

    Raises:
        RasterioError: the raster is damaged.
    """
    height, width = source.shape
    if height * width <= SMALL:
        return _joined([every_value(source, Window(0, 0, width, height), fill)])
    found: list[Values] = []
    for spread in SPREADS:
        found = [every_value(source, window, fill) for window in patches(source.shape, spread)]
        if _count(found) >= ENOUGH:
            break
    return _joined(found) if _count(found) >= _FEW else _everywhere(source, fill)


def patches(shape: tuple[int, int], spread: int) -> list[Window]:
    """Windows in so many parts of a raster, down and across.

    They are shifted from row to row, as fields, streets and scenes of a mosaic lie in rows and columns. Those of a row
    are at one height: files of whole rows are decoded row by row.
    """
    height, width = (min(SIDE, length) for length in shape)
    part = np.arange(spread)
    rows = _begin((part + 0.5) / spread, shape[0])
    cols = _begin((part + (part[:, None] * _GOLDEN) % 1) / spread, shape[1])
    corners = dict.fromkeys((row, col) for row, places in zip(rows.tolist(), cols.tolist()) for col in places)
    return [Window(col, row, width, height) for row, col in corners]


def _begin(places: NDArray[np.float64], length: int) -> NDArray[np.int64]:
    """Where patches begin that are to show places from 0 to 1 along an axis."""
    begin = np.floor(places * length / SIDE) * SIDE
    return np.asarray(np.minimum(begin, max(length - SIDE, 0)), np.int64)


def every_value(source: Source, window: Window, fill: Sequence[float]) -> Values:
    """Values of a part of the raster that are data; arguments and errors as of `sample`."""
    seen = source.validity.look(source.dataset, window)
    data = seen.data
    if fill:
        data &= ~is_fill(seen, fill)
    missing = np.broadcast_to(seen.missing, seen.values.shape)
    return [band[data & ~lacks] for band, lacks in zip(seen.values, missing)]


def is_fill(seen: Seen, fill: Sequence[float]) -> NDArray[np.bool_]:
    """Which px have one value in each band, ``(h, w) bool``."""
    alike = [band == np.asarray(value, band.dtype) for band, value in zip(seen.values, fill)]
    return np.asarray(np.logical_and.reduce(alike))


def _count(found: Sequence[Values]) -> int:
    """Values of the band that has fewest."""
    return min(sum(len(values[band]) for values in found) for band in range(len(found[0])))


def _joined(found: Sequence[Values]) -> Values:
    return list(found[0]) if len(found) == 1 else [np.concatenate(bands) for bands in zip(*found)]


def _everywhere(source: Source, fill: Sequence[float]) -> Values:
    """Every so many-th value of the whole raster."""
    found: list[Values] = []
    step = 1
    for window in _rows(source.shape):
        found.append([band[::step] for band in every_value(source, window, fill)])
        while _count(found) > _MOST:
            found, step = [[band[::2] for band in _joined(found)]], step * 2
    return _joined(found)


def _rows(shape: tuple[int, int]) -> Iterator[Window]:
    """Windows of whole rows."""
    height, width = shape
    size = max(SMALL // width, 1)
    for row in range(0, height, size):
        yield Window(0, row, width, min(size, height - row))
