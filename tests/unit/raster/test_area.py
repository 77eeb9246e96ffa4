"""Areas on the ellipsoid, against geodesic polygons (Karney's algorithm in PROJ) and known totals."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.transform import from_origin

from satseg_core.events import Message, Reporter
from satseg_core.legend import LAND_COVER
from satseg_core.raster.area import class_areas
from satseg_core.raster.equal_area import equal_area

WGS84_M2 = 510065621724088.4
"""Area of the WGS 84 ellipsoid, from its closed formula."""

GOES = "+proj=geos +h=35785831 +lon_0=-75 +sweep=x +ellps=GRS80"


def geodesic_area(crs, transform, width, height, points=2000):
    """Area of a raster's outline, its edges cut into many short geodesics, m²."""
    crs = CRS.from_user_input(crs)
    along, zero = np.linspace(0, 1, points, endpoint=False), np.zeros(points)
    column = np.concatenate([along, zero + 1, 1 - along, zero]) * width
    row = np.concatenate([zero, along, zero + 1, 1 - along]) * height
    x = transform.a * column + transform.b * row + transform.c
    y = transform.d * column + transform.e * row + transform.f
    lonlat = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True).transform(x, y)
    return abs(crs.get_geod().polygon_area_perimeter(*lonlat)[0])


@pytest.fixture
def measure(make_raster):
    """Areas and warnings of codes at some place."""

    def run(codes, crs, transform):
        path = make_raster(codes, nodata=255, crs=crs, transform=transform)
        warnings = []
        reporter = Reporter(lambda event: warnings.append(event.text) if isinstance(event, Message) else None)
        return class_areas(path, LAND_COVER, reporter), warnings

    return run


