"""Outlines of maps in longitude and latitude."""

from __future__ import annotations

import pytest
import shapely
from affine import Affine
from pyproj import CRS, Geod
from shapely.geometry import shape

from satseg_core.many.footprint import on_earth


def test_an_outline_has_the_area_of_the_map() -> None:
    placed = on_earth(CRS.from_epsg(32633), Affine(10, 0, 500_000, 0, -10, 5_000_000), (2000, 3000))
    assert placed is not None
    geometry, bounds = placed
    outline = shape(geometry)
    assert outline.is_valid
    assert outline.exterior.is_ccw
    area, _ = Geod(ellps="WGS84").geometry_area_perimeter(outline)
    # On the central meridian a metre of the map is 1/0.9996 m of the ground.
    assert area == pytest.approx(20_000 * 30_000 / 0.9996**2, rel=1e-3)
    assert tuple(bounds) == pytest.approx(outline.bounds)


def test_a_map_across_the_180th_meridian_is_cut_there() -> None:
    placed = on_earth(CRS.from_epsg(32601), Affine(100, 0, 66_000, 0, -100, 500_000), (1000, 2000))
    assert placed is not None
    geometry, (west, south, east, north) = placed
    assert geometry["type"] == "MultiPolygon"
    outline = shape(geometry)
    assert outline.is_valid
    assert shapely.box(-180, -90, 180, 90).covers(outline)
    assert west > 179
    assert -180 < east < -179
    assert south < north
    areas = [abs(Geod(ellps="WGS84").geometry_area_perimeter(part)[0]) for part in outline.geoms]
    assert sum(areas) == pytest.approx(100_000 * 200_000, rel=5e-3)


def test_no_crs_no_place() -> None:
    nowhere = 'ENGCRS["x",EDATUM["y"],CS[Cartesian,2],AXIS["a",east],AXIS["b",north],LENGTHUNIT["m",1]]'
    for crs in (None, CRS.from_wkt(nowhere)):
        assert on_earth(crs, Affine.identity(), (10, 10)) is None
