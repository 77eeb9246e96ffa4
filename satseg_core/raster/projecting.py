"""Polygons brought to the CRS of a raster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from satseg_core.errors import RasterError, UsageError
from satseg_core.raster.ground import same_plane


def to_crs(polygons: NDArray[Any], crs: str | None, raster_crs: Any, path: str | Path, what: str) -> NDArray[Any]:
    """Polygons in the CRS of a raster.

    Args:
        polygons: ``(n,)``, valid.
        crs: theirs, in any form that PROJ reads, or None.
        raster_crs: rasterio's, or None.
        path: of their file, for messages.
        what: the user calls them: ``mask``, ``zones``.

    Returns:
        ``(n,)``, valid.

    Raises:
        UsageError: one of the two has a CRS and the other has none.
        RasterError: there is no way from one CRS to the other.
    """
    if raster_crs is None or crs is None:
        if (raster_crs is None) != (crs is None):
            which = "raster" if raster_crs is None else f"{what} file {path}"
            raise UsageError(f"The {which} has no CRS, so the two cannot be laid over each other; assign one.")
        return polygons
    try:
        theirs, ours = CRS.from_user_input(crs), CRS.from_wkt(raster_crs.to_wkt())
        if same_plane(theirs, ours):
            return polygons
        transformer = Transformer.from_crs(theirs, ours, always_xy=True)
    except ProjError as error:
        raise RasterError(
            f"The CRS of {path} cannot be transformed to the raster's; reproject the file first."
        ) from error

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    moved = shapely.transform(polygons, move)
    return np.asarray(shapely.make_valid(moved))
