"""Polygons on px: exact whatever their shape, the same for any blocks, and right in CRSs that cannot hold them."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from rasterio.crs import CRS as RasterCRS

from satseg_core.raster.drawing import Board, Drawing
from satseg_core.raster.grid import Block, Span
from satseg_core.raster.projecting import Way
from satseg_core.raster.shapes import clean, read_shapes

SIZE = 12
WORLD = shapely.box(-180, -90, 180, 90)
DEGREES = "EPSG:4326"
ROWS, COLS = np.mgrid[:SIZE, :SIZE]
SQUARES = shapely.box(COLS, ROWS, COLS + 1, ROWS + 1)


def board(shapes, crs, raster_crs, transform, shape):
    way = Way(crs, RasterCRS.from_user_input(raster_crs) if raster_crs else None, transform, "x.gpkg", "mask")
    return Board(way, shape, shapely.total_bounds(shapes))


def block(rows, cols):
    return Block(Span(*rows), Span(*cols))


def polygons(*shapes):
    found = clean(np.array(shapes, object))
    return found[[shape is not None for shape in found]]


coordinate = st.one_of(
    st.integers(-3, SIZE + 3).map(float), st.floats(-3, SIZE + 3, width=16), st.integers(-6, 30).map(lambda n: n / 2)
)
ring = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=9)


@settings(max_examples=100)
@given(ring, ring)
@example([(4, 12), (1, 10), (4, 19), (5, 21), (-3, 23), (-2, 15)], [(0, 0), (0, 1), (1, 1)])
@example([(1, 1), (9, 1), (9, 5), (15, 5), (9, 5), (9, 9), (1, 9)], [(0, 0), (0, 12), (12, 12)])
def test_shares_are_exact_whatever_the_polygon_and_centres_agree(outline, other):
    shape = shapely.MultiPolygon([shapely.Polygon(outline), shapely.Polygon(other)])
    for polygon in polygons(shape):
        (drawing,) = board([polygon], None, None, Affine.identity(), (SIZE, SIZE)).each(np.array([polygon], object))
        everything = block((0, SIZE), (0, SIZE))
        exact = shapely.area(shapely.intersection(SQUARES, polygon))
        # GEOS loses whole squares at holes that are almost lines: only what both orders agree on is sure.
        sure = np.abs(exact - shapely.area(shapely.intersection(polygon, SQUARES))) < 1e-9
        assert sure.mean() > 0.9
        np.testing.assert_allclose(drawing.shares(everything)[sure], exact[sure], atol=2e-6)
        # One that lies on a border may go either way.
        inside, on = (test(polygon, COLS + 0.5, ROWS + 0.5) for test in (shapely.contains_xy, shapely.intersects_xy))
        border = shapely.boundary(polygon)
        on |= shapely.dwithin(border, shapely.points(COLS + 0.5, ROWS + 0.5), 1e-5)
        drawn = drawing.centres(everything)
        assert ((drawn == inside) | on).all()


def test_overlapping_parts_are_inside_and_what_repairing_leaves_is_dropped():
    overlapping = shapely.MultiPolygon([shapely.box(0, 0, 4, 4), shapely.box(2, 2, 6, 6)])
    spike = shapely.Polygon([(1, 1), (5, 1), (5, 3), (9, 3), (5, 3), (5, 5), (1, 5)])
    collection = shapely.GeometryCollection(
        [shapely.Point(1, 1), shapely.GeometryCollection([shapely.box(0, 0, 1, 2)])]
    )
    found = clean(np.array([overlapping, spike, collection], object))
    assert [shape.area for shape in found] == [28, 16, 2]
    assert {shape.geom_type for shape in found} == {"Polygon"}


def from_wkb(corners):
    """A polygon as files have it; shapely itself warns of such numbers."""
    points = np.array([*corners, corners[0]], "<f8")
    wkb = struct.pack("<BIII", 1, 3, 1, len(points)) + points.tobytes()
    return read_shapes(np.array([wkb], object))[0]


def test_what_has_no_area_is_no_polygon():
    nothing = [
        None,
        shapely.Polygon(),
        shapely.Point(1, 1),
        shapely.Polygon([(0, 0), (1, 1), (2, 2)]),
        from_wkb([(0, 0), (1, np.nan), (1, 1)]),
        from_wkb([(0, 0), (np.inf, 0), (1, 1)]),
    ]
    assert clean(np.array(nothing, object)).tolist() == [None] * len(nothing)


def test_heights_are_left_out():
    shape = shapely.Polygon([(0, 0, 5), (2, 0, 6), (2, 2, 7)])
    (found,) = clean(np.array([shape], object))
    assert not found.has_z
    assert found.area == 2


def centred(crs, lon, lat, pixel, shape):
    x, y = Transformer.from_crs(DEGREES, CRS.from_user_input(crs), always_xy=True).transform(lon, lat)
    return Affine(pixel, 0, x - pixel * shape[1] / 2, 0, -pixel, y + pixel * shape[0] / 2)


def looked_up(shape, raster_crs, transform, size, test, across=1):
    """Whether places in px are inside: each brought to the polygons' CRS by itself, ``(h, across, w, across)``."""
    y, x = np.mgrid[: size[0] * across, : size[1] * across]
    easting, northing = transform * ((x.ravel() + 0.5) / across, (y.ravel() + 0.5) / across)
    to_degrees = Transformer.from_crs(CRS.from_user_input(raster_crs), DEGREES, always_xy=True)
    lon, lat = to_degrees.transform(easting, northing)
    known = np.isfinite(lon) & np.isfinite(lat)
    inside = np.zeros(len(lon), bool)
    for turn in (-360, 0, 360):
        inside[known] |= test(shape, lon[known] + turn, lat[known])
    return inside.reshape(size[0], across, size[1], across)


