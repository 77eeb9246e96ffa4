"""What range the values of a raster are meant to have: by what its file declares, and by what its px are like."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from satseg_core.raster.sampling import Values, every_value, patches, sample
from satseg_core.raster.source import Source, read_failure

_FULL = 8
"""Bits of a byte."""

_TAILS = (0.5, 99.5)
"""Percentiles between which nearly all values lie."""

_DARK = 63
"""An image whose brightest band stays below is dark: a quarter of a byte. Of 404 ordinary images none was."""

_FLAT = 40
"""An image of so few shades is flat: the flattest of 404 ordinary ones had 66."""

_ALIKE = 3
"""Where values differ by less there is nothing to stretch."""

_FEW = 4
"""Patches down and across that nearly always show that an image is neither dark nor flat."""


def bits_of_bytes(source: Source) -> tuple[int, ...]:
    """How many bits of a byte each band uses, in the order of `Source.bands`: 8, or fewer if the file says so.

    Args:
        source: an open raster of bytes.
    """
    return tuple(bits_of_byte(source.dataset, band) for band in source.bands)


def bits_of_byte(dataset: DatasetReader, band: int) -> int:
    """How many bits of a byte a band, from 1, uses; see `bits_of_bytes`."""
    text = dataset.tags(band, ns="IMAGE_STRUCTURE").get("NBITS", "")
    return min(int(text), _FULL) if text.isdigit() and int(text) > 0 else _FULL


def zero_is_white(source: Source) -> bool:
    """Whether a grey raster declares its values to be darkness (a TIFF's ``MinIsWhite``); GDAL gives them as they are.

    Where it comes with a colour table, this has them inverted.
    """
    return declares_white_zero(source.dataset, source.bands) and source.palette is None


def declares_white_zero(dataset: DatasetReader, bands: Collection[int]) -> bool:
    """Whether a file says so of the bands that are read: of the first alone."""
    return dataset.tags(ns="IMAGE_STRUCTURE").get("MINISWHITE") == "YES" and set(bands) == {1}


def range_warnings(source: Source, *, stretched: bool) -> list[str]:
    """Sentences on values that may not be meant as they are taken.

    Args:
        source: the open raster.
        stretched: the user says by ``--stretch`` what values mean.

    Raises:
        RasterError: the raster is damaged.
    """
    found = []
    if zero_is_white(source):
        found.append(
            f"{source.path} says that its 0 is white (MINISWHITE), so it was inverted; if it looks right without,"
            " correct the file (gdal_translate -co PHOTOMETRIC=MINISBLACK)."
        )
    found += _beyond_limits(source)
    if source.dtype != "uint8":
        return found
    bits = bits_of_bytes(source)
    if max(bits) == 1:
        found.append(f"{source.path} has one bit for a px, so two colours and no shades: expect a poor map.")
    elif min(bits) == _FULL and source.palette is None and not stretched:
        found += _narrow(source)
    return found


def _beyond_limits(source: Source) -> list[str]:
    """The sentence for a netCDF with values beyond its ``valid_min`` or ``valid_max``, which GDAL does not hear."""
    if source.dataset.driver != "netCDF":
        return []
    limits = [_told_limits(source.dataset.tags(band)) for band in source.validity.bands]
    if not any(math.isfinite(low) or math.isfinite(high) for low, high in limits):
        return []
    try:
        values = sample(source)
    except RasterioError as error:
        raise read_failure(source.path, error) from error
    beyond = [_are_beyond(band, *ends) for band, ends in zip(values, limits)]
    if not any(beyond):
        return []
    low, high = limits[beyond.index(True)]
    told = " and ".join(
        f"{name} {limit:g}" for name, limit in (("valid_min", low), ("valid_max", high)) if math.isfinite(limit)
    )
    said = f"{source.path} has values that it calls invalid itself ({told})"
    return [f"{said}, and they are mapped; set them to its fill value first (gdal_calc or the raster calculator)."]


def _are_beyond(values: NDArray[np.generic], low: float, high: float) -> bool:
    numbers = np.asarray(values, np.float64)
    return bool(((numbers < low) | (numbers > high)).any())


def _told_limits(tags: Mapping[str, str]) -> tuple[float, float]:
    """The lowest and the highest valid value, infinite where it is not said, or ``valid_range`` says it to GDAL."""
    if "valid_range" in tags:
        return (-math.inf, math.inf)
    try:
        return float(tags.get("valid_min", "-inf")), float(tags.get("valid_max", "inf"))
    except ValueError:
        return (-math.inf, math.inf)


def _narrow(source: Source) -> list[str]:
    """The sentence for an image of bytes that hardly uses them, if it is one."""
    try:
        limits = _limits_if_narrow(source)
    except RasterioError as error:
        raise read_failure(source.path, error) from error
    if limits is None:
        return []
    low, high = limits
    look = "dark" if high <= _DARK else "without contrast"
    sentence = f"Nearly all values of {source.path} lie from {low} to {high}, of 0 to 255: the model sees it {look}."
    advice = f"If the land is not so, because values were scaled, give --stretch {0 if high <= _DARK else low},{high}."
    return [f"{sentence} {advice}"]


def _limits_if_narrow(source: Source) -> tuple[int, int] | None:
    """Between which values nearly all are, if that is too little; a few px are read, and more only if it seems so."""
    fill = source.collar.values if source.collar else ()
    seen: Values = []
    for window in patches(source.shape, _FEW):
        more = every_value(source, window, fill)
        seen = [np.concatenate(both) for both in zip(seen, more)] if seen else more
        if not _is_narrow(_limits(seen)):
            return None
    limits = _limits(sample(source, fill))
    return limits if _is_narrow(limits) and limits[1] - limits[0] >= _ALIKE else None


def _limits(values: Values) -> tuple[int, int]:
    """Of all bands; 0 and 0 where there are no values."""
    ends = [np.percentile(np.asarray(band, np.float64), _TAILS) for band in values if band.size]
    if not ends:
        return (0, 0)
    return int(min(low for low, _ in ends)), int(np.ceil(max(high for _, high in ends)))


def _is_narrow(limits: tuple[int, int]) -> bool:
    low, high = limits
    return high <= _DARK or high - low <= _FLAT
