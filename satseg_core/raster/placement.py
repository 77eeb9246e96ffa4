"""Where a raster lies and how large its pixels are, by its georeference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from rasterio.io import DatasetReader

from satseg_core.raster.ground import Metres, metres_per_pixel


@dataclass(frozen=True)
class Placement:
    """What a raster's georeference says of the size of its pixels.

    Attributes:
        metres: of a pixel on the ground, along a row and a column; ``(1, 1)`` where pixels are the unit.
        in_pixels: the raster has no georeference; sizes are counted in pixels.
        warning: one sentence where the size is assumed rather than known.
    """

    metres: Metres
    in_pixels: bool = False
    warning: str | None = None


def place(dataset: DatasetReader, crs: Any) -> Placement:
    """Work out the size of a raster's pixels, with a warning where it has to be assumed.

    Args:
        dataset: the open raster.
        crs: rasterio's, which need not be what the file says; or None.
    """
    if crs is not None:
        metres = metres_per_pixel(crs.to_wkt(), dataset.transform, dataset.width, dataset.height)
        if metres is not None:
            return Placement(metres)
        return _unplaced(dataset, "a CRS that cannot be placed on the ground")
    return _unplaced(dataset, "no CRS")


def _unplaced(dataset: DatasetReader, what: str) -> Placement:
    transform = dataset.transform
    in_pixels = bool(transform.is_identity)
    taken = "pixels are taken to be of the model's own size" if in_pixels else "its units are taken to be metres"
    size = (math.hypot(transform.a, transform.d), math.hypot(transform.b, transform.e))
    return Placement(size, in_pixels, f"The raster has {what}: {taken}, and areas are counted in pixels.")