PLACES = {
    "UTM": ("EPSG:32633", 15.3, 51, 10),
    "UTM, wide": ("EPSG:32633", 15, 51, 20_000),
    "Great Britain": ("EPSG:27700", -2, 53, 500),
    "France": ("EPSG:2154", 3, 46, 5000),
    "Austria": ("EPSG:31287", 13, 47, 50),
    "around the north pole": ("EPSG:3413", 0, 90, 20_000),
    "near the north pole": ("EPSG:3413", 170, 89.95, 50),
    "around the south pole": ("EPSG:3031", 0, -90, 700),
    "UPS": ("EPSG:32661", 0, 90, 3000),
    "Albers, North America": ("ESRI:102008", -96, 40, 30_000),
    "Europe": ("EPSG:3035", 10, 52, 30_000),
    "the antimeridian in UTM": ("EPSG:32660", 179.95, 60, 300),
    "the antimeridian from the east": ("EPSG:32601", -179.9, -17, 100),
    "the Pacific": ("EPSG:3832", 180, 10, 20_000),
    "all of Mercator": ("EPSG:3832", 150, 0, 40075016.68557849 / 60),
    "a disc": ("+proj=geos +h=35785831 +lon_0=20", 20, 0, 200_000),
    "an oval": ("ESRI:54009", 0, 0, 600_000),
    "half a globe": ("+proj=ortho +lat_0=40 +lon_0=20", 20, 40, 250_000),
    "another ellipsoid in degrees": ("EPSG:4267", -96, 40, 0.5),
}


def shapes_at(lon, lat, reach):
    """The world, half of it, a strip that is given in 0 to 360, and a thin triangle with long edges."""
    low, high = max(lat - reach / 3, -90), min(lat + reach / 4, 90)
    yield WORLD
    yield shapely.box(lon - reach / 7, -90, lon + 179, 90)
    yield shapely.box(0, low, 360, high)
    yield shapely.Polygon([(lon - 100, low), (lon + 150, low + 0.3 * (high - low)), (lon + reach / 5, high)])


@pytest.mark.parametrize("place", PLACES)
def test_px_are_right_where_polygons_reach_beyond_what_the_raster_can_hold(place):
    crs, lon, lat, pixel = PLACES[place]
    size = (48, 60)
    transform = centred(crs, lon, lat, pixel, size)
    reach = min(pixel * (1 if pixel < 1 else 1 / 111_000) * size[0], 100)
    for shape in shapes_at(lon, lat, reach):
        shapes = polygons(shape)
        drawn_on = board(shapes, DEGREES, crs, transform, size)
        drawing = drawn_on.together(shapes)
        drawn = drawing.centres(block((0, size[0]), (0, size[1])))
        inside, touched = (
            looked_up(shape, crs, transform, size, test)[:, 0, :, 0]
            for test in (shapely.contains_xy, shapely.intersects_xy)
        )
        # Px whose centre is within a hundredth of a px of the border may go either way: two, at most, in such a raster.
        assert ((drawn != inside) & (drawn != touched)).sum() <= 2
        if shape is WORLD:
            np.testing.assert_array_equal(by_blocks(drawing, size), drawn)
        (alone,) = drawn_on.each(shapes)
        shares = alone.shares(block((0, size[0]), (0, size[1])))
        sampled = looked_up(shape, crs, transform, size, shapely.intersects_xy, 4).mean(axis=(1, 3))
        assert np.abs(shares - sampled).max() < 0.25
        assert abs(shares.sum() - sampled.sum()) <= 0.1 * np.count_nonzero(sampled % 1) + 0.11 * sum(size)


def by_blocks(drawing: Drawing, size):
    found = np.zeros(size, bool)
    for top in range(0, size[0], 23):
        for left in range(0, size[1], 37):
            part = block((top, min(top + 23, size[0])), (left, min(left + 37, size[1])))
            found[top : top + 23, left : left + 37] = drawing.centres(part)
            held = drawing.held(part.rows, [part.cols])
            assert held.tolist() == [found[top : top + 23, left : left + 37].any()]
    return found


