"""Pixel values to the 0 to 1 that models expect: by one stretch for the whole raster, never tile by tile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import RasterioError

from satseg_core.errors import UsageError
from satseg_core.model.card import ModelCard, Scaling
from satseg_core.raster.sampling import sample
from satseg_core.raster.source import Source, read_failure
from satseg_core.raster.value_range import bits_of_bytes, zero_is_white


@dataclass(frozen=True)
class Stretch:
    """A linear scaling of each band: ``low`` becomes 0 and ``high`` 1, in the raster's own units.

    Attributes:
        low: per band.
        high: per band, greater than ``low``; less where low values are bright.
        origin: where the values come from, for people and the run record.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    origin: str

    @property
    def is_plain(self) -> bool:
        """Whether values of a byte stay what they are."""
        return set(self.low) == {0.0} and set(self.high) == {255.0}

    def inverted(self) -> Stretch:
        """The same, with black and white exchanged."""
        return Stretch(self.high, self.low, f"{self.origin}; inverted, for 0 is white")


def find_stretch(source: Source, scaling: Scaling, given: Sequence[float] | None = None) -> Stretch:
    """The stretch of a raster for a model.

    8-bit rasters are taken as they are: 0 to 255, or to what the bits hold that the file declares. Others are
    stretched between two percentiles of each band over the whole raster, from a sample (see
    `satseg_core.raster.sampling`). Values are those that are in the file, also where it says by what scale and offset
    they become others. Where the file says that 0 is white, the stretch is inverted.

    Args:
        source: the open raster.
        scaling: of the model's card.
        given: ``(low, high)`` of all bands, from the user; goes before everything else.

    Raises:
        UsageError: ``given`` is not two rising numbers.
        RasterError: the raster cannot be read.
    """
    stretch = _find(source, scaling, given)
    return stretch.inverted() if zero_is_white(source) else stretch


def _find(source: Source, scaling: Scaling, given: Sequence[float] | None) -> Stretch:
    """See `find_stretch`; dark is low."""
    count = len(source.bands)
    if given is not None:
        return _constant(given, count, "given by the user")
    if source.palette is not None:
        return _constant((0.0, 255.0), count, "8-bit, as is")
    if source.dtype == "uint8":
        bits = bits_of_bytes(source)
        sizes = " and ".join(map(str, sorted(set(bits))))
        return Stretch((0.0,) * count, tuple(2.0**n - 1 for n in bits), f"{sizes}-bit, as is")
    if scaling.fixed is not None:
        return _constant(scaling.fixed, count, "fixed by the model")
    # What is likely to be no land is left out, also where it may be: the land is stretched alike with and without it.
    fill = source.collar.values if source.collar else ()
    try:
        samples = dict(zip(source.validity.bands, sample(source, fill)))
    except RasterioError as error:
        raise read_failure(source.path, error) from error
    found = {band: _percentiles(values, scaling) for band, values in samples.items()}
    limits = [found[band] for band in source.bands]
    origin = f"percentiles {scaling.low_percentile:g} and {scaling.high_percentile:g} of the whole raster"
    return Stretch(tuple(low for low, _ in limits), tuple(high for _, high in limits), origin)


def _constant(limits: Sequence[float], count: int, origin: str) -> Stretch:
    if len(limits) != 2 or not limits[0] < limits[1]:
        raise UsageError("The stretch needs two numbers, the lower one first, such as --stretch 0,3000.")
    return Stretch((float(limits[0]),) * count, (float(limits[1]),) * count, origin)


def _percentiles(values: NDArray[np.generic], scaling: Scaling) -> tuple[float, float]:
    """Lower and upper limit of one band; one unit apart where the band is flat or empty."""
    if values.size == 0:
        return (0.0, 1.0)
    low, high = np.percentile(np.asarray(values, np.float64), (scaling.low_percentile, scaling.high_percentile))
    return (float(low), float(high) if high > low else float(low) + 1.0)


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
