"""Cloud and its shadow by what a product's own raster of quality says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np
from numpy.typing import NDArray
from rasterio.io import DatasetReader
from rasterio.windows import Window

from satseg_core.raster.grid import Block

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Kind:
    """A kind of raster of quality.

    Attributes:
        title: what it is, for people.
        bands: that are read, counted from 1.
        cloudy: which px are cloud or shadow, ``(h, w) bool``, by the values of those bands, ``(B, h, w)``.
    """

    title: str
    bands: tuple[int, ...]
    cloudy: Callable[[NDArray[Any]], Mask]


def _values(*wanted: int) -> Callable[[NDArray[Any]], Mask]:
    return lambda values: np.isin(values[0], wanted)


def _bits(*wanted: int) -> Callable[[NDArray[Any]], Mask]:
    bits = sum(1 << bit for bit in wanted)
    return lambda values: np.asarray((values[0].astype(np.int64) & bits) != 0)


def _any_set(values: NDArray[Any]) -> Mask:
    return np.asarray((values != 0).any(axis=0))


KINDS: Mapping[str, Kind] = {
    # Scene classification of Sen2Cor: 3 cloud shadow, 8 and 9 cloud of medium and high probability, 10 thin cirrus.
    "scl": Kind("Sentinel-2 scene classification (SCL)", (1,), _values(3, 8, 9, 10)),
    # MSK_CLASSI_B00.jp2 of products since baseline 04.00: opaque clouds, cirrus, snow; it has no shadows.
    "classi": Kind("Sentinel-2 cloud mask (MSK_CLASSI)", (1, 2), _any_set),
    # Landsat Collection 2: bit 1 dilated cloud, 2 cirrus, 3 cloud, 4 cloud shadow.
    "qa_pixel": Kind("Landsat quality (QA_PIXEL)", (1,), _bits(1, 2, 3, 4)),
    # Harmonized Landsat Sentinel-2: bit 1 cloud, 2 beside cloud or shadow, 3 cloud shadow.
    "fmask": Kind("HLS quality (Fmask)", (1,), _bits(1, 2, 3)),
    # Planet's usable data mask: band 3 shadow, 5 heavy haze, 6 cloud; light haze is land that can be seen.
    "udm2": Kind("Planet usable data mask (UDM2)", (3, 5, 6), _any_set),
}
"""The rasters of quality that are known, by their short names; docs/scenes.md tells where the values are from."""


@dataclass(frozen=True)
class Clouds:
    """What becomes of cloud and shadow.

    Attributes:
        file: name or URL of the raster of quality.
        kind: one of `KINDS`.
        code: that such px get in the map; None for no data.
    """

    file: str
    kind: str
    code: int | None

    @property
    def bands(self) -> tuple[int, ...]:
        """Bands of the file that are read."""
        return KINDS[self.kind].bands


def cloudy_pixels(dataset: DatasetReader, kind: str, block: Block) -> Mask:
    """Which px of a block are cloud or shadow.

    Args:
        dataset: the bands of the raster of quality on the grid of the image.
        kind: one of `KINDS`.
        block: px of the image.

    Returns:
        ``(h, w) bool``.

    Raises:
        RasterioError: it cannot be read.
    """
    window = Window(block.cols.start, block.rows.start, block.cols.size, block.rows.size)
    return KINDS[kind].cloudy(dataset.read(window=window))
