"""Where on the ground a raster lies: how many metres its pixels measure there."""

from __future__ import annotations

import math
from typing import NamedTuple

from affine import Affine
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

Metres = tuple[float, float]
"""Size of a pixel on the ground in m, along a row and along a column."""

_PLACES = ((0.5, 0.5), (0.25, 0.5), (0.75, 0.5), (0.5, 0.25), (0.5, 0.75))
"""Where to measure, as fractions of width and height: the centre, else a place nearer an edge.

A geostationary disk or an interrupted projection may have no ground in its centre.
"""

_REACH = 16.0
"""Half the length of the measured line in px: long enough for double precision at 1 cm a px."""


class LinearUnit(NamedTuple):
    """The unit of a CRS: its name, and how many metres it has."""

    name: str
    metres: float


def is_placed(transform: Affine) -> bool:
    """Whether a raster says where it lies in its CRS.

    GDAL gives the identity for rasters that do not. One that truly lies at 0, 0, with px of one unit and its rows going
    up the map, cannot be told from them, and is taken for one.
    """
    return not transform.is_identity


def linear_unit(crs: CRS) -> LinearUnit | None:
    """The unit of a projected or local (engineering) CRS; None where it has none, or one of angles."""
    horizontal = flat_crs(crs)
    if not (horizontal.is_projected or horizontal.is_engineering) or not horizontal.axis_info:
        return None
    unit = horizontal.axis_info[0]
    # GDAL writes degrees of local CRSs as if they were a length.
    angular = unit.unit_name.lower().startswith(("deg", "rad", "grad")) or abs(
        unit.unit_conversion_factor - math.radians(1)
    ) < 1e-9  # fmt: skip
    known = unit.unit_conversion_factor > 0 and not angular
    return LinearUnit(unit.unit_name, unit.unit_conversion_factor) if known else None


def same_plane(one: CRS, other: CRS) -> bool:
    """Whether two local CRSs are one: files keep their name and unit, and some lose the datum and rename the axes."""
    if not (flat_crs(one).is_engineering and flat_crs(other).is_engineering):
        return False
    units = [linear_unit(crs) for crs in (one, other)]
    alike = (
        units[0] is not None and units[1] is not None and math.isclose(units[0].metres, units[1].metres, rel_tol=1e-9)
    )
    return alike and flat_crs(one).name == flat_crs(other).name


def flat_crs(crs: CRS) -> CRS:
    """The horizontal part of a CRS with heights, or of one that brings its own way to WGS 84."""
    crs = crs.source_crs if crs.is_bound and crs.source_crs else crs
    crs = crs.sub_crs_list[0] if crs.is_compound else crs
    return crs.source_crs if crs.is_bound and crs.source_crs else crs


def metres_per_pixel(crs_wkt: str, transform: Affine, width: int, height: int) -> Metres | None:
    """How large a raster's pixel is, at the raster's own place.

    On the ground it is measured along the ellipsoid, so this works for projected CRSs of any unit and distortion, for
    geographic ones, and for other planets. In a local (engineering) CRS it is the CRS's own unit that counts.

    Args:
        crs_wkt: the raster's CRS as WKT.
        transform: pixel to CRS coordinates.
        width: of the raster in px.
        height: of the raster in px.

    Returns:
        Metres along a row and along a column, or None where the raster has no place in its CRS, lies outside of its
        domain, or the CRS has neither an ellipsoid to measure on nor a unit of length.
    """
    if not is_placed(transform):
        return None
    try:
        crs = CRS.from_wkt(crs_wkt)
    except ProjError:
        return None
    if flat_crs(crs).is_engineering:
        unit = linear_unit(crs)
        return plane_size(transform, unit.metres) if unit else None
    return _measured(crs, transform, width, height)


def plane_size(transform: Affine, unit: float) -> Metres:
    """Size of a pixel along a row and a column in m, on a plane whose unit has so many metres."""
    return (math.hypot(transform.a, transform.d) * unit, math.hypot(transform.b, transform.e) * unit)


def _measured(crs: CRS, transform: Affine, width: int, height: int) -> Metres | None:
    """The geodesic between two points a few pixels apart; None where there is no ground."""
    try:
        geodetic, geod = crs.geodetic_crs, crs.get_geod()
        if geodetic is None or geod is None:
            return None
        to_lonlat = Transformer.from_crs(crs, geodetic, always_xy=True)
    except ProjError:
        return None

    def length(col: float, row: float, dcol: float, drow: float) -> float:
        ends = [transform * (col + sign * dcol * _REACH, row + sign * drow * _REACH) for sign in (-1, 1)]
        lon, lat = to_lonlat.transform([x for x, _ in ends], [y for _, y in ends])
        if not all(math.isfinite(value) for value in (*lon, *lat)):
            return math.nan
        return float(geod.inv(lon[0], lat[0], lon[1], lat[1])[2]) / (2 * _REACH)

    for fx, fy in _PLACES:
        size = (length(fx * width, fy * height, 1, 0), length(fx * width, fy * height, 0, 1))
        if all(math.isfinite(value) and value > 0 for value in size):
            return size
    return None
