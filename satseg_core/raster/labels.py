"""Reading classified rasters, made here or elsewhere: codes block by block.

SatSeg's own maps are bytes with 255 as nodata, and stay bytes. Whatever else holds whole numbers, be it 16 bits wide,
signed or floating point, becomes codes of 32 bits with a nodata of their own, so that every value of a byte is a class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from satseg_core.errors import RasterError
from satseg_core.events import Reporter
from satseg_core.legend import HIGHEST_CODE, NODATA, Legend
from satseg_core.raster.alpha import coloured_alpha
from satseg_core.raster.failures import cannot_open, cannot_read
from satseg_core.raster.layer_names import file_of
from satseg_core.raster.overrides import NO_OVERRIDES, Overrides
from satseg_core.raster.pages import pages_warnings
from satseg_core.raster.sparse import written
from satseg_core.raster.told import open_told, told_of
from satseg_core.raster.validity import Validity

BLOCK = 1024
"""Side of the blocks that classified rasters are read in, px."""

LEGEND_TAG = "SATSEG_LEGEND"
"""Dataset tag that carries the legend as JSON."""

WIDE_NODATA = HIGHEST_CODE + 1
"""Nodata among codes of 32 bits."""

Codes = npt.NDArray[np.integer[Any]]
"""Class codes ``(rows, columns)``: ``uint8`` of SatSeg's own maps, ``int32`` of others; see `nodata_of`."""

_LISTED = 12
"""So many codes are named in a warning."""

_VOID = -3.4e38
"""Floating-point values down here are the lowest there is: a background, even where nothing says so or says it with
fewer digits."""

_VALIDITIES: WeakKeyDictionary[DatasetReader, Validity] = WeakKeyDictionary()
"""What says that px of an open raster are without data: found out once, and not for every block."""


@contextmanager
def open_classified(path: Path, told: Overrides = NO_OVERRIDES) -> Iterator[DatasetReader]:
    """Open a map of classes: a file, or one of several rasters in a file by the name that GDAL has for it.

    Args:
        path: of the file, or GDAL's name of a raster in a file.
        told: what goes before what the file says; see `open_told`.

    Raises:
        RasterError: the file does not exist, is no raster, or `check_classified` refuses it.
        UsageError: what is told of it cannot be.
    """
    if not Path(file_of(str(path))).exists():
        raise RasterError(f"There is no file {file_of(str(path))}; check the name.")
    try:
        dataset = open_told(path, told)
    except RasterioIOError as error:
        raise RasterError(cannot_open(str(path), error)) from error
    with dataset:
        check_classified(dataset)
        yield dataset


def check_classified(dataset: DatasetReader) -> None:
    """Refuse what cannot be a map of classes.

    Raises:
        RasterError: the raster has several bands of data, or complex numbers.
    """
    if dataset.count == 0 and dataset.subdatasets:
        names = ", ".join(dataset.subdatasets[:5])
        raise RasterError(f"{dataset.name} holds several rasters; give the name of one of them, such as {names}.")
    data_bands = dataset.count - len(coloured_alpha(dataset))
    if data_bands != 1:
        raise RasterError(
            f"{dataset.name} has {data_bands} bands, so it is an image and not a map of classes;"
            " give the map that 'satseg segment' wrote."
        )
    if np.issubdtype(np.dtype(dataset.dtypes[0]), np.complexfloating):
        raise RasterError(f"{dataset.name} holds complex numbers and not class codes; give a map of classes.")


def is_plain(dataset: DatasetReader) -> bool:
    """Whether pixel values are codes as they are: bytes with 255 as nodata, as SatSeg writes them.

    Some tools copy the bytes and the legend of such a map, and leave its nodata behind.
    """
    if dataset.count != 1 or dataset.dtypes[0] != "uint8":
        return False
    if not (dataset.nodata == NODATA or (dataset.nodata is None and LEGEND_TAG in dataset.tags())):
        return False
    return not _validity(dataset).is_declared_by_px


def nodata_of(codes: Codes) -> int:
    """What stands for nodata among codes; all others are lower."""
    return NODATA if codes.dtype == np.uint8 else WIDE_NODATA


def code_type(dataset: DatasetReader) -> np.dtype[Any]:
    """Of the codes that `read_codes` gives."""
    return np.dtype(np.uint8 if is_plain(dataset) else np.int32)


def highest_code(dataset: DatasetReader) -> int:
    """The last code that can occur; the one after it is nodata."""
    return nodata_of(np.empty(0, code_type(dataset))) - 1