@pytest.mark.parametrize(
    ("raster_crs", "crs", "west"), [(DEGREES, DEGREES, 150), (DEGREES, "EPSG:4258", 150), (DEGREES, "EPSG:3857", 150)]
)
def test_rasters_in_degrees_go_on_beyond_180(raster_crs, crs, west):
    """Both halves of a polygon that is cut at the antimeridian are found on a raster of 150 to 210 degrees."""
    halves = [shapely.box(170, 10, 180, 20), shapely.box(-180, 10, -170, 20)]
    if crs == "EPSG:3857":
        forward = Transformer.from_crs(DEGREES, crs, always_xy=True)
        halves = [shapely.transform(half, lambda p: np.column_stack(forward.transform(*p.T))) for half in halves]
    shapes = polygons(*halves)
    drawing = board(shapes, crs, raster_crs, Affine(1, 0, west, 0, -1, 30), (30, 60)).together(shapes)
    expected = np.zeros((30, 60), bool)
    expected[10:20, 20:40] = True
    np.testing.assert_array_equal(drawing.centres(block((0, 30), (0, 60))), expected)


def test_a_country_of_0_to_360_lies_on_a_raster_of_minus_180_to_180():
    shapes = polygons(shapely.box(350, 0, 370, 10))
    drawing = board(shapes, DEGREES, DEGREES, Affine(1, 0, -180, 0, -1, 90), (180, 360)).together(shapes)
    expected = np.zeros((180, 360), bool)
    expected[80:90, 170:190] = True
    np.testing.assert_array_equal(drawing.centres(block((0, 180), (0, 360))), expected)


@pytest.mark.parametrize("pixel", [0.1, 10, 1000])
def test_an_edge_is_where_it_is_straight_in_its_own_crs(pixel):
    """Four corners and a hundred thousand are the same place, to far less than a tenth of a px."""
    size = (400, 400)
    transform = centred("EPSG:32633", 14, 60, pixel, size)
    west, south = Transformer.from_crs("EPSG:32633", DEGREES, always_xy=True).transform(*(transform * (37.3, 341.7)))
    few = shapely.box(west, south, west + 30, south + 25)
    many = shapely.segmentize(few, max(pixel / 111_000, 1e-3))
    everything = block((0, size[0]), (0, size[1]))
    found = []
    for shape in (few, many):
        shapes = polygons(shape)
        (drawing,) = board(shapes, DEGREES, "EPSG:32633", transform, size).each(shapes)
        found.append(drawing.shares(everything))
        assert sum(len(piece.edges) for piece in drawing.pieces) < 40_000
    assert np.abs(found[0] - found[1]).max() < 0.02


@pytest.mark.parametrize("transform", [Affine(0.4, 0.3, 5e5, 0.3, -0.4, 5e6), Affine(2, 0, 5e5, 0, 2, 5e6)])
def test_rotated_and_south_up_rasters(transform):
    size = (60, 80)
    in_pixels = shapely.Polygon([(3.2, 5.1), (70.7, 2.3), (61.4, 55.5), (30.3, 20.9)])
    to_degrees = Transformer.from_crs("EPSG:32633", DEGREES, always_xy=True)
    shape = shapely.transform(in_pixels, lambda p: np.column_stack(to_degrees.transform(*(transform * tuple(p.T)))))
    shapes = polygons(shape)
    (drawing,) = board(shapes, DEGREES, "EPSG:32633", transform, size).each(shapes)
    rows, cols = np.mgrid[: size[0], : size[1]]
    exact = shapely.area(shapely.intersection(shapely.box(cols, rows, cols + 1, rows + 1), in_pixels))
    np.testing.assert_allclose(drawing.shares(block((0, size[0]), (0, size[1]))), exact, atol=1e-4)


def test_neighbours_share_out_all_px_in_another_crs():
    """Cells that share their borders: no px is in two of them or in none, and their shares add up to one."""
    size = (90, 110)
    transform = centred("EPSG:32633", 15, 50, 300, size)
    points = shapely.MultiPoint(np.random.default_rng(3).uniform((14, 49.5), (16, 50.5), (60, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=shapely.box(0, 40, 30, 60)))
    shapes = polygons(*cells)
    everything = block((0, size[0]), (0, size[1]))
    drawings = list(board(shapes, DEGREES, "EPSG:32633", transform, size).each(shapes))
    assert (sum(drawing.centres(everything).astype(int) for drawing in drawings) == 1).all()
    np.testing.assert_allclose(sum(drawing.shares(everything) for drawing in drawings), 1, atol=1e-5)


def test_windows_hold_all_that_is_drawn():
    shapes = polygons(shapely.box(-50, 3.5, 20.25, 7.5), shapely.box(30, -9, 90, 70), shapely.box(5, 5, 5.5, 5.25))
    size = (40, 50)
    for shape in shapes:
        (drawing,) = board(shapes, None, None, Affine.identity(), size).each(np.array([shape], object))
        shares = drawing.shares(block((0, 40), (0, 50)))
        assert sum(drawing.shares(window).sum() for window in drawing.windows(8)) == pytest.approx(shares.sum())
        exact = shapely.area(shapely.intersection(shape, shapely.box(0, 0, 50, 40)))
        assert shares.sum() == pytest.approx(exact)
        assert not drawing.is_blank
