"""Where polygons and a raster lie that do not meet, and what mistake that looks like."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from pyproj import CRS
from pyproj.exceptions import ProjError

from satseg_core.errors import UsageError
from satseg_core.raster.projecting import Way

_ACROSS = 21
"""Places down and across a raster that tell where it lies in another CRS."""

_TURNS = 2
"""Longitudes go so many times round the globe at the most; files that cross the antimeridian go beyond 180 degrees."""

Bounds = Sequence[float]
"""Least x and y, greatest x and y."""


def check_degrees(crs: str | None, bounds: Bounds, path: str, what: str) -> None:
    """Refuse coordinates that are no longitudes and latitudes, though the file says or implies that they are.

    GeoJSON counts as WGS 84 whatever it holds if it does not say otherwise.

    Args:
        crs: of the polygons, in any form that PROJ reads, or None.
        bounds: of all of them.
        path: of their file.
        what: the user calls them: ``mask``, ``zones``.

    Raises:
        UsageError: so it is, for all of them.
    """
    try:
        known = None if crs is None else CRS.from_user_input(crs)
    except ProjError:  # is told where it is used
        return
    if known is None or not known.is_geographic:
        return
    quarter = math.pi / 2 / float(known.axis_info[0].unit_conversion_factor)
    x = _nearest_0(bounds[0], bounds[2])
    y = _nearest_0(bounds[1], bounds[3])
    if y <= quarter * (1 + 1e-6) and x <= 4 * _TURNS * quarter:
        return
    start = f"{path} counts as longitudes and latitudes ({known.name}), and its coordinates are none ({_place(bounds)})"
    if max(map(abs, bounds[::2])) <= quarter and max(map(abs, bounds[1::2])) <= 2 * quarter:
        raise UsageError(f"{start}: latitudes seem to come first; save it anew with the longitudes first.")
    raise UsageError(f"{start}: name its true CRS with --{what}-crs.")


def _nearest_0(least: float, greatest: float) -> float:
    return 0.0 if least <= 0 <= greatest else min(abs(least), abs(greatest))


def whereabouts(way: Way, shape: tuple[int, int], bounds: Bounds) -> str:
    """A sentence on where polygons and a raster lie that do not meet; empty if it is not known where the raster lies.

    Args:
        way: between the two.
        shape: height and width of the raster.
        bounds: of all polygons, in their CRS.
    """
    rows, cols = (np.linspace(0, length, _ACROSS) for length in shape)
    pixels = np.stack(np.meshgrid(cols, rows), axis=-1).reshape(-1, 2)
    places = way.there(pixels)
    places = places[np.isfinite(places).all(axis=1)]
    if not len(places):
        return ""
    raster = (*places.min(axis=0).tolist(), *places.max(axis=0).tolist())
    swapped = (bounds[1], bounds[0], bounds[3], bounds[2])
    if _meet(swapped, raster) and not _meet(bounds, raster):
        return " With x and y swapped they would lie on it: save the layer anew with longitudes, or eastings, first."
    return f" In the polygons' CRS, they cover {_place(bounds)}, and the raster {_place(raster)}."


def _meet(one: Bounds, other: Bounds) -> bool:
    return all(one[at] <= other[at + 2] and other[at] <= one[at + 2] for at in (0, 1))


def _place(bounds: Bounds) -> str:
    digits = 4 if max(map(abs, bounds)) <= 720 else 0  # degrees or metres
    left, low, right, top = (f"{value:.{digits}f}" for value in bounds)
    return f"x {left} to {right}, y {low} to {top}"
