"""Polygons that do not lie on the raster: where they lie, and what mistake that looks like."""

from __future__ import annotations

import json
import sqlite3

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer
from rasterio.crs import CRS

from satseg_core.errors import BesideError, UsageError
from satseg_core.events import Message, Reporter
from satseg_core.legend import LandClass, Legend
from satseg_core.raster.area_of_interest import AreaOfInterest
from satseg_core.raster.polygon_file import read_polygons
from satseg_core.raster.polygon_layer import PolygonLayer
from satseg_core.raster.source import open_source
from satseg_core.raster.zones import zone_areas

BOX = shapely.box(500_010, 4_999_950, 500_050, 4_999_990)
LEGEND = Legend((LandClass(0, "none", "", (1, 2, 3)),))


def in_degrees(shape):
    ways = Transformer.from_crs(32633, 4326, always_xy=True)
    return shapely.transform(shape, lambda points: np.column_stack(ways.transform(points[:, 0], points[:, 1])))


def swapped(shape):
    return shapely.transform(shape, lambda points: points[:, ::-1])


def layer(path, shape, crs):
    pyogrio.raw.write(
        path, np.array([shapely.to_wkb(shape)], object), [np.array(["A"], object)], ["Name"], geometry_type="Polygon",
        crs=crs,
    )  # fmt: skip
    return path


def geojson(path, shape, **said):
    feature = {"type": "Feature", "properties": {"Name": "A"}, "geometry": json.loads(shapely.to_geojson(shape))}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature], **said}))
    return path


@pytest.fixture
def raster(make_raster):
    return make_raster(np.zeros((3, 100, 100), np.uint8))


def masked(raster, mask):
    with open_source(str(raster), ("red", "green", "blue")) as source:
        return AreaOfInterest(mask, source)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32633"])
def test_swapped_axes_are_told(raster, tmp_path, crs):
    wrong = swapped(in_degrees(BOX) if crs == "EPSG:4326" else BOX)
    with pytest.raises(BesideError, match="With x and y swapped they would lie on it: save the layer anew"):
        masked(raster, layer(tmp_path / "swapped.gpkg", wrong, crs))


def test_it_is_told_where_both_lie(raster, tmp_path):
    far = shapely.box(15.5, 45.5, 15.75, 45.75)
    with pytest.raises(BesideError) as failure:
        masked(raster, layer(tmp_path / "far.gpkg", far, "EPSG:4326"))
    assert "they cover x 15.5000 to 15.7500, y 45.5000 to 45.7500, and the raster x 15.0000 to 15.00" in str(
        failure.value
    )
    with pytest.raises(BesideError, match="they cover x 0 to 1000, y 0 to 1000, and the raster x 500000 to 500122"):
        masked(raster, layer(tmp_path / "off.gpkg", shapely.box(0, 0, 1000, 1000), "EPSG:32633"))


def test_zones_that_all_lie_beside_are_told_the_same(make_raster, tmp_path):
    labels, said = make_raster(np.zeros((100, 100), np.uint8), name="map.tif"), []
    reporter = Reporter(lambda event: said.append(event.text) if isinstance(event, Message) else None)
    zone_areas(labels, layer(tmp_path / "swapped.gpkg", swapped(in_degrees(BOX)), "EPSG:4326"), LEGEND, reporter)
    assert any("1 of 1 zones lie beside" in text and "With x and y swapped" in text for text in said)


def test_metres_in_geojson_are_no_degrees(raster, tmp_path):
    with pytest.raises(
        UsageError, match=r"counts as longitudes and latitudes \(WGS 84\), and .* none \(x 500010 to"
    ) as e:
        masked(raster, geojson(tmp_path / "metres.geojson", BOX))
    assert not isinstance(e.value, BesideError)
    assert str(e.value).endswith("name its true CRS with --mask-crs.")
    told = PolygonLayer.of(str(tmp_path / "metres.geojson"), "mask", crs="EPSG:32633")
    assert masked(raster, told).warnings == ()
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}
    assert masked(raster, geojson(tmp_path / "old.geojson", BOX, crs=crs)).warnings == ()


def test_latitudes_first_where_longitudes_cannot_be_latitudes(raster, tmp_path):
    with pytest.raises(UsageError, match="latitudes seem to come first"):
        masked(raster, geojson(tmp_path / "japan.geojson", swapped(shapely.box(139, 35, 140, 36))))


@pytest.mark.parametrize("x", [-190, 170, 190, 359])
def test_longitudes_beyond_180_are_longitudes(tmp_path, x):
    path = geojson(tmp_path / "wide.geojson", shapely.box(x, -10, x + 1, 10))
    assert len(read_polygons(path, CRS.from_epsg(4326), "mask").shapes) == 1


@pytest.mark.parametrize("number", [0, -1])
def test_an_undefined_crs_of_a_geopackage_is_none(raster, tmp_path, number):
    path = layer(tmp_path / "undefined.gpkg", BOX, "EPSG:32633")
    with sqlite3.connect(path) as database:
        database.execute(f"UPDATE gpkg_geometry_columns SET srs_id = {number}")
        database.execute(f"UPDATE gpkg_contents SET srs_id = {number}")
    database.close()
    with pytest.raises(UsageError, match=r"mask file .* has no CRS, .* or name it with --mask-crs"):
        masked(raster, path)
    assert masked(raster, PolygonLayer.of(str(path), "mask", crs="EPSG:32633")).warnings == ()
    assert len(read_polygons(path, None, "mask").shapes) == 1  # over a raster without a CRS


def test_a_field_may_differ_in_case(make_raster, tmp_path):
    labels = make_raster(np.zeros((100, 100), np.uint8), name="map.tif")
    path = layer(tmp_path / "zones.gpkg", BOX, "EPSG:32633")
    assert [zone.name for zone in zone_areas(labels, path, LEGEND, Reporter(), "NAME")] == ["A"]
    with pytest.raises(UsageError, match="has no field Names; it has Name"):
        zone_areas(labels, path, LEGEND, Reporter(), "Names")
