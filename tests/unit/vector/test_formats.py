"""Polygons in other formats: the same rows, with what each format asks for."""

from __future__ import annotations

import json
import re

import numpy as np
import pyarrow.parquet
import pyogrio
import pytest
import shapely
from pyogrio.raw import read
from rasterio.transform import from_origin

from satseg_core.errors import OutputError, UsageError
from satseg_core.events import Message, Reporter
from satseg_core.legend import LAND_COVER
from satseg_core.vector.formats import FORMATS, decimals, format_of
from satseg_core.vector.polygons import PolygonOptions, save_polygons

UTM = {"crs": "EPSG:32631", "transform": from_origin(500_000, 6_650_000, 0.5, 0.5)}


@pytest.fixture
def saved(make_raster, tmp_path):
    """Polygons of a small map in a format; gives the path and what was said."""
    codes = np.random.default_rng(2).integers(0, 5, (40, 50)).astype(np.uint8)
    codes[5:20, 5:30] = 255

    def save(suffix, place=UTM):
        said = []
        labels = make_raster(codes, name="map.tif", nodata=255, **place)
        path = tmp_path / "out" / f"land{suffix}"
        path.parent.mkdir(exist_ok=True)
        listener = lambda event: said.append(event.text) if isinstance(event, Message) else None  # noqa: E731
        save_polygons(labels, path, LAND_COVER, Reporter(listener))
        return path, said

    return save


def areas_by_code(code, wkb):
    area = shapely.area(shapely.from_wkb(wkb))
    return {int(one): float(area[code == one].sum()) for one in np.unique(code)}


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".shp"])
def test_gdal_reads_every_polygon_back(saved, suffix):
    path, _ = saved(suffix)
    layer = next(name for name, kind in pyogrio.list_layers(path) if kind)
    meta, _, wkb, columns = read(path, layer=layer)
    assert meta["crs"] == "EPSG:32631"
    assert list(meta["fields"][:4]) == ["code", "class", "area_m2", "area_ha"]
    expected, _ = saved(".gpkg") if suffix != ".gpkg" else (path, None)
    _, _, others, found = read(expected, layer="land")
    assert areas_by_code(columns[0], wkb) == pytest.approx(areas_by_code(found[0], others))
    assert sorted(columns[1]) == sorted(found[1])


def test_nothing_else_is_left_beside_them(saved):
    for suffix, wanted in FORMATS.items():
        path, _ = saved(suffix)
        expected = {path.with_suffix(end).name for end in (suffix, *wanted.companions)}
        assert {one.name for one in path.parent.iterdir()} == expected
        for one in path.parent.iterdir():
            one.unlink()


def test_geojson_is_in_longitudes_and_latitudes_and_its_rings_are_wound_as_the_rfc_says(saved):
    path, _ = saved(".geojson")
    content = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in content
    shapes = np.array([shapely.geometry.shape(feature["geometry"]) for feature in content["features"]])
    west, south, east, _ = shapely.total_bounds(shapes)
    assert (west, south) == pytest.approx((3.0, 59.98), abs=0.01)
    assert 0 < east - west < 0.001
    assert shapely.is_ccw(shapely.get_exterior_ring(shapes)).all()


def geojson_of(make_raster, tmp_path, place, **options):
    """Polygons of a small map, as GeoJSON and as GeoPackage has them, and the text of the former."""
    codes = np.random.default_rng(0).integers(0, 4, (40, 40)).astype(np.uint8)
    labels = make_raster(codes, name="map.tif", nodata=255, **place)
    for suffix in (".gpkg", ".geojson"):
        save_polygons(labels, tmp_path / f"land{suffix}", LAND_COVER, Reporter(), PolygonOptions(**options))
    text = (tmp_path / "land.geojson").read_text(encoding="utf-8")
    _, _, wkb, _ = read(tmp_path / "land.gpkg", layer="land")
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in json.loads(text)["features"]]
    return np.array(shapes), shapely.from_wkb(wkb), text


