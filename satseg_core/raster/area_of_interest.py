"""Which part of a raster is asked for: an extent in map units, and polygons to stay inside of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from satseg_core.errors import BesideError, UsageError
from satseg_core.raster.drawing import Board
from satseg_core.raster.grid import Block, Span
from satseg_core.raster.polygon_file import read_polygons
from satseg_core.raster.polygon_layer import PolygonLayer
from satseg_core.raster.projecting import Way
from satseg_core.raster.source import Source
from satseg_core.raster.whereabouts import whereabouts

_BAND = 4096
"""Rows that are looked at together."""

Extent = tuple[float, float, float, float]
"""xmin, ymin, xmax, ymax in the units of the raster's CRS."""


def whole(source: Source) -> Block:
    """All of a raster."""
    height, width = source.shape
    return Block(Span(0, height), Span(0, width))


def extent_block(source: Source, extent: Sequence[float] | None) -> Block:
    """The px that an extent touches, snapped outwards to whole px and cut off at the raster's edge.

    Args:
        source: the open raster.
        extent: see `Extent`; None for the whole raster.

    Raises:
        UsageError: the extent is empty or lies beside the raster.
    """
    if extent is None:
        return whole(source)
    xmin, ymin, xmax, ymax = extent
    if not (all(map(math.isfinite, extent)) and xmin < xmax and ymin < ymax):
        raise UsageError("The extent has no area; give it as xmin,ymin,xmax,ymax in the raster's CRS.")
    corners = [~source.transform * corner for corner in ((xmin, ymin), (xmin, ymax), (xmax, ymin), (xmax, ymax))]
    height, width = source.shape
    rows = _snap([row for _, row in corners], height)
    cols = _snap([col for col, _ in corners], width)
    if rows.size <= 0 or cols.size <= 0:
        bounds = ",".join(f"{value:.10g}" for value in _bounds(source))
        raise UsageError(f"The extent lies beside the raster, which covers {bounds}; give one that overlaps it.")
    return Block(rows, cols)


def _snap(values: Sequence[float], size: int) -> Span:
    """Whole px around ``values``; what is within a thousandth of a px of a border counts as on it."""
    start = math.floor(min(values) + 1e-3)
    stop = max(math.ceil(max(values) - 1e-3), start + 1)  # one px holds an extent that is smaller than that
    return Span(max(start, 0), min(stop, size))


def _bounds(source: Source) -> Extent:
    height, width = source.shape
    corners = [source.transform * corner for corner in ((0, 0), (width, 0), (0, height), (width, height))]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return (min(xs), min(ys), max(xs), max(ys))


class AreaOfInterest:
    """Polygons that a run stays inside of; px whose centre is outside become nodata.

    Args:
        path: a vector file with polygons, here or elsewhere, or a layer of one; reprojected to the raster's CRS.
        source: the open raster.

    Attributes:
        warnings: sentences on what was assumed.

    Raises:
        UsageError: the file cannot be read, has no polygons, or no CRS where the raster has one.
        BesideError: the polygons lie beside the raster.
    """

    def __init__(self, path: str | Path | PolygonLayer, source: Source) -> None:
        polygons = read_polygons(path, source.crs, "mask")
        way = Way(polygons.crs, source.crs, source.transform, str(path), "mask")
        self.warnings = (*polygons.warnings, *way.doubts(source.shape))
        bounds = shapely.total_bounds(polygons.shapes)
        board = Board(way, source.shape, bounds)
        self._drawing = board.together(polygons.shapes)  # not the raster: other processes get a copy of this
        height, width = source.shape
        if not any(self.touches(rows, [Span(0, width)]) for rows in _bands(height)):
            if self._drawing.is_blank:
                raise BesideError(
                    f"The polygons of {path} lie beside the raster; choose a mask that overlaps it."
                    + whereabouts(way, source.shape, bounds)
                )
            raise BesideError(f"The polygons of {path} hold the centre of no px of the raster; choose larger ones.")

    @property
    def digest(self) -> str:
        """SHA-256 of the polygons in px of the raster: tells whether they have changed, whatever file they come in."""
        return self._drawing.digest

    def touches(self, rows: Span, cols: Sequence[Span]) -> int:
        """How many stretches of columns have a px inside, in some rows."""
        return int(self._drawing.held(rows, cols).sum())

    def inside(self, block: Block) -> NDArray[np.bool_]:
        """Whether each px of a block is inside, ``(h, w) bool``."""
        return self._drawing.centres(block)


def _bands(height: int) -> Iterator[Span]:
    """All rows of a raster, some at a time."""
    for row in range(0, height, _BAND):
        yield Span(row, min(row + _BAND, height))
