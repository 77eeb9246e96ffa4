"""Where a map lies on the earth: its outline in longitude and latitude."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
import shapely
from affine import Affine
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely import affinity
from shapely.geometry import mapping
from shapely.geometry.polygon import orient

_POINTS = 8
"""Points a side: the sides of a map are curves in longitude and latitude."""

_DIGITS = 7
"""A centimetre."""

Placed = Optional[tuple[dict[str, Any], list[float]]]
"""A GeoJSON geometry and its west, south, east, north in degrees; None where a place is not known."""


def corners(transform: Affine, shape: tuple[int, int], points: int = 1) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The outline of a grid in its CRS, from the upper left corner, closed.

    Args:
        transform: px to CRS.
        shape: height and width, px.
        points: so many a side.

    Returns:
        ``(4 points + 1, 2) float64``.
    """
    height, width = shape
    along = np.arange(points) / points
    sides = [(along, 0 * along), (1 + 0 * along, along), (1 - along, 1 + 0 * along), (0 * along, 1 - along)]
    cols, rows = (np.concatenate([side[axis] for side in sides]) for axis in (0, 1))
    cols, rows = np.append(cols, 0.0) * width, np.append(rows, 0.0) * height
    x = transform.a * cols + transform.b * rows + transform.c
    y = transform.d * cols + transform.e * rows + transform.f
    return np.stack([x, y], axis=1)


def on_earth(crs: CRS | None, transform: Affine, shape: tuple[int, int]) -> Placed:
    """The outline of a grid in WGS 84; cut in two where it crosses the 180th meridian.

    Args:
        crs: of the grid; None if there is none.
        transform: px to CRS.
        shape: height and width, px.
    """
    if crs is None:
        return None
    outline = corners(transform, shape, _POINTS)
    try:
        way = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        lon, lat = way.transform(outline[:, 0], outline[:, 1], errcheck=True)
    except ProjError:
        return None
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        return None
    if np.ptp(lon) > 180:
        lon = np.where(lon < 0, lon + 360, lon)
    polygon = orient(shapely.Polygon(np.stack([lon, lat], axis=1)))
    polygon = shapely.set_precision(polygon, 10.0**-_DIGITS, mode="pointwise")
    polygon = polygon.simplify(10.0**-_DIGITS)
    west, south, east, north = polygon.bounds
    if east > 180 and west < 180:
        parts = [
            polygon.intersection(shapely.box(-180, -90, 180, 90)),
            affinity.translate(polygon.intersection(shapely.box(180, -90, 540, 90)), -360),
        ]
        polygon, east = shapely.MultiPolygon(parts), east - 360
    bounds = [round(float(value), _DIGITS) for value in (west, south, east, north)]
    return _plain(mapping(polygon)), bounds


def _plain(geometry: Any) -> dict[str, Any]:
    """With lists for tuples, as JSON has it."""
    return {"type": geometry["type"], "coordinates": _lists(geometry["coordinates"])}


def _lists(value: Any) -> Any:
    return [_lists(part) for part in value] if isinstance(value, (tuple, list)) else round(float(value), _DIGITS)
