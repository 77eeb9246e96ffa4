"""The values of px without data: what a user says goes before what a file says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray
from rasterio.io import DatasetReader

from satseg_core.errors import UsageError

SPECIAL = "SPECIAL_VALUE_NODATA"
"""Metadata of Sentinel-2's products, and of what was made of them."""

_HUGE = 1e20
"""Floating-point nodata beyond this is often declared with fewer digits than px have: -3.40282e+38."""

Values = tuple[Optional[float], ...]
"""A value for each band; None where no value is without data."""


def nodata_values(
    dataset: DatasetReader, path: str, bands: Sequence[int], given: Sequence[float]
) -> tuple[Values, str]:
    """The value of px without data of each band, and who says so.

    Args:
        dataset: the open raster.
        path: as the user gave it.
        bands: that are read, from 1.
        given: the user's value, or one for each of the raster's bands; empty for none.

    Returns:
        The values; and ``user``, ``file``, the name of a field of metadata, or nothing for nobody.

    Raises:
        UsageError: a value that the user gave cannot occur in the raster, or their number is wrong.
    """
    if given:
        return _users(dataset, path, bands, given), "user"
    listed = _listed(dataset)
    special = dataset.tags().get(SPECIAL, "")
    for origin, values in (
        ("file", listed),
        ("file", dataset.nodatavals),
        (SPECIAL, [_number(special)] * dataset.count),
    ):
        found = tuple(_possible(values[band - 1], dataset.dtypes[band - 1]) for band in bands) if values else ()
        if any(value is not None for value in found):
            return found, origin
    return (None,) * len(bands), ""


def _listed(dataset: DatasetReader) -> list[float | None]:
    """Values of all bands that make a px one without data together (GDAL's ``NODATA_VALUES``); empty if not said."""
    found = [_number(text) for text in dataset.tags().get("NODATA_VALUES", "").split()]
    return found if len(found) == dataset.count else []


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _users(dataset: DatasetReader, path: str, bands: Sequence[int], given: Sequence[float]) -> tuple[float, ...]:
    if len(given) not in (1, dataset.count):
        raise UsageError(
            f"--nodata names {len(given)} values and {path} has {dataset.count} bands; give one, or one for each band."
        )
    values = list(given) * (dataset.count if len(given) == 1 else 1)
    for band in bands:
        dtype = dataset.dtypes[band - 1]
        if _possible(values[band - 1], dtype) is None:
            raise UsageError(
                f"--nodata {values[band - 1]:g} cannot occur in {path}, whose values are {_words(dtype)};"
                " give a value that its px without data have."
            )
    return tuple(values[band - 1] for band in bands)


def _possible(value: float | None, dtype: str) -> float | None:
    """A value if it can occur in a type."""
    if value is None or "float" in dtype:
        beyond = value is not None and math.isfinite(value) and abs(value) > float(np.finfo(dtype).max) * (1 + 1e-5)
        return None if beyond else value
    if not math.isfinite(value) or value != int(value):
        return None
    limits = np.iinfo(dtype)
    return value if limits.min <= int(value) <= limits.max else None


def _words(dtype: str) -> str:
    """A type in words."""
    if "float" in dtype:
        return dtype
    limits = np.iinfo(dtype)
    return f"whole numbers from {limits.min} to {limits.max} ({dtype})"


def equals(values: NDArray[Any], nodata: float) -> NDArray[np.bool_]:
    """Which values are the one of px without data."""
    if values.dtype.kind != "f":
        return np.asarray(values == values.dtype.type(int(nodata)), bool)
    if math.isnan(nodata):
        return np.asarray(np.isnan(values))
    with np.errstate(over="ignore", invalid="ignore"):
        if abs(nodata) >= _HUGE:
            return np.asarray(np.abs(values - nodata) <= 1e-5 * abs(nodata))
        return np.asarray(values == np.asarray(nodata).astype(values.dtype))
