"""Which part of a raster is asked for: an extent in map units, and polygons to stay inside of."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import geometry_mask

from satseg_core.errors import BesideError, UsageError
from satseg_core.raster.grid import Block, Span
from satseg_core.raster.polygon_file import read_polygons
from satseg_core.raster.polygon_layer import PolygonLayer
from satseg_core.raster.source import Source

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
    stop = math.ceil(max(values) - 1e-3)
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
        self._transform = source.transform  # not the raster: other processes get a copy of this
        polygons = read_polygons(path, source.crs, "mask")
        self.warnings = polygons.warnings
        self._shapes = list(polygons.shapes)
        self._tree = shapely.STRtree(self._shapes)
        if not self._tree.query(shapely.box(*_bounds(source)), predicate="intersects").size:
            raise BesideError(f"The polygons of {path} lie beside the raster; choose a mask that overlaps it.")

    @property
    def digest(self) -> str:
        """SHA-256 of the polygons in the raster's CRS: tells whether they have changed, whatever file they come in."""
        return hashlib.sha256(b"".join(shapely.to_wkb(self._shapes))).hexdigest()

    def touches(self, frames: NDArray[Any]) -> int:
        """How many of these polygons, in the raster's CRS, touch the area."""
        return len(np.unique(self._tree.query(frames, predicate="intersects")[0]))

    def inside(self, block: Block) -> NDArray[np.bool_]:
        """Whether each px of a block is inside, ``(h, w) bool``."""
        transform = self._transform * Affine.translation(block.cols.start, block.rows.start)
        frame = shapely.Polygon(
            [
                transform * corner
                for corner in ((0, 0), (block.cols.size, 0), (block.cols.size, block.rows.size), (0, block.rows.size))
            ]
        )
        near = [self._shapes[i] for i in self._tree.query(frame, predicate="intersects")]
        if not near:
            return np.zeros(block.shape, bool)
        return np.asarray(geometry_mask(near, block.shape, transform, invert=True))
