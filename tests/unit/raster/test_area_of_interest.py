"""Extents snap to whole pixels; masks come in any CRS and let through what lies inside."""

from __future__ import annotations

import pickle

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from satseg_core.errors import BesideError, UsageError
from satseg_core.raster.area_of_interest import AreaOfInterest, extent_block, whole
from satseg_core.raster.grid import Block, Span
from satseg_core.raster.source import open_source

PIXEL, WEST, NORTH = 1.22, 500_000.0, 5_000_000.0


@pytest.fixture
def source(make_raster):
    with open_source(str(make_raster(np.zeros((3, 100, 150), np.uint8))), ("red", "green", "blue")) as opened:
        yield opened


def extent(left, top, right, bottom):
    """Map units of an extent given in px."""
    return (WEST + left * PIXEL, NORTH - bottom * PIXEL, WEST + right * PIXEL, NORTH - top * PIXEL)


def polygons(path, *shapes, crs="EPSG:32633"):
    kinds = {"geometry_type": "Polygon", "crs": crs} if crs else {"geometry_type": "Polygon"}
    pyogrio.raw.write(path, np.array([shapely.to_wkb(shape) for shape in shapes], object), [], [], **kinds)
    return path


def test_no_extent_is_everything(source):
    assert extent_block(source, None) == whole(source) == Block(Span(0, 100), Span(0, 150))


def test_an_extent_snaps_outwards_and_is_cut_at_the_edge(source):
    assert extent_block(source, extent(10.4, 20.6, 30.2, 40.7)) == Block(Span(20, 41), Span(10, 31))
    assert extent_block(source, extent(-50, -50, 30, 40)) == Block(Span(0, 40), Span(0, 30))


def test_an_extent_on_the_borders_of_pixels_takes_no_more(source):
    assert extent_block(source, extent(10, 20, 30, 40)) == Block(Span(20, 40), Span(10, 30))


def test_an_extent_within_a_thousandth_of_a_pixel_is_that_pixel(source):
    assert extent_block(source, extent(10.0003, 20.0003, 10.0009, 20.0009)) == Block(Span(20, 21), Span(10, 11))


@pytest.mark.parametrize("wrong", [(1, 1, 1, 2), (5, 1, 1, 2), (float("nan"), 0, 1, 1)])
def test_an_extent_without_area_is_wrong_use(source, wrong):
    with pytest.raises(UsageError, match="no area"):
        extent_block(source, wrong)


def test_an_extent_beside_the_raster_says_where_the_raster_is(source):
    with pytest.raises(UsageError, match="500000,4999878,500183,5000000"):
        extent_block(source, (0, 0, 1, 1))


def test_a_mask_lets_through_the_pixels_whose_centre_is_inside(source, tmp_path):
    outer, hole = shapely.box(*extent(10, 20, 60, 70)), shapely.box(*extent(30, 30, 40, 40))
    area = AreaOfInterest(polygons(tmp_path / "area.gpkg", outer - hole), source)
    expected = np.zeros((100, 150), bool)
    expected[20:70, 10:60] = True
    expected[30:40, 30:40] = False
    np.testing.assert_array_equal(area.inside(whole(source)), expected)
    part = Block(Span(25, 80), Span(35, 140))
    np.testing.assert_array_equal(area.inside(part), expected[25:80, 35:140])
    assert not area.inside(Block(Span(80, 100), Span(100, 150))).any()


def test_a_mask_comes_in_any_crs(source, tmp_path):
    box = shapely.box(*extent(10, 20, 60, 70))
    to_degrees = Transformer.from_crs(32633, 4326, always_xy=True)
    degrees = shapely.transform(box, lambda points: np.column_stack(to_degrees.transform(*points.T)))
    area = AreaOfInterest(polygons(tmp_path / "area.gpkg", degrees, crs="EPSG:4326"), source)
    expected = np.zeros((100, 150), bool)
    expected[20:70, 10:60] = True
    np.testing.assert_array_equal(area.inside(whole(source)), expected)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_mask_without_crs_cannot_be_laid_over_a_raster_with_one(source, tmp_path):
    path = polygons(tmp_path / "area.gpkg", shapely.box(0, 0, 1, 1), crs=None)
    with pytest.raises(UsageError, match="has no CRS"):
        AreaOfInterest(path, source)


def test_a_file_of_points_is_no_mask(source, tmp_path):
    point = np.array([shapely.to_wkb(shapely.Point(WEST, NORTH))], object)
    pyogrio.raw.write(tmp_path / "points.gpkg", point, [], [], geometry_type="Point", crs="EPSG:32633")
    with pytest.raises(UsageError, match="has no polygons"):
        AreaOfInterest(tmp_path / "points.gpkg", source)


def test_a_mask_beside_the_raster_and_one_without_any_px_are_told_apart(source, tmp_path):
    with pytest.raises(BesideError, match="lie beside the raster"):
        AreaOfInterest(polygons(tmp_path / "beside.gpkg", shapely.box(*extent(-50, 10, 0, 40))), source)
    with pytest.raises(BesideError, match="centre of no px"):
        AreaOfInterest(polygons(tmp_path / "small.gpkg", shapely.box(*extent(10.6, 20.1, 11.4, 20.9))), source)


def test_masks_that_only_meet_share_out_the_pixels(source, tmp_path):
    left, right = shapely.box(*extent(-5, -5, 70.5, 200)), shapely.box(*extent(70.5, -5, 200, 200))
    inside = [
        AreaOfInterest(polygons(tmp_path / f"{number}.gpkg", half), source).inside(whole(source)).astype(int)
        for number, half in enumerate((left, right))
    ]
    assert (inside[0] + inside[1] == 1).all()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:3413"])
def test_a_mask_of_half_the_world_is_all_of_a_raster_in_it(source, tmp_path, crs):
    box = shapely.box(-180, 0, 180, 90) if crs == "EPSG:4326" else shapely.box(-2e7, -2e7, 2e7, 2e7)
    area = AreaOfInterest(polygons(tmp_path / "half.gpkg", box, crs=crs), source)
    assert area.inside(whole(source)).all()
    assert area.touches(Span(0, 50), [Span(0, 10), Span(90, 150)]) == 2


def test_the_digest_tells_what_is_drawn(source, tmp_path):
    box, more = shapely.box(*extent(10, 20, 60, 70)), shapely.box(*extent(10, 20, 61, 70))
    digests = [
        AreaOfInterest(polygons(tmp_path / f"{number}.gpkg", shape), source).digest
        for number, shape in enumerate((box, box, more))
    ]
    assert digests[0] == digests[1] != digests[2]


def test_it_travels_to_other_processes(source, tmp_path):
    area = AreaOfInterest(polygons(tmp_path / "a.gpkg", shapely.box(*extent(10.2, 20, 60, 70))), source)
    copy = pickle.loads(pickle.dumps(area))
    np.testing.assert_array_equal(copy.inside(whole(source)), area.inside(whole(source)))
    assert copy.digest == area.digest
