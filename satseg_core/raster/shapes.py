"""Polygons as they come in files, made fit to be measured: valid, flat, with an area, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import ShapelyError


def read_shapes(wkb: NDArray[np.object_] | None) -> NDArray[np.object_]:
    """Geometries ``(n,)`` of WKB; None for what is none that can be read, such as surfaces in space."""
    if wkb is None:
        return np.empty(0, object)
    with np.errstate(invalid="ignore"):  # numbers that are none: `clean` sees to them
        return np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), object)


def are_polygons(geometries: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which geometries are polygons, several of them, or collections with some."""
    kinds = shapely.get_type_id(geometries)
    found: NDArray[np.bool_] = np.isin(kinds, (3, 6)) & ~shapely.is_empty(geometries)
    for number in np.flatnonzero(kinds == 7):
        found[number] = bool(_flat_polygons(geometries[number]))
    return found


def clean(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Polygons ``(n,)`` that are valid and lie in the plane; None where there is no area.

    What crosses itself is inside where its border goes round it an odd number of times, as in GDAL and QGIS; parts that
    overlap are inside all the same. Lines and points, which repairing leaves of spikes, are dropped.
    """
    flat = shapely.force_2d(geometries)
    numbers, of = shapely.get_coordinates(flat, return_index=True)
    flat[of[~np.isfinite(numbers).all(axis=1)]] = None
    right = np.isin(shapely.get_type_id(flat), (3, 6)) & shapely.is_valid(flat) & ~shapely.is_empty(flat)
    for number in np.flatnonzero(~right):
        flat[number] = _repaired(flat[number])
    return np.asarray(flat, object)


def _repaired(geometry: Any) -> Any:
    """One geometry as `clean` has it."""
    if geometry is None:
        return None
    try:
        valid = [part for polygon in _flat_polygons(geometry) for part in _flat_polygons(shapely.make_valid(polygon))]
        found = shapely.union_all(valid) if len(valid) > 1 else (valid or [None])[0]
    except ShapelyError:  # GEOS cannot repair what is beyond its numbers
        return None
    parts = _flat_polygons(found)
    return shapely.multipolygons(parts) if len(parts) > 1 else (parts or [None])[0]


def _flat_polygons(geometry: Any) -> list[Any]:
    """The polygons that a geometry is made of, however deep they lie in collections."""
    kind = shapely.get_type_id(geometry)
    if kind == 3:
        return [] if geometry.is_empty else [geometry]
    if kind not in (6, 7):
        return []
    return [polygon for part in shapely.get_parts(geometry) for polygon in _flat_polygons(part)]
