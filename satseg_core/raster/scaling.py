"""Pixel values to the 0 to 1 that models expect: by one stretch for the whole raster, never tile by tile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window

from satseg_core.errors import UsageError
from satseg_core.model.card import ModelCard, Scaling
from satseg_core.raster.source import Source, read_failure

SAMPLE_SIDE = 1024
"""The stretch is worked out from about this many px squared, spread over the whole raster."""

_PATCHES = 8
"""Without overviews the sample is taken from this many patches down and across."""


@dataclass(frozen=True)
class Stretch:
    """A linear scaling of each band: ``low`` becomes 0 and ``high`` 1, in the raster's own units.

    Attributes:
        low: per band.
        high: per band, greater than ``low``.
        origin: where the values come from, for people and the run record.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    origin: str


def find_stretch(source: Source, scaling: Scaling, given: Sequence[float] | None = None) -> Stretch:
    """The stretch of a raster for a model.

    8-bit rasters are taken as they are (0 to 255). Others are stretched between two percentiles of each
    band over the whole raster, from a sample that overviews give or that patches of it give.

    Args:
        source: the open raster.
        scaling: of the model's card.
        given: ``(low, high)`` of all bands, from the user; goes before everything else.

    Raises:
        UsageError: ``given`` is not two rising numbers.
        RasterError: the raster cannot be read.
    """
    count = len(source.bands)
    if given is not None:
        return _constant(given, count, "given by the user")
    if source.palette is not None or source.dtype == "uint8":
        return _constant((0.0, 255.0), count, "8-bit, as is")
    if scaling.fixed is not None:
        return _constant(scaling.fixed, count, "fixed by the model")
    try:
        samples = _sample(source)
    except RasterioError as error:
        raise read_failure(source.path, error) from error
    limits = [_percentiles(samples[i], scaling) for i in range(count)]
    origin = f"percentiles {scaling.low_percentile:g} and {scaling.high_percentile:g} of the whole raster"
    return Stretch(tuple(low for low, _ in limits), tuple(high for _, high in limits), origin)


def _constant(limits: Sequence[float], count: int, origin: str) -> Stretch:
    if len(limits) != 2 or not limits[0] < limits[1]:
        raise UsageError("The stretch needs two numbers, the lower one first, such as --stretch 0,3000.")
    return Stretch((float(limits[0]),) * count, (float(limits[1]),) * count, origin)


def _percentiles(values: NDArray[np.float64], scaling: Scaling) -> tuple[float, float]:
    """Lower and upper limit of one band; one unit apart where the band is flat or empty."""
    if values.size == 0:
        return (0.0, 1.0)
    low, high = np.percentile(values, (scaling.low_percentile, scaling.high_percentile))
    return (float(low), float(high) if high > low else float(low) + 1.0)


def _sample(source: Source) -> list[NDArray[np.float64]]:
    """Valid, finite values of each band, one array a band, spread over the whole raster."""
    height, width = source.shape
    windows = [Window(0, 0, width, height)]
    side = SAMPLE_SIDE
    if not source.dataset.overviews(source.bands[0]) and height * width > 4 * SAMPLE_SIDE**2:
        windows = _patches(height, width, SAMPLE_SIDE // _PATCHES)
        side = SAMPLE_SIDE // _PATCHES
    found: list[list[NDArray[np.float64]]] = [[] for _ in source.bands]
    for window in windows:
        shape = (min(side, int(window.height)), min(side, int(window.width)))
        for values, band in zip(found, source.bands):
            values.append(_valid_values(source, band, window, shape))
    return [np.concatenate(values) for values in found]


def _patches(height: int, width: int, side: int) -> list[Window]:
    """Windows of ``side`` px, evenly spread."""
    side_y, side_x = min(side, height), min(side, width)
    rows = np.unique(np.linspace(0, height - side_y, _PATCHES).astype(int))
    cols = np.unique(np.linspace(0, width - side_x, _PATCHES).astype(int))
    return [Window(int(col), int(row), side_x, side_y) for row in rows for col in cols]


def _valid_values(source: Source, band: int, window: Window, shape: tuple[int, int]) -> NDArray[np.float64]:
    options = {"window": window, "out_shape": shape, "resampling": Resampling.nearest}
    values = source.dataset.read(band, **options).astype(np.float64)
    mask = source.dataset.read_masks(band, **options)
    return np.asarray(values[(mask > 0) & np.isfinite(values)])


def normaliser(card: ModelCard, stretch: Stretch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Factor and offset, ``(B, 1, 1) float32`` each, that take raster values to the network's input.

    ``value * factor + offset`` is ``((value - low) / (high - low) - mean) / std``.
    """
    low, high = np.asarray(stretch.low), np.asarray(stretch.high)
    mean, std = np.asarray(card.mean), np.asarray(card.std)
    factor = 1.0 / ((high - low) * std)
    offset = (-low / (high - low) - mean) / std
    return factor.astype(np.float32)[:, None, None], offset.astype(np.float32)[:, None, None]


def clip_limits(card: ModelCard, stretch: Stretch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lowest and highest network input, ``(B, 1, 1) float32``: values beyond the stretch are clipped to it."""
    factor, offset = normaliser(card, stretch)
    low = np.asarray(stretch.low, np.float32)[:, None, None]
    high = np.asarray(stretch.high, np.float32)[:, None, None]
    return low * factor + offset, high * factor + offset
