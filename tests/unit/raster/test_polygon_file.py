"""Which layer of a file polygons come from, and which CRS they are in."""

from __future__ import annotations

import numpy as np
import pyogrio
import pytest
import shapely
from rasterio.crs import CRS

from satseg_core.errors import UsageError
from satseg_core.raster.polygon_file import read_polygons
from satseg_core.raster.polygon_layer import PolygonLayer
from satseg_core.vector.geopackage import no_crs_warning

UTM = CRS.from_epsg(32632)
LARGE, SMALL = shapely.box(500_000, 5_000_000, 500_600, 5_000_600), shapely.box(500_000, 5_000_000, 500_300, 5_000_300)
POINT = shapely.Point(500_000, 5_000_000)


def add(path, layer, *shapes, kind="Polygon", crs="EPSG:32632", **options):
    pyogrio.raw.write(
        path, np.array([shapely.to_wkb(shape) for shape in shapes], object), [np.array(["a"] * len(shapes), object)],
        ["name"], layer=layer, crs=crs, geometry_type=kind, append=path.exists(), **options,
    )  # fmt: skip
    return path


def area(place, crs=UTM):
    found = read_polygons(place, crs, "mask")
    return float(shapely.area(found.shapes).sum()), " ".join(found.warnings)


@pytest.fixture
def two(tmp_path):
    add(tmp_path / "two.gpkg", "whole", LARGE)
    return add(tmp_path / "two.gpkg", "aoi", SMALL)


def test_a_named_layer_is_taken(two):
    assert area(f"{two}|layername=aoi") == (90_000, "")
    assert area(f"{two}|layerid=1") == (90_000, "")
    assert area(PolygonLayer.of(str(two), "mask", "aoi")) == (90_000, "")
    assert area(PolygonLayer.of(f"{two}|layername=AOI", "mask")) == (90_000, "")


def test_without_a_name_the_first_is_taken_with_a_warning_that_names_the_others(two):
    size, warning = area(two)
    assert size == 360_000
    assert "whole was taken, not aoi: name one with --mask-layer" in warning


def test_a_layer_that_is_not_there_is_one_sentence_with_those_that_are(two):
    with pytest.raises(UsageError, match="has no layer roads; it has whole, aoi"):
        area(f"{two}|layername=roads")
    with pytest.raises(UsageError, match="has no layer 7; it has whole, aoi"):
        area(f"{two}|layerid=7")


def test_two_names_of_a_layer_must_be_the_same(two):
    assert area(PolygonLayer.of(f"{two}|layername=aoi", "mask", "aoi"))[0] == 90_000
    with pytest.raises(UsageError, match="different layers"):
        PolygonLayer.of(f"{two}|layername=aoi", "mask", "whole")


@pytest.mark.parametrize(
    "before",
    [
        {"kind": "Point", "shapes": [POINT]},
        {"kind": "Unknown", "shapes": [POINT, POINT]},
        {"kind": "Polygon", "shapes": []},
        {"kind": "LineString", "shapes": [LARGE.exterior]},
    ],
)
def test_layers_without_polygons_are_passed_over(tmp_path, before):
    path = add(tmp_path / "mixed.gpkg", "before", *before["shapes"], kind=before["kind"])
    add(path, "aoi", SMALL)
    assert area(path) == (90_000, "")


@pytest.mark.parametrize("kind", ["Unknown", "Polygon", "MultiPolygon"])
def test_a_layer_of_any_geometry_counts_if_it_has_polygons(tmp_path, kind):
    shape = shapely.multipolygons([LARGE]) if kind == "MultiPolygon" else LARGE
    path = add(tmp_path / "mixed.gpkg", "points", POINT, kind="Point")
    add(path, "first", shape, kind=kind)
    add(path, "second", SMALL, kind="Unknown")
    size, warning = area(path)
    assert size == 360_000
    assert "first was taken, not second" in warning


def test_folders_of_kml_are_layers(tmp_path):
    ring = "9,45 9.1,45 9.1,45.1 9,45.1 9,45"
    path = tmp_path / "places.kml"
    path.write_text(
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        "<Folder><name>stops</name><Placemark><name>x</name><Point><coordinates>9,45</coordinates></Point></Placemark>"
        "</Folder><Folder><name>fields</name><Placemark><name>y</name><Polygon><outerBoundaryIs><LinearRing>"
        f"<coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder>"
        "</Document></kml>"
    )
    assert area(path, CRS.from_epsg(4326))[0] == pytest.approx(0.01)
    assert area(f"{path}|layername=fields", CRS.from_epsg(4326))[0] == pytest.approx(0.01)
    with pytest.raises(UsageError, match="stops has no polygons"):
        area(f"{path}|layername=stops", CRS.from_epsg(4326))


def test_a_name_with_a_bar_is_a_file(tmp_path):
    path = add(tmp_path / "a|b.gpkg", "aoi", SMALL)
    assert area(path)[0] == area(f"{path}|layername=aoi")[0] == 90_000


@pytest.mark.parametrize("said", [None, "EPSG:32633"])
def test_the_crs_that_a_user_says_goes_before_the_files(tmp_path, said):
    with no_crs_warning():
        path = add(tmp_path / "p.shp", "p", SMALL, crs=said)
    found = read_polygons(PolygonLayer.of(str(path), "mask", crs="EPSG:32632"), UTM, "mask").shapes[0]
    assert found.equals(SMALL)


def test_polygons_can_be_said_to_have_no_crs(two):
    with pytest.raises(UsageError, match="has no CRS"):
        area(PolygonLayer.of(str(two), "mask", crs="none"))
    assert area(PolygonLayer.of(str(two), "mask", "aoi", "none"), None)[0] == 90_000


def test_a_crs_that_nobody_knows_is_refused_at_once(two):
    with pytest.raises(UsageError, match="--zones-crs 'EPSG:1' is no CRS"):
        PolygonLayer.of(str(two), "zones", crs="EPSG:1")