def read_codes(dataset: DatasetReader, window: Window | None = None, shape: tuple[int, int] | None = None) -> Codes:
    """Codes of a window, or of the whole raster.

    Args:
        dataset: a raster that `check_classified` lets through.
        window: px, inside the raster.
        shape: rows and columns to read, for a picture: the nearest px of each; None for all.

    Returns:
        ``(rows, columns)`` of `code_type`, with `nodata_of` where there is no data.

    Raises:
        RasterError: a value that is not nodata is no whole number from 0 to `HIGHEST_CODE`, or it cannot be read.
    """
    try:
        values = dataset.read(1, window=window, out_shape=shape)
        if is_plain(dataset):
            return np.asarray(values, np.uint8)
        valid = _valid(dataset, values, window)
    except RasterioError as error:
        raise RasterError(cannot_read(dataset.name, error)) from error
    _check_codes(dataset, values, valid)
    codes: Codes = np.where(valid, values, 0).astype(np.int32)
    codes[~valid] = WIDE_NODATA
    return codes


def _valid(dataset: DatasetReader, values: npt.NDArray[Any], window: Window | None) -> npt.NDArray[np.bool_]:
    """Where a raster has data, by all that `Validity` knows of, and what is a number."""
    validity = _validity(dataset)
    valid = validity.data(dataset, window or Window(0, 0, dataset.width, dataset.height), values.shape)
    if np.issubdtype(values.dtype, np.floating):
        valid &= values > _VOID  # NaN is not
        if not validity.is_declared:
            valid |= np.isposinf(values)  # to be refused
    return valid


def _validity(dataset: DatasetReader) -> Validity:
    """What says that px are without data. A palette's transparent colours hide classes, and are left aside."""
    found = _VALIDITIES.get(dataset)
    if found is None:
        said = told_of(dataset)
        told = Overrides(nodata=said.nodata[:1], also_nodata=said.nodata[1:])
        # A block that GDAL leaves out of a file may be one of the class 0.
        found = Validity.of(dataset, dataset.name, [1], None, told, rasterio.open, sparse=False)
        _VALIDITIES[dataset] = found
    return found


def _check_codes(dataset: DatasetReader, values: npt.NDArray[Any], valid: npt.NDArray[np.bool_]) -> None:
    """Refuse values that are no codes, by the first of them: rounding might hide that this is no map of classes."""
    beyond = valid & ((values < 0) | (values > HIGHEST_CODE))
    if beyond.any():
        raise RasterError(
            f"{dataset.name} holds {values[beyond][0]!s}, and class codes are whole numbers from 0 to"
            f" {HIGHEST_CODE:,}; set it as the raster's nodata value if it is the background, or renumber the classes."
        )
    if np.issubdtype(values.dtype, np.floating):
        broken = valid & (values != np.rint(values))
        if broken.any():
            raise RasterError(
                f"{dataset.name} holds {values[broken][0]!s}, and class codes are whole numbers; round it first, or"
                " give a map of classes if this is none."
            )


def of_codes(sums: npt.NDArray[Any], codes: Sequence[int]) -> npt.NDArray[Any]:
    """What was gathered by code, up to nodata, at some codes; 0 for those that the raster cannot hold.

    Args:
        sums: of each code from 0 on, with that of nodata at last, ``(n,)``.
        codes: any.
    """
    places = np.array(codes, np.int64)
    fits = places < len(sums) - 1
    return np.where(fits, sums[np.where(fits, places, 0)], 0)


def unnamed(found: Iterable[int], legend: Legend) -> str:
    """The codes that a legend does not name, the first `_LISTED` of them, for a warning; empty if it names all."""
    codes = sorted(set(found) - set(legend.codes))
    more = f" and {len(codes) - _LISTED:,} more" if len(codes) > _LISTED else ""
    return ", ".join(map(str, codes[:_LISTED])) + more


def tell_doubts(dataset: DatasetReader, found: Iterable[int], legend: Legend, reporter: Reporter) -> None:
    """Warn where a map may not be what is meant: one of several, or with a background that counts as a class.

    0 and 255 may well be a background where nothing says where data ends.
    """
    for sentence in pages_warnings(dataset, dataset.name):
        reporter.warning(sentence)
    validity = _validity(dataset)
    if validity.values or validity.alpha or validity.masked or is_plain(dataset):
        return
    for code in sorted({0, NODATA}.intersection(found)):
        if (dataset.dtypes[0] == "uint8") if code else _is_nameless(code, legend):
            reporter.warning(
                f"{dataset.name} names no nodata value, so its {code} counts as a class; set it as nodata, or give"
                f" --nodata {code}, if it is none."
            )
        elif code == 0 and _lacks_blocks(dataset):
            reporter.warning(
                f"Parts of {dataset.name} were never written, and count as class 0; set 0 as nodata, or give --nodata"
                " 0, if it is none."
            )


def _lacks_blocks(dataset: DatasetReader) -> bool:
    try:
        return written(dataset, 1) is not None
    except RasterioError as error:
        raise RasterError(cannot_read(dataset.name, error)) from error


def made_name(code: int) -> str:
    """What a class is called that nobody has named."""
    return f"class {code}"


def _is_nameless(code: int, legend: Legend) -> bool:
    """Whether a class has a made-up name beside others."""
    return code in legend.codes and len(legend) > 1 and legend.by_code(code).name == made_name(code)


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
