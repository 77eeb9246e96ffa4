"""From class codes to polygons along the edges of pixels: exact, valid, and sharing every vertex of their borders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.features
import shapely
from affine import Affine
from rasterio.io import DatasetReader
from rasterio.windows import Window

from satseg_core.raster.labels import Codes, is_plain, read_codes
from satseg_core.vector.junctions import Junctions, Offsets, Pixels

Ring = npt.NDArray[np.float64]
"""Vertices ``(n, 2)`` as GDAL gives them."""

BATCH_POINTS = 200_000
"""Vertices that are gathered before polygons are made of them."""


@dataclass(frozen=True)
class Shapes:
    """Some of a map's polygons.

    Attributes:
        codes: class code of each, ``(n,) uint8``.
        geometries: shapely polygons, ``(n,)``, in px (column, row).
    """

    codes: npt.NDArray[np.uint8]
    geometries: npt.NDArray[np.object_]


class Labels:
    """Class codes to trace, read from a dataset as they are needed, or held in memory where they were changed.

    Rasters that hold codes in another way than SatSeg writes them are read whole, 1 byte a px.
    """

    def __init__(self, dataset: DatasetReader) -> None:
        self._dataset = dataset
        self._codes: Codes | None = None if is_plain(dataset) else read_codes(dataset)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, px."""
        return (self._dataset.height, self._dataset.width)

    @property
    def transform(self) -> Affine:
        """Pixel to CRS coordinates."""
        transform: Affine = self._dataset.transform
        return transform

    @property
    def source(self) -> Any:
        """What `rasterio.features` reads the codes from."""
        return rasterio.band(self._dataset, 1) if self._codes is None else self._codes

    def rows(self, first: int, last: int) -> Codes:
        """Codes of the rows from ``first`` to before ``last``: ``(last - first, width) uint8``."""
        if self._codes is not None:
            return self._codes[first:last]
        return read_codes(self._dataset, Window(0, first, self._dataset.width, last - first))

    def whole(self) -> Codes:
        """All codes, ``(height, width) uint8``."""
        return self.rows(0, self._dataset.height)

    def replace(self, codes: Codes) -> None:
        """Go on with other codes of the same shape."""
        self._codes = codes


def trace(labels: Labels, check: Callable[[], None]) -> Iterator[Shapes]:
    """Polygons of equal code, 4-connected (8 would give invalid ones), nodata among them.

    Args:
        labels: the codes.
        check: called often; may raise to stop.

    Yields:
        Valid polygons that together cover the raster exactly and share all vertices of their borders.
    """
    junctions = Junctions(*labels.shape)
    junctions.find(labels.rows, check)
    rings: list[Ring] = []
    counts: list[int] = []
    codes: list[int] = []
    points = 0
    for geometry, code in rasterio.features.shapes(labels.source, connectivity=4, transform=labels.transform):
        new = [np.array(ring) for ring in geometry["coordinates"]]
        rings += new
        counts.append(len(new))
        codes.append(int(code))
        points += sum(map(len, new))
        if points >= BATCH_POINTS:
            check()
            yield Shapes(np.array(codes, np.uint8), _polygons(rings, counts, labels, junctions))
            rings, counts, codes, points = [], [], [], 0
    if codes:
        yield Shapes(np.array(codes, np.uint8), _polygons(rings, counts, labels, junctions))


def _polygons(rings: list[Ring], counts: list[int], labels: Labels, junctions: Junctions) -> Any:
    """Shapely polygons of the first ``counts[0]`` rings, the next ``counts[1]`` and so on."""
    points = _to_pixels(np.concatenate(rings), labels.transform)
    points, ring_offsets = junctions.insert(points, _offsets([len(ring) for ring in rings]))
    return shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, points.astype(np.float64), (ring_offsets, _offsets(counts))
    )


def _to_pixels(points: Ring, transform: Affine) -> Pixels:
    """Back from CRS coordinates, which GDAL gives, to the whole numbers of pixel corners, column and row."""
    inverse = ~transform
    column = inverse.a * points[:, 0] + inverse.b * points[:, 1] + inverse.c
    row = inverse.d * points[:, 0] + inverse.e * points[:, 1] + inverse.f
    corners: Pixels = np.rint(np.column_stack([column, row])).astype(np.int64)
    return corners


def _offsets(lengths: list[int]) -> Offsets:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
