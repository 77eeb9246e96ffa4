"""Which band of a raster says where it has data: one that is declared to do so, and not one that shows something.

GDAL writes the fourth band of 8 bits as alpha unless it is told otherwise, near infrared too, and its masks follow.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from satseg_core.raster.band_names import ALPHA
from satseg_core.raster.band_words import BandWords, band_words

_LOOK = 256
"""Most px a side that are looked at."""

_FEWEST_SHADES = 16
"""An image has so many values at least."""


def alpha_band(dataset: DatasetReader, catalogue: Sequence[str] = (), used: Collection[int] = ()) -> int | None:
    """The band that says where there is data: 0 where there is none. None where no band does.

    A band is alpha if it is called so (``alpha``, ``dataMask``), or if its colour is alpha and what is written of it
    does not say that it shows something, such as near infrared. A band that the user reads as data is none.

    Args:
        dataset: the open raster.
        catalogue: what a catalogue calls each band; empty where there is none.
        used: bands, from 1, that the user named to be read.
    """
    found = alpha_bands(dataset, band_words(dataset, catalogue), used)
    return found[0] if found else None


def alpha_bands(dataset: DatasetReader, words: BandWords, used: Collection[int] = ()) -> list[int]:
    """All bands, from 1, that are no data of their own; what is called so goes first."""
    if dataset.count == 1:
        return []
    called = [band for band in dataset.indexes if words.names[band - 1] == ALPHA]
    coloured = [band for band in coloured_alpha(dataset) if not words.shows_something(band) and band not in called]
    return [band for band in called + coloured if band not in used]


def looks_like_an_image(dataset: DatasetReader, band: int) -> bool:
    """Whether an alpha band of 8 bits has values as an image has them, by a look at the raster's middle.

    Transparency is nearly everywhere none or full.

    Args:
        dataset: the open raster.
        band: from 1.
    """
    if dataset.dtypes[band - 1] != "uint8":
        return False
    height, width = min(dataset.height, _LOOK), min(dataset.width, _LOOK)
    middle = Window((dataset.width - width) // 2, (dataset.height - height) // 2, width, height)
    try:
        values = dataset.read(band, window=middle)
    except RasterioError:  # is told where the raster is read
        return False
    between = values[(values > 0) & (values < 255)]
    return between.size > values.size / 2 and len(np.unique(between)) >= _FEWEST_SHADES


def coloured_alpha(dataset: DatasetReader) -> list[int]:
    """Bands, from 1, whose colour is alpha, be it declared or GDAL's default."""
    return [band for band, kind in zip(dataset.indexes, dataset.colorinterp) if kind == ColorInterp.alpha]
