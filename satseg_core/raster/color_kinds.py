"""What the bands of a raster are called by their colours."""

from __future__ import annotations

from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader


def color_kinds(dataset: DatasetReader) -> tuple[ColorInterp, ...]:
    """Colour of each band, as GDAL has it.

    Rasterio (1.4) raises here, once, what another raster failed at before: a damaged image is no fault of its map.
    """
    try:
        return tuple(dataset.colorinterp)
    except CPLE_BaseError:
        return tuple(dataset.colorinterp)
