"""Reading classified rasters, made here or elsewhere: codes block by block, 255 where there is no data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from satseg_core.errors import RasterError
from satseg_core.legend import NODATA
from satseg_core.raster.failures import cannot_open, cannot_read

BLOCK = 1024
"""Side of the blocks that classified rasters are read in, px."""

Codes = npt.NDArray[np.uint8]
"""Class codes ``(rows, columns) uint8``; 255 is nodata."""


@contextmanager
def open_classified(path: Path) -> Iterator[DatasetReader]:
    """Open a map of classes.

    Raises:
        RasterError: the file does not exist, is no raster, or `check_classified` refuses it.
    """
    if not path.exists():
        raise RasterError(f"There is no file {path}; check the name.")
    try:
        dataset = rasterio.open(path)
    except RasterioIOError as error:
        raise RasterError(cannot_open(str(path), error)) from error
    with dataset:
        check_classified(dataset)
        yield dataset


def check_classified(dataset: DatasetReader) -> None:
    """Refuse what cannot be a map of classes.

    Raises:
        RasterError: the raster has several bands of data, or values that are not whole numbers.
    """
    data_bands = [i for i, kind in enumerate(dataset.colorinterp) if kind.name != "alpha"]
    if len(data_bands) != 1:
        raise RasterError(
            f"{dataset.name} has {len(data_bands)} bands, so it is an image and not a map of classes;"
            " give the map that 'satseg segment' wrote."
        )
    if not np.issubdtype(np.dtype(dataset.dtypes[0]), np.integer):
        raise RasterError(
            f"{dataset.name} holds {dataset.dtypes[0]} values and not whole class codes;"
            " give the map that 'satseg segment' wrote, or convert it to whole numbers first."
        )


def is_plain(dataset: DatasetReader) -> bool:
    """Whether pixel values are codes as they are: bytes with 255 as nodata, as SatSeg writes them."""
    return bool(dataset.count == 1 and dataset.dtypes[0] == "uint8" and dataset.nodata == NODATA)


def read_codes(dataset: DatasetReader, window: Window | None = None) -> Codes:
    """Codes of a window, or of the whole raster.

    Args:
        dataset: a raster that `check_classified` lets through.
        window: px, inside the raster.

    Returns:
        ``(rows, columns) uint8``.

    Raises:
        RasterError: a value that is not nodata is outside 0 to 254, or the raster is damaged.
    """
    try:
        values = dataset.read(1, window=window)
    except RasterioIOError as error:
        raise RasterError(cannot_read(dataset.name, error)) from error
    if is_plain(dataset):
        return np.asarray(values, np.uint8)
    valid = dataset.read_masks(1, window=window) > 0
    if np.any(valid & ((values < 0) | (values >= NODATA))):
        raise RasterError(
            f"{dataset.name} has class codes outside 0 to {NODATA - 1};"
            " renumber its classes, or set the value of its background as nodata."
        )
    return np.where(valid, values, NODATA).astype(np.uint8)


def code_blocks(dataset: DatasetReader, size: int = BLOCK) -> Iterator[tuple[Window, Codes]]:
    """Windows of at most ``size`` px a side that cover the raster, row by row, each with its codes.

    Raises:
        RasterError: as `read_codes`.
    """
    for row in range(0, dataset.height, size):
        for column in range(0, dataset.width, size):
            window = Window(column, row, min(size, dataset.width - column), min(size, dataset.height - row))
            yield window, read_codes(dataset, window)


def count_blocks(dataset: DatasetReader, size: int = BLOCK) -> int:
    """How many blocks `code_blocks` gives."""
    return int(-(-dataset.height // size) * -(-dataset.width // size))
