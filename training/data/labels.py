"""Reading labels on an image's grid: rasters of any size or CRS, polygons of any CRS, or one label for all."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from training.data.codes import IGNORE, Codes, DataError, LabelTable
from training.data.resize import Box, resize_codes

SAMPLES = 4
"""Label px a px of the result, along each axis, are as many as a majority needs."""

_SAME_PLACE = 0.05
"""Grids whose corners are this close together, in label px, are the same."""

_SAME_SHAPE = 0.02
"""Labels that are stretched over an image may differ from its proportions by this share."""


@dataclass(frozen=True)
class Grid:
    """The px of an image.

    Attributes:
        shape: rows and columns.
        transform: px to CRS coordinates.
        crs: as WKT; empty if the image has none.
    """

    shape: tuple[int, int]
    transform: Affine
    crs: str

    def resized(self, box: Box, shape: tuple[int, int]) -> Affine:
        """The transform of a part of the grid at another size."""
        scale = Affine.scale(box.cols / shape[1], box.rows / shape[0])
        transform: Affine = self.transform * Affine.translation(box.col, box.row) * scale
        return transform


def read_raster(
    path: Path, table: LabelTable, grid: Grid, box: Box, shape: tuple[int, int], samples: int = SAMPLES
) -> Codes:
    """Codes of a part of an image from a label raster.

    Labels with a CRS are put in their place on the image's grid; what they do not cover is `IGNORE`. Labels
    without one cover the image's ground, whatever their px size.

    Args:
        path: the label raster.
        table: what its values mean.
        grid: of the image.
        box: the part, in the image's px, inside it.
        shape: rows and columns of the result; shrinking takes the class with the most area, growing the nearest.
        samples: at most this many label px a px of the result are looked at along each axis.

    Returns:
        ``(h, w) uint8``.

    Raises:
        DataError: the file cannot be read, or has other proportions than the image.
    """
    try:
        with ExitStack() as stack:
            labels = _on_grid(stack.enter_context(rasterio.open(path)), grid, stack)
            check_proportions(path, (labels.height, labels.width), grid.shape)
            there = box.scaled(labels.height / grid.shape[0], labels.width / grid.shape[1])
            return _window(labels, table, there, shape, samples)
    except RasterioError as error:
        raise DataError(f"The labels {path} cannot be read; check the file. ({error})") from error


def check_proportions(path: Path, labels: tuple[int, int], image: tuple[int, int]) -> None:
    """Refuse labels that cannot cover the same ground as the image.

    Raises:
        DataError: height and width are in another proportion.
    """
    # Half a px is lost where sizes are rounded.
    ratio = labels[0] * image[1] / (labels[1] * image[0])
    if abs(ratio - 1) > _SAME_SHAPE + 1 / min(labels):
        raise DataError(
            f"The labels {path} are {labels[1]} x {labels[0]} px and their image {image[1]} x {image[0]} px;"
            " they must show the same ground."
        )


def _on_grid(labels: DatasetReader, grid: Grid, stack: ExitStack) -> DatasetReader:
    """The labels themselves where they cover the image's ground, else warped onto the image's grid."""
    if labels.crs is None or not grid.crs or _covers(labels, grid):
        return labels
    return stack.enter_context(
        WarpedVRT(
            labels,
            crs=grid.crs,
            transform=grid.transform,
            height=grid.shape[0],
            width=grid.shape[1],
            add_alpha=ColorInterp.alpha not in labels.colorinterp,
        )
    )


def _covers(labels: DatasetReader, grid: Grid) -> bool:
    """Whether labels and image have the same CRS and corners."""
    if CRS.from_wkt(labels.crs.to_wkt()) != CRS.from_wkt(grid.crs):
        return False
    for down, right in ((0, 0), (0, 1), (1, 0), (1, 1)):
        col, row = ~labels.transform * (grid.transform * (right * grid.shape[1], down * grid.shape[0]))
        if max(abs(row - down * labels.height), abs(col - right * labels.width)) > _SAME_PLACE:
            return False
    return True


def _window(labels: DatasetReader, table: LabelTable, box: Box, shape: tuple[int, int], samples: int) -> Codes:
    """Read whole label px around a box, make codes of them, and only then take the majority."""
    top, left = int(box.row), int(box.col)
    bottom = min(labels.height, int(np.ceil(box.row + box.rows - 1e-6)))
    right = min(labels.width, int(np.ceil(box.col + box.cols - 1e-6)))
    window = Window(left, top, right - left, bottom - top)
    size = (
        min(bottom - top, max(1, round((bottom - top) / box.rows * shape[0] * samples))),
        min(right - left, max(1, round((right - left) / box.cols * shape[1] * samples))),
    )
    codes = _codes(labels, table, window, size)
    inside = box.moved(-top, -left).scaled(size[0] / window.height, size[1] / window.width)
    return resize_codes(codes, inside, shape)


def _codes(labels: DatasetReader, table: LabelTable, window: Window, size: tuple[int, int]) -> Codes:
    """Codes of whole label px, or of a regular choice of them."""
    options = {"window": window, "out_shape": size}
    if table.coding == "values":
        codes = table.from_values(labels.read(1, **options))
    else:
        codes = table.from_colors(_colors(labels, options))
    if ColorInterp.alpha in labels.colorinterp:
        opacity = labels.read(labels.colorinterp.index(ColorInterp.alpha) + 1, **options)
        codes = np.where(opacity > 0, codes, np.uint8(IGNORE))
    return codes


def _colors(labels: DatasetReader, options: dict[str, Any]) -> npt.NDArray[np.uint8]:
    """Colours ``(h, w, 3) uint8`` of an RGB, palette or grey raster."""
    if labels.colorinterp[0] == ColorInterp.palette:
        palette = np.zeros((256, 3), np.uint8)
        for index, color in labels.colormap(1).items():
            palette[index] = color[:3]
        return np.asarray(palette[labels.read(1, **options)])
    bands = [1, 2, 3] if labels.count >= 3 else [1, 1, 1]
    return np.ascontiguousarray(np.transpose([labels.read(band, **options) for band in bands], (1, 2, 0)), np.uint8)
