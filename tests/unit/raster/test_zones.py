"""Areas in zones: exact to the fraction of a pixel, and the same as those of the polygons."""

from __future__ import annotations

import warnings

import numpy as np
import pyogrio.raw
import pytest
import shapely
from pyproj import Transformer
from rasterio.transform import Affine, from_origin

from satseg_core.errors import UsageError
from satseg_core.events import Reporter
from satseg_core.legend import LAND_COVER
from satseg_core.raster.area import class_areas
from satseg_core.raster.zones import zone_areas
from satseg_core.vector.polygons import vectorize

UTM = {"crs": "EPSG:32631", "transform": from_origin(500_000, 6_650_000, 0.5, 0.5)}
NOWHERE = {"crs": None, "transform": from_origin(0, 100, 0.5, 0.5)}


def write_zones(path, shapes, crs="EPSG:32631", **fields):
    warnings.filterwarnings("ignore", "'crs' was not provided")
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(shapes, object)),
        field_data=[np.array(values, object) for values in fields.values()],
        fields=list(fields),
        geometry_type="Unknown",
        crs=crs,
        driver="GPKG",
    )
    return path


@pytest.fixture
def codes():
    values = np.kron(np.random.default_rng(5).integers(0, 6, (20, 30)), np.ones((9, 7), int)).astype(np.uint8)
    values[50:80, 40:100] = 255
    return values


def star(x, y, size):
    """A shape with many slanting sides."""
    turns = np.linspace(0, 2 * np.pi, 23, endpoint=False)
    reach = size * np.where(np.arange(23) % 2, 1.0, 0.4)
    return shapely.Polygon(np.column_stack([x + reach * np.cos(turns), y + reach * np.sin(turns)]))


def test_zones_and_polygons_give_the_same_areas(make_raster, tmp_path, codes):
    labels = make_raster(codes, nodata=255, **UTM)
    shapes = [star(500_050, 6_649_950, 30), shapely.box(499_990, 6_649_800, 500_033.3, 6_650_010)]
    zones = write_zones(tmp_path / "zones.gpkg", shapes, name=["star", "box"])
    found = zone_areas(labels, zones, LAND_COVER, Reporter(), "name")
    assert [zone.name for zone in found] == ["star", "box"]
    vectorize(labels, tmp_path / "land.gpkg", LAND_COVER, Reporter())
    _, _, wkb, columns = pyogrio.raw.read(tmp_path / "land.gpkg", layer="land")
    polygons = shapely.from_wkb(wkb)
    for zone, shape in zip(found, shapes):
        inside = shapely.area(shapely.intersection(polygons, shape)) / 0.25
        for place, code in enumerate(LAND_COVER.codes):
            assert zone.pixels[place] == pytest.approx(inside[columns[0] == code].sum(), abs=1e-6)


def test_a_zone_around_everything_has_the_areas_of_the_map(make_raster, tmp_path, codes):
    labels = make_raster(codes, nodata=255, **UTM)
    zones = write_zones(tmp_path / "zones.gpkg", [shapely.box(499_000, 6_640_000, 501_000, 6_660_000)])
    (zone,) = zone_areas(labels, zones, LAND_COVER, Reporter())
    assert zone.name == "1"
    for area, pixels, square_metres in zip(class_areas(labels, LAND_COVER, Reporter()), zone.pixels, zone.area_m2):
        assert pixels == area.pixels
        assert square_metres == pytest.approx(area.area_m2, rel=1e-9)
    assert sum(row["percent"] for row in zone.rows(LAND_COVER)) == pytest.approx(100)


def test_zones_may_be_in_another_crs_and_overlap(make_raster, tmp_path, codes):
    labels = make_raster(codes, nodata=255, **UTM)
    corners = Transformer.from_crs("EPSG:32631", "EPSG:4326", always_xy=True).transform(
        [500_010, 500_060], [6_649_930, 6_649_980]
    )
    box = shapely.box(corners[0][0], corners[1][0], corners[0][1], corners[1][1])
    zones = write_zones(tmp_path / "zones.gpkg", [box, box], "EPSG:4326")
    one, other = zone_areas(labels, zones, LAND_COVER, Reporter())
    assert one.pixels == other.pixels
    assert 0 < sum(one.pixels) <= 100 * 100


def test_a_rotated_raster(make_raster, tmp_path, codes):
    place = Affine(0.4, 0.3, 500_000, 0.3, -0.4, 5_000_000)
    labels = make_raster(np.where(codes == 255, 0, codes).astype(np.uint8), crs="EPSG:32631", transform=place)
    shape = star(*(place * (100, 90)), 20)
    (zone,) = zone_areas(labels, write_zones(tmp_path / "zones.gpkg", [shape]), LAND_COVER, Reporter())
    assert sum(zone.pixels) * 0.25 == pytest.approx(shape.area, rel=1e-9)


