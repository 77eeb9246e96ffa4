"""Which blocks of a GeoTIFF were ever written: GDAL gives 0 for the others, and nothing says so."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.io import DatasetReader
from rasterio.windows import Window

_CHECKED = 4096
"""So many of the blocks that seem to be missing are looked at."""

Rect = tuple[float, float, float, float]
"""Left, top, right and lower edge, px of the raster."""


def written(dataset: DatasetReader, band: int) -> list[Rect] | None:
    """Rectangles of the blocks of a band that are in the file; None for all of them, or where nobody can know.

    Args:
        dataset: the open raster.
        band: from 1.

    Raises:
        RasterioError: the raster is damaged.
    """
    if dataset.driver != "GTiff":
        return None
    present = _present_surely(dataset, band)
    # GDAL cuts a file of one strip into lines, and knows no places of these but the first.
    lines = dataset.block_shapes[band - 1] == (1, dataset.width) and not present[1:].any()
    if present.all() or lines or not _are_empty(dataset, band, present):
        return None
    height, width = dataset.block_shapes[band - 1]
    return [
        (
            float(left * width),
            float(top * height),
            float(min(right * width, dataset.width)),
            float(min(low * height, dataset.height)),
        )
        for left, top, right, low in _rectangles(present)
    ]


def _present_surely(dataset: Any, band: int) -> NDArray[np.bool_]:
    """See `_present`. What a server failed to tell looks as if it were missing, so it is asked again for that."""
    present = _present(dataset, band)
    if present.all() or isinstance(dataset, DatasetReader):
        return present
    return np.asarray(dataset.confirmed(lambda opened: _present(opened, band)))


def _present(dataset: DatasetReader, band: int) -> NDArray[np.bool_]:
    """Which blocks have a place in the file, ``(rows, columns) bool`` of blocks."""
    height, width = dataset.block_shapes[band - 1]
    rows, cols = -(-dataset.height // height), -(-dataset.width // width)
    places = (
        dataset.get_tag_item(f"BLOCK_OFFSET_{col}_{row}", "TIFF", bidx=band)
        for row in range(rows)
        for col in range(cols)
    )
    return np.fromiter((place is not None for place in places), bool, rows * cols).reshape(rows, cols)


def _are_empty(dataset: DatasetReader, band: int, present: NDArray[np.bool_]) -> bool:
    """Whether blocks without a place are empty, as far as some of them show: GDAL's blocks need not be the file's."""
    missing = np.argwhere(~present)
    height, width = dataset.block_shapes[band - 1]
    for row, col in missing[:: -(-len(missing) // _CHECKED)].tolist():
        top, left = row * height, col * width
        part = Window(left, top, min(width, dataset.width - left), min(height, dataset.height - top))
        if np.any(dataset.read(band, window=part)):
            return False
    return True


def _rectangles(present: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """Blocks in as few rectangles as rows allow: left, top, right, low, in blocks."""
    found: list[tuple[int, int, int, int]] = []
    begin = 0
    for row in range(1, len(present) + 1):
        if row == len(present) or (present[row] != present[begin]).any():
            edges = np.flatnonzero(np.diff(np.concatenate([[0], present[begin].astype(np.int8), [0]])))
            found += [(left, begin, right, row) for left, right in edges.reshape(-1, 2).tolist()]
            begin = row
    return found
