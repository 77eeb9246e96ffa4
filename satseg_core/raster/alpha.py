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
from satseg_core.raster.color_kinds import color_kinds

_LOOK = 64
"""Px a side of the places that are looked at."""

_PLACES = ((0.5, 0.5), (0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))
"""Where to look, as fractions of height and width."""

_FEWEST_SHADES = 16
"""An image has so many values at least."""

_NEARLY = 8 / 255
"""Compression with losses makes so much of what was none, as a share of full."""


def alpha_band(dataset: DatasetReader, catalogue: Sequence[str] = (), used: Collection[int] = ()) -> int | None:
    """The band that says where there is data: 0 where there is none. None where no band does.

    A band is alpha if it is called so (``alpha``, ``dataMask``), or if its colour is alpha and neither what is written
    of it nor its values say that it shows something, such as near infrared. A band that the user reads is none.

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
    wanted = [band for band in coloured if band not in used and not looks_like_an_image(dataset, band)]
    return [band for band in called if band not in used] + wanted


def looks_like_an_image(dataset: DatasetReader, band: int) -> bool:
    """Whether a band whose colour is alpha has values as an image has them, by a look at a few places.

    Transparency is nearly everywhere none or one value for full. The places depend on the raster's size alone.

    Args:
        dataset: the open raster.
        band: from 1.
    """
    try:
        values = np.concatenate([dataset.read(band, window=place).ravel() for place in _places(dataset)])
    except RasterioError:  # is told where the raster is read
        return False
    values = values[np.isfinite(values)]
    seen = values[values > _NEARLY * values.max(initial=0)]
    _, counts = np.unique(seen, return_counts=True)
    return len(counts) >= _FEWEST_SHADES and bool(counts.max() < seen.size / 2)


def _places(dataset: DatasetReader) -> list[Window]:
    height, width = min(dataset.height, _LOOK), min(dataset.width, _LOOK)
    return [
        Window(int((dataset.width - width) * across), int((dataset.height - height) * down), width, height)
        for down, across in _PLACES
    ]


def coloured_alpha(dataset: DatasetReader) -> list[int]:
    """Bands, from 1, whose colour is alpha, be it declared or GDAL's default."""
    return [band for band, kind in zip(dataset.indexes, color_kinds(dataset)) if kind == ColorInterp.alpha]