def patches(height, width):
    """Codes 0 to 6 in patches, ``(height, width) uint8``."""
    coarse = np.random.default_rng(1).integers(0, 7, (height // 16 + 1, width // 16 + 1)).astype(np.uint8)
    return np.kron(coarse, np.ones((16, 16), np.uint8))[:height, :width]


PLACES = {
    "UTM, far from its middle, 60 degrees north": ("EPSG:32631", from_origin(750_000, 6_650_000, 0.5, 0.5), 1e-7),
    "UTM, 10 m": ("EPSG:32631", from_origin(300_000, 6_650_000, 10, 10), 1e-7),
    "web Mercator at 60 degrees north": ("EPSG:3857", from_origin(1_000_000, 8_399_737, 1, 1), 1e-7),
    "conic": ("EPSG:2154", from_origin(700_000, 6_600_000, 0.2, 0.2), 1e-7),
    "US feet": ("EPSG:2263", from_origin(1_000_000, 200_000, 1, 1), 1e-7),
    "rotated": ("EPSG:32631", Affine(0.4, 0.3, 500_000, 0.3, -0.4, 5_000_000), 1e-7),
    "south-up": ("EPSG:32631", Affine(0.5, 0, 500_000, 0, 0.5, 5_000_000), 1e-7),
    "polar": ("EPSG:3413", from_origin(-500_000, -1_000_000, 30, 30), 1e-6),
    "geographic": ("EPSG:4326", from_origin(10, 60.2, 1e-5, 1e-5), 1e-9),
    "geographic, rotated": ("EPSG:4326", Affine(1e-5, 1e-6, 10, -1e-6, -1e-5, 60), 1e-7),
    "Mars": ("IAU_2015:49900", from_origin(30, 20, 0.001, 0.001), 1e-9),
}


@pytest.mark.parametrize("place", PLACES)
def test_total_is_the_geodesic_area(measure, place):
    crs, transform, tolerance = PLACES[place]
    areas, warnings = measure(patches(230, 310), crs, transform)
    assert not warnings
    expected = geodesic_area(crs, transform, 310, 230)
    assert sum(area.area_m2 for area in areas) == pytest.approx(expected, rel=tolerance)
    assert sum(area.percent for area in areas) == pytest.approx(100)


@pytest.mark.parametrize("place", ["geographic", "web Mercator at 60 degrees north", "UTM, 10 m"])
def test_each_class_has_the_area_of_its_own_pixels(measure, place):
    crs, transform, tolerance = PLACES[place]
    codes = np.full((230, 310), 255, np.uint8)
    codes[:17] = 0
    codes[200:, 100:] = 3
    areas, _ = measure(codes, crs, transform)
    assert areas[0].area_m2 == pytest.approx(geodesic_area(crs, transform, 310, 17), rel=max(tolerance, 1e-7))
    corner = transform * Affine.translation(100, 200)
    assert areas[3].area_m2 == pytest.approx(geodesic_area(crs, corner, 210, 30), rel=max(tolerance, 1e-7))
    assert [area.pixels for area in areas] == [17 * 310, 0, 0, 210 * 30, 0, 0, 0]


@pytest.mark.parametrize("left", [-180, -0.25, 179.75])
@pytest.mark.parametrize("top", [90, 90.25])
def test_the_globe_has_the_area_of_the_ellipsoid(measure, left, top):
    height = 360 if top == 90 else 361
    areas, _ = measure(np.zeros((height, 720), np.uint8), "EPSG:4326", from_origin(left, top, 0.5, 0.5))
    assert areas[0].area_m2 == pytest.approx(WGS84_M2, rel=1e-12)


def test_blocks_add_up(make_raster, monkeypatch):
    from satseg_core.raster import area, labels

    path = make_raster(patches(300, 300), nodata=255, crs="EPSG:3857", transform=from_origin(0, 8e6, 5, 5))
    whole = class_areas(path, LAND_COVER, Reporter())
    monkeypatch.setattr(area, "code_blocks", lambda dataset: labels.code_blocks(dataset, size=70))
    cut = class_areas(path, LAND_COVER, Reporter())
    for one, other in zip(whole, cut):
        assert one.pixels == other.pixels
        assert one.area_m2 == pytest.approx(other.area_m2, rel=1e-9)


def test_without_crs_pixels_are_counted(measure):
    areas, warnings = measure(patches(40, 60), None, from_origin(0, 40, 1, 1))
    assert all(area.area_m2 is None for area in areas)
    assert sum(area.pixels for area in areas) == 2400
    assert sum(area.percent for area in areas) == pytest.approx(100)
    assert len(warnings) == 1
    assert "pixels" in warnings[0]


@pytest.mark.parametrize(
    ("unit", "metres"),
    [('"metre",1', 1.0), ('"foot",0.3048', 0.3048), ('"US survey foot",0.304800609601219', 0.304800609601219)],
)
def test_a_local_crs_counts_in_its_own_unit(measure, unit, metres):
    codes = patches(40, 60)
    areas, warnings = measure(codes, f'LOCAL_CS["site",UNIT[{unit}]]', from_origin(100, 140, 2, 2))
    for area in areas:
        assert area.area_m2 == pytest.approx((codes == area.code).sum() * (2 * metres) ** 2, rel=1e-9)
    assert warnings == []


def test_a_turned_local_crs_has_the_same_areas(measure):
    turned = Affine.translation(50, 70) * Affine.rotation(30) * Affine.scale(2, -3)
    areas, _ = measure(patches(40, 60), 'LOCAL_CS["site",UNIT["metre",1]]', turned)
    assert sum(area.area_m2 for area in areas) == pytest.approx(40 * 60 * 6, rel=1e-9)


def test_a_local_crs_in_degrees_has_no_areas(measure):
    areas, warnings = measure(
        patches(40, 60), 'LOCAL_CS["site",UNIT["degree",0.0174532925199433]]', from_origin(0, 50, 1, 1)
    )
    assert all(area.area_m2 is None for area in areas)
    assert len(warnings) == 1


@pytest.mark.parametrize("crs", ["EPSG:32632", "EPSG:4326", 'LOCAL_CS["site",UNIT["metre",1]]'])
def test_a_crs_without_a_place_in_it_has_no_areas(measure, crs):
    areas, warnings = measure(patches(40, 60), crs, None)
    assert all(area.area_m2 is None for area in areas)
    assert sum(area.pixels for area in areas) == 2400
    assert "pixels" in warnings[0]


def test_longitudes_and_latitudes_beyond_the_pole_have_no_areas(measure):
    """Coordinates in metres that somebody called EPSG:4326."""
    areas, warnings = measure(patches(40, 60), "EPSG:4326", from_origin(500_000, 5_400_000, 2, 2))
    assert all(area.area_m2 is None for area in areas)
    assert "pixels" in warnings[0]


def test_only_classes_off_the_ground_have_no_area(measure):
    codes = np.full((217, 217), 255, np.uint8)
    codes[:20, :20] = 4  # space, beyond the limb of the Earth
    codes[100:120, 100:120] = 3
    areas, warnings = measure(codes, GOES, from_origin(-5_434_895, 5_434_895, 50_089, 50_089))
    assert areas[4].area_m2 is None
    assert areas[3].area_m2 == pytest.approx(20 * 20 * 50_089**2, rel=0.1)
    assert any("off the ground" in text for text in warnings)


def test_codes_without_a_name_are_told(measure):
    areas, warnings = measure(np.array([[0, 0, 9, 17]], np.uint8), "EPSG:32631", from_origin(5e5, 5e6, 1, 1))
    assert areas[0].percent == 100
    assert any("9, 17" in text for text in warnings)


def test_all_nodata_covers_nothing(measure):
    areas, warnings = measure(np.full((8, 8), 255, np.uint8), "EPSG:32631", from_origin(5e5, 5e6, 1, 1))
    assert {(area.pixels, area.area_m2, area.percent) for area in areas} == {(0, 0.0, 0.0)}
    assert not warnings


@pytest.mark.parametrize("place", ["geographic", "UTM, 10 m", "rotated", "south-up"])
def test_polygons_have_the_area_of_their_pixels(make_raster, place):
    crs, transform, _ = PLACES[place]
    path = make_raster(np.zeros((400, 400), np.uint8), crs=crs, transform=transform)
    with rasterio.open(path) as dataset:
        ground = equal_area(dataset)
    corners = [transform @ corner for corner in ((50, 60), (350, 60), (350, 300), (50, 300))]
    polygon = np.array([shapely.Polygon(corners)])
    pixels = np.broadcast_to(ground.pixels(60, 50, 240, 300), (240, 300))
    assert ground.polygons(polygon)[0] == pytest.approx(pixels.sum(), rel=1e-8)


@pytest.mark.parametrize("place", PLACES)
def test_running_sums_are_those_of_the_pixels(make_raster, place):
    crs, transform, _ = PLACES[place]
    with rasterio.open(make_raster(np.zeros((700, 500), np.uint8), crs=crs, transform=transform)) as dataset:
        ground = equal_area(dataset)
    each = np.broadcast_to(ground.pixels(60, 50, 240, 300), (240, 300))
    rng = np.random.default_rng(5)
    rows, ends = rng.integers(0, 240, 400), rng.integers(0, 301, 400)
    expected = [each[row, :end].sum() for row, end in zip(rows, ends)]
    np.testing.assert_allclose(ground.before(60, 50, 240, 300)(rows, ends), expected, rtol=1e-9)


@pytest.mark.parametrize(("told", "sentences"), [(False, 1), (True, 0)])
def test_areas_in_pixels_are_told_once(make_raster, told, sentences):
    path = make_raster(patches(20, 20), nodata=255, crs=None, transform=None)
    heard = []
    reporter = Reporter(lambda event: heard.append(event) if isinstance(event, Message) else None)
    class_areas(path, LAND_COVER, reporter, in_pixels_told=told)
    assert len(heard) == sentences
