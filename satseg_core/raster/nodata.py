"""The values of px without data: what a user says goes before what a file says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import MaskFlags
from rasterio.io import DatasetReader

from satseg_core.errors import UsageError
from satseg_core.raster.overrides import Overrides

SPECIAL = "SPECIAL_VALUE_NODATA"
"""Metadata of Sentinel-2's products, and of what was made of them."""

MISSING = "missing_value"
"""Attribute of a netCDF's variables; GDAL takes ``_FillValue`` where there are both, and the first of several."""

_HUGE = 1e20
"""Floating-point nodata beyond this is often declared with fewer digits than px have: -3.40282e+38."""

_EXACT = 2.0**53
"""From here on floats leave whole numbers out."""

CATALOGUE = "catalogue"
"""Who says so, of a value that a catalogue's item names."""

ALSO = "user, besides"
"""Who says so, of values that a user names besides those of the file."""

Said = Mapping[str, tuple[tuple[float, ...], ...]]
"""Who says so: ``user``, ``catalogue``, ``file``, or the name of a field of metadata; and the values of each band."""


def nodata_values(dataset: DatasetReader, path: str, bands: Sequence[int], told: Overrides) -> Said:
    """The values of px without data, and who says so.

    Args:
        dataset: the open raster.
        path: as the user gave it.
        bands: that are read, from 1.
        told: what goes before what the file says.

    Raises:
        UsageError: a value that the user gave cannot occur in the raster, or their number is wrong.
    """
    said: dict[str, tuple[tuple[float, ...], ...]] = {}
    if told.by_catalogue:
        said.update(_catalogues(dataset, bands, told.nodata) or _files(dataset, bands))
    elif told.nodata:
        said["user"] = _users(dataset, path, bands, told.nodata)
    else:
        said.update(_files(dataset, bands))
    also = [
        tuple(_checked(value, dataset, path, band, "--also-nodata") for value in told.also_nodata) for band in bands
    ]
    said[ALSO] = tuple(also)
    return {origin: values for origin, values in said.items() if any(values)}


def _catalogues(dataset: DatasetReader, bands: Sequence[int], given: Sequence[float]) -> Said:
    """What a catalogue says, where it can be true: many say NaN or -9999 of whole numbers from 0 upwards."""
    found = tuple(
        tuple(value for value in given if _possible(value, dataset.dtypes[band - 1]) is not None) for band in bands
    )
    return {CATALOGUE: found} if any(found) else {}


def has_mask_file(dataset: DatasetReader) -> bool:
    """Whether a mask lies in or beside the file, which QGIS shows as a band more."""
    return bool(dataset.mask_flag_enums[0] == [MaskFlags.per_dataset])


def _files(dataset: DatasetReader, bands: Sequence[int]) -> Said:
    """What the file itself says: GDAL's values, or else the one of Sentinel-2's metadata."""
    special = [_number(dataset.tags().get(SPECIAL, ""))] * dataset.count
    for origin, values in (("file", _listed(dataset)), ("file", dataset.nodatavals), (SPECIAL, special)):
        found = [_possible(values[band - 1], dataset.dtypes[band - 1]) for band in bands] if values else []
        if any(value is not None for value in found):
            said = tuple(() if value is None else (value,) for value in found)
            return {origin: said, **_beside(dataset, bands, found)}
    return {}


def _beside(dataset: DatasetReader, bands: Sequence[int], known: Sequence[float | None]) -> Said:
    """What the file of a netCDF calls missing besides the one value that GDAL takes."""
    if dataset.driver != "netCDF":
        return {}
    values: list[tuple[float, ...]] = []
    for band, told in zip(bands, known):
        listed = (_possible(_number(text), dataset.dtypes[band - 1]) for text in _numbers(dataset.tags(band)))
        values.append(tuple(dict.fromkeys(value for value in listed if value is not None and value != told)))
    return {MISSING: tuple(values)}


def _numbers(tags: Mapping[str, str]) -> list[str]:
    """The numbers of ``missing_value``, which may be a list in braces."""
    return tags.get(MISSING, "").strip("{}").split(",")


def _listed(dataset: DatasetReader) -> list[float | None]:
    """Values of all bands that make a px one without data together (GDAL's ``NODATA_VALUES``); empty if not said."""
    found = [_number(text) for text in dataset.tags().get("NODATA_VALUES", "").split()]
    return found if len(found) == dataset.count else []


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _users(
    dataset: DatasetReader, path: str, bands: Sequence[int], given: Sequence[float]
) -> tuple[tuple[float, ...], ...]:
    more = 1 if has_mask_file(dataset) else 0  # programs that count it among the bands have a value for it, too
    if len(given) not in (1, dataset.count, dataset.count + more):
        raise UsageError(
            f"--nodata names {len(given)} values and {path} has {dataset.count} bands; give one, or one for each band."
        )
    values = list(given[: dataset.count]) * (dataset.count if len(given) == 1 else 1)
    return tuple(
        () if math.isinf(values[band - 1]) else (_checked(values[band - 1], dataset, path, band, "--nodata"),)
        for band in bands
    )


def _checked(value: float, dataset: DatasetReader, path: str, band: int, option: str) -> float:
    dtype = dataset.dtypes[band - 1]
    if _possible(value, dtype) is None:
        raise UsageError(
            f"{option} {value:g} cannot occur in {path}, whose values are {_words(dtype)};"
            " give a value that its px without data have."
        )
    return value


def _possible(value: float | None, dtype: str) -> float | None:
    """A value if it can occur in a type."""
    if value is None or "float" in dtype:
        beyond = value is not None and math.isfinite(value) and abs(value) > float(np.finfo(dtype).max) * (1 + 1e-5)
        return None if beyond else value
    if not math.isfinite(value) or value != int(value):
        return None
    limits = np.iinfo(dtype)
    # GDAL gives 64-bit values as floats: the greatest is rounded up.
    return value if float(limits.min) <= value <= float(limits.max) else None


def _words(dtype: str) -> str:
    """A type in words."""
    if "float" in dtype:
        return dtype
    limits = np.iinfo(dtype)
    return f"whole numbers from {limits.min} to {limits.max} ({dtype})"


def equals(values: NDArray[Any], nodata: float) -> NDArray[np.bool_]:
    """Which values are the one of px without data."""
    if values.dtype.kind != "f" and abs(nodata) >= _EXACT:
        return np.asarray(values.astype(np.float64) == nodata, bool)
    if values.dtype.kind != "f":
        return np.asarray(values == values.dtype.type(int(nodata)), bool)
    if math.isnan(nodata):
        return np.asarray(np.isnan(values))
    with np.errstate(over="ignore", invalid="ignore"):
        if abs(nodata) >= _HUGE:
            return np.asarray(np.abs(values - nodata) <= 1e-5 * abs(nodata))
        return np.asarray(values == np.asarray(nodata).astype(values.dtype))