def test_without_a_place_on_the_ground_pixels_are_counted(make_raster, tmp_path, codes):
    labels = make_raster(codes, nodata=255, **NOWHERE)
    (zone,) = zone_areas(
        labels, write_zones(tmp_path / "zones.gpkg", [shapely.box(1.1, 50, 30, 90)], None), LAND_COVER, Reporter()
    )
    assert zone.area_m2 is None
    assert sum(zone.pixels) > 0


def test_a_field_that_is_missing_is_told_from_those_that_are_there(make_raster, tmp_path, codes):
    labels = make_raster(codes, nodata=255, **UTM)
    zones = write_zones(tmp_path / "zones.gpkg", [shapely.box(0, 0, 1, 1)], county=["x"])
    with pytest.raises(UsageError, match="no field name; it has county"):
        zone_areas(labels, zones, LAND_COVER, Reporter(), "name")
    (zone,) = zone_areas(labels, zones, LAND_COVER, Reporter(), "county")
    assert sum(zone.pixels) == 0


@pytest.fixture
def told():
    """A reporter, and the warnings that it got."""
    sentences = []

    class Listening(Reporter):
        def warning(self, text):
            sentences.append(text)

    return Listening(), sentences


def test_the_table_says_once_what_it_leaves_out(make_raster, tmp_path, codes, told):
    reporter, sentences = told
    labels = make_raster(np.where(codes == 3, 77, codes).astype(np.uint8), nodata=255, **UTM)
    inside, beside = shapely.box(500_000, 6_649_800, 500_100, 6_650_000), shapely.box(0, 0, 9, 9)
    zones = write_zones(tmp_path / "zones.gpkg", [inside, beside, inside], name=["in", "off", "in"])
    found = zone_areas(labels, zones, LAND_COVER, reporter, "name")
    assert [zone.name for zone in found] == ["in", "off", "in"]
    assert found[1].pixels == (0,) * len(LAND_COVER)
    assert sentences == [
        f"{labels} has codes that its legend does not name (77); they are left out.",
        f"1 of 3 zones lie beside {labels}, with no areas: off.",
    ]


def test_zones_on_a_map_without_ground_are_told_so_once(make_raster, tmp_path, codes, told):
    reporter, sentences = told
    zones = write_zones(tmp_path / "zones.gpkg", [shapely.box(1, 50, 30, 90)] * 2, None)
    zone_areas(make_raster(codes, nodata=255, **NOWHERE), zones, LAND_COVER, reporter)
    assert len([text for text in sentences if "counted in pixels" in text]) == 1


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_a_zone_of_the_whole_world_has_the_areas_of_the_map(make_raster, tmp_path, codes, crs):
    labels = make_raster(codes, nodata=255, **UTM)
    world = shapely.box(-180, -85, 180, 85) if crs == "EPSG:4326" else shapely.box(-2e7, -2e7, 2e7, 2e7)
    (zone,) = zone_areas(labels, write_zones(tmp_path / "zones.gpkg", [world], crs), LAND_COVER, Reporter())
    assert zone.pixels == tuple(area.pixels for area in class_areas(labels, LAND_COVER, Reporter()))
    assert zone.geometry.equals(world)


STAR = [(60, 100), (50, -10), (100, 100), (50, 110), (-10, 50), (130, 20)]


@pytest.mark.parametrize(
    ("corners", "pixels"),
    [
        ([(10, 10), (90, 10), (90, 50), (150, 50), (90, 50), (90, 90), (10, 90)], (6400, 0)),
        (STAR, (4579.03, 417.86)),
        ([(x + 100, y + 100) for x, y in STAR], (60.71, 4297.21)),
        ([(40, 200), (10, 100), (40, 190), (50, 210), (-30, 230), (-20, 150)], (841.67, 0)),
    ],
)
def test_spikes_crossings_and_corners_on_the_rasters_edge(make_raster, tmp_path, corners, pixels):
    halves = np.repeat([[0, 1]], 200, axis=0).repeat(100, axis=1).astype(np.uint8)
    labels = make_raster(halves, nodata=255, crs="EPSG:32632", transform=from_origin(500_000, 5_400_000, 10, 10))
    shape = shapely.Polygon([(500_000 + 10 * x, 5_400_000 - 10 * y) for x, y in corners])
    (zone,) = zone_areas(labels, write_zones(tmp_path / "zones.gpkg", [shape], "EPSG:32632"), LAND_COVER, Reporter())
    assert zone.pixels[:2] == pytest.approx(pixels, abs=0.005)