@pytest.mark.parametrize("options", [{}, {"smooth": True}, {"smooth": True, "simplify": 2.0}])
@pytest.mark.parametrize(
    "place",
    [
        *({"crs": "EPSG:32632", "transform": from_origin(500_000, 5_400_000, size, size)} for size in (0.0005, 0.005)),
        *({"crs": "EPSG:32632", "transform": from_origin(500_000, 5_400_000, size, size)} for size in (0.02, 1.0)),
        {"crs": "EPSG:32632", "transform": from_origin(500_000, 9_300_000, 0.005, 0.005)},
        {"crs": "EPSG:2277", "transform": from_origin(3_100_000, 10_000_000, 0.016, 0.016)},
        *({"crs": "EPSG:4326", "transform": from_origin(10, north, 1e-8, 1e-8)} for north in (0, 80)),
    ],
)
def test_geojson_has_every_polygon_of_small_pixels(make_raster, tmp_path, place, options):
    shapes, expected, _ = geojson_of(make_raster, tmp_path, place, **options)
    assert (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all()
    assert shapely.is_valid(shapes).all()
    np.testing.assert_array_equal(shapely.get_num_coordinates(shapes), shapely.get_num_coordinates(expected))
    np.testing.assert_array_equal(shapely.get_num_interior_rings(shapes), shapely.get_num_interior_rings(expected))
    whole = shapely.area(shapes) / shapely.area(shapes).sum()
    assert whole == pytest.approx(shapely.area(expected) / shapely.area(expected).sum(), rel=0.01)


@pytest.mark.parametrize(
    ("pixel", "expected"), [(None, 7), (100, 7), (30, 7), (10, 8), (0.5, 9), (0.005, 11), (1e-9, 13)]
)
def test_a_degree_has_as_many_decimals_as_a_pixel_needs(pixel, expected):
    assert decimals(pixel) == expected


def test_geojson_of_large_pixels_is_as_long_as_ever(make_raster, tmp_path):
    place = {"crs": "EPSG:32632", "transform": from_origin(500_000, 5_400_000, 30, 30)}
    _, _, text = geojson_of(make_raster, tmp_path, place)
    assert max(len(number) for number in re.findall(r"\.(\d+)", text.partition('"coordinates"')[2])) >= 7
    assert "xy_coordinate_resolution" not in text


@pytest.mark.parametrize(
    "place",
    [
        {"crs": "EPSG:32701", "transform": from_origin(180_548.44679162878 - 200, 8_117_998.190925509 + 200, 10, 10)},
        {"crs": "EPSG:3832", "transform": from_origin(3_337_584.7, 100_000, 100, 100)},
        {"crs": "EPSG:4326", "transform": from_origin(179.98, -17, 0.001, 0.001)},
        {"crs": "EPSG:4326", "transform": from_origin(-180.02, -17, 0.001, 0.001)},
    ],
)
def test_polygons_across_the_antimeridian_are_polygons_on_both_of_its_sides(make_raster, tmp_path, place):
    shapes, expected, _ = geojson_of(make_raster, tmp_path, place)
    parts = shapely.get_parts(shapes)
    assert len(shapes) == len(expected)
    assert set(shapely.get_type_id(shapes)) == {shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON}
    assert shapely.is_valid(shapes).all()
    west, _, east, _ = shapely.bounds(parts).T
    assert (east - west).max() < 0.2
    assert shapely.total_bounds(shapes)[[0, 2]] == pytest.approx([-180, 180], abs=0.1)
    assert shapely.is_ccw(shapely.get_exterior_ring(parts)).all()


@pytest.mark.parametrize("suffix", [".fgb", ".shp", ".parquet"])
def test_other_formats_hold_small_pixels_to_the_last_bit(saved, suffix):
    place = {"crs": "EPSG:32632", "transform": from_origin(500_000, 5_400_000, 0.005, 0.005)}
    expected = sorted(
        shapely.to_wkb(shapely.normalize(shapely.from_wkb(read(saved(".gpkg", place)[0], layer="land")[2])))
    )
    path, _ = saved(suffix, place)
    if suffix == ".parquet":
        found = pyarrow.parquet.read_table(path)["geom"].to_numpy(zero_copy_only=False)
    else:
        found = read(path)[2]
    assert sorted(shapely.to_wkb(shapely.normalize(shapely.from_wkb(found)))) == expected


def test_geojson_needs_a_crs(saved):
    with pytest.raises(UsageError, match=r"the map has no CRS; write \.gpkg"):
        saved(".geojson", {"crs": None, "transform": from_origin(0, 90, 0.5, 0.5)})


MOON = (
    'GEOGCS["Moon 2000",DATUM["D_Moon_2000",SPHEROID["Moon_2000_IAU_IAG",1737400,0]],'
    'PRIMEM["Reference_Meridian",0],UNIT["degree",0.0174532925199433]]'
)
GEOSTATIONARY = "+proj=geos +h=35785831 +lon_0=0 +datum=WGS84 +units=m"


@pytest.mark.parametrize("crs", [MOON, 'LOCAL_CS["site",UNIT["metre",1]]'])
def test_geojson_is_on_the_earth(saved, crs):
    place = {"crs": crs, "transform": from_origin(10, 20, 0.1, 0.1)}
    with pytest.raises(UsageError, match=r"nothing leads to them from the map's CRS; write \.gpkg"):
        saved(".geojson", place)
    assert saved(".gpkg", place)[0].is_file()


def test_geojson_of_a_map_beyond_its_projection_says_so(saved):
    place = {"crs": GEOSTATIONARY, "transform": from_origin(-5.5e6, 5.5e6, 2.2e5, 2.75e5)}
    with pytest.raises(UsageError, match=r"beyond its projection; write \.gpkg"):
        saved(".geojson", place)


@pytest.mark.parametrize("place", [UTM, {"crs": None, "transform": from_origin(0, 90, 0.5, 0.5)}])
def test_geoparquet_says_where_it_lies(saved, place):
    path, _ = saved(".parquet", place)
    table = pyarrow.parquet.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    column = geo["columns"][geo["primary_column"]]
    assert (geo["version"], column["encoding"], column["geometry_types"]) == ("1.1.0", "WKB", ["Polygon"])
    if place["crs"]:
        assert column["crs"]["id"] == {"authority": "EPSG", "code": 32631}
    else:
        assert column["crs"] is None
    polygons = shapely.from_wkb(table[geo["primary_column"]].to_numpy(zero_copy_only=False))
    assert shapely.is_valid(polygons).all()
    assert table["area_m2" if place["crs"] else "area_px"].to_numpy().sum() > 0


def test_a_shapefile_tells_its_limits(saved):
    assert any("10 characters" in text for text in saved(".shp")[1])
    assert saved(".fgb")[1] == []


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"\.gpkg, \.fgb, \.parquet, \.geojson, \.shp"):
        format_of(tmp_path / "land.kml")


def test_a_folder_that_is_missing_is_told(make_raster, tmp_path):
    labels = make_raster(np.zeros((4, 4), np.uint8), nodata=255, **UTM)
    with pytest.raises(OutputError, match="absent"):
        save_polygons(labels, tmp_path / "absent" / "x.fgb", LAND_COVER, Reporter())
