"""Where on the ground a raster lies: how many metres its pixels measure there."""

from __future__ import annotations

import math

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


def metres_per_pixel(crs_wkt: str, transform: Affine, width: int, height: int) -> Metres | None:
    """Measure a raster's pixel along the ellipsoid, at the raster's own place.

    Works for projected CRSs of any unit and distortion, for geographic ones, and for other planets,
    because it measures the geodesic between two points a few pixels apart.

    Args:
        crs_wkt: the raster's CRS as WKT.
        transform: pixel to CRS coordinates.
        width: of the raster in px.
        height: of the raster in px.

    Returns:
        Metres along a row and along a column, or None where the CRS has no ellipsoid to measure on
        (a local or engineering CRS) or the raster lies outside of its CRS's domain.
    """
    try:
        crs = CRS.from_wkt(crs_wkt)
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
