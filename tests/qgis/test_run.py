"""The algorithms in a real QGIS, with the real engine."""

from __future__ import annotations

import csv
import json
import shlex
import subprocess
from pathlib import Path

import pytest
from conftest import read_codes
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)

NODATA = 255


def run(name: str, parameters: dict, **options) -> dict:
    import processing

    return processing.run(name, parameters, **options)


def in_degrees(rectangle: QgsRectangle) -> QgsRectangle:
    """A rectangle of the image's CRS as longitudes and latitudes around it."""
    systems = (QgsCoordinateReferenceSystem("EPSG:32632"), QgsCoordinateReferenceSystem("EPSG:4326"))
    return QgsCoordinateTransform(*systems, QgsProject.instance()).transformBoundingBox(rectangle)


def area_layer(rectangles: list[QgsRectangle], crs: str = "EPSG:32632") -> QgsVectorLayer:
    """A layer in QGIS' memory, which no other process can open."""
    layer = QgsVectorLayer(f"Polygon?crs={crs}&field=n:integer", "area", "memory")
    for rectangle in rectangles:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromRect(rectangle))
        layer.dataProvider().addFeature(feature)
    layer.updateExtents()
    return layer


def test_a_map_has_the_grid_of_the_image_and_its_areas_add_up(mapped, image: Path) -> None:
    source, result = gdal.Open(str(image)), gdal.Open(mapped["OUTPUT"])
    assert (result.RasterXSize, result.RasterYSize) == (source.RasterXSize, source.RasterYSize)
    assert result.GetGeoTransform() == source.GetGeoTransform()
    assert mapped["PIXELS"] == 300 * 300
    assert mapped["AREA_M2"] == pytest.approx(360 * 360, rel=2e-3)  # UTM's scale is not quite 1
    classes = [value for name, value in mapped.items() if name.startswith("AREA_") and name != "AREA_M2"]
    assert sum(classes) == pytest.approx(mapped["AREA_M2"])
    assert mapped["AREA_" + mapped["LARGEST_CLASS"].upper()] == max(classes)
    assert json.loads(Path(mapped["RECORD"]).read_text())["model"]["name"] == "landcover"


def test_the_command_in_the_log_makes_the_same_map(mapped, image: Path, log, tmp_path: Path) -> None:
    run("satseg:segment", {"INPUT": str(image), "OUTPUT": str(tmp_path / "map.tif")}, feedback=log)
    assert log.percents[-1] == 100
    assert any("on cpu" in text for text in log.infos)
    (tmp_path / "map.tif").unlink()
    subprocess.run(shlex.split(log.commands[0]), stdin=subprocess.DEVNULL, check=True, capture_output=True)
    assert read_codes(tmp_path / "map.tif") == read_codes(mapped["OUTPUT"])


def test_the_log_tells_what_the_run_will_take_and_the_record_what_it_took(image: Path, log, tmp_path: Path) -> None:
    outputs = run("satseg:segment", {"INPUT": str(image), "OUTPUT": str(tmp_path / "map.tif")}, feedback=log)
    assert [text for text in log.infos if text.startswith("90,000 pixels, 1 tile; about ")]
    record = json.loads(Path(outputs["RECORD"]).read_text())
    assert set(record["forecast"]["seconds_of_stages"]) == set(record["seconds"])


def test_every_optional_output_and_option(image: Path, log, tmp_path: Path) -> None:
    outputs = run(
        "satseg:segment",
        {
            "INPUT": str(image),
            "BANDS": [3, 2, 1],
            "MODEL": "landcover",
            "PIXEL_SIZE": 2.5,
            "STRETCH": [10, 220],
            "RUNTIME": "onnx",
            "DEVICE": "cpu",
            "OUTPUT": str(tmp_path / "map.tif"),
            "POLYGONS": str(tmp_path / "polygons.gpkg"),
            "CONFIDENCE": str(tmp_path / "sure.tif"),
            "AREAS_HTML": str(tmp_path / "areas.html"),
        },
        feedback=log,
    )
    for word in (
        "--bands 3,2,1",
        "--pixel-size 2.5",
        "--stretch=10.0,220.0",
        "--runtime onnx",
        "--device cpu",
        "--confidence",
    ):
        assert word in log.commands[0]
    assert QgsRasterLayer(outputs["CONFIDENCE"]).isValid()
    assert QgsVectorLayer(outputs["POLYGONS"]).featureCount() > 0
    assert "<table>" in Path(outputs["AREAS_HTML"]).read_text()


def test_what_is_not_asked_for_is_not_made(mapped) -> None:
    assert not {"CONFIDENCE", "AREAS_HTML"} & set(mapped)


def test_an_extent_in_another_crs_is_brought_into_that_of_the_image(image: Path, tmp_path: Path) -> None:
    layer = QgsRasterLayer(str(image))
    whole = layer.extent()
    part = QgsRectangle(whole.xMinimum(), whole.yMinimum(), whole.center().x(), whole.center().y())
    outputs = run(
        "satseg:segment",
        {
            "INPUT": layer,
            "EXTENT": f"{part.xMinimum()},{part.xMaximum()},{part.yMinimum()},{part.yMaximum()} [EPSG:32632]",
            "OUTPUT": str(tmp_path / "part.tif"),
        },
    )
    result = gdal.Open(outputs["OUTPUT"])
    assert (result.RasterXSize, result.RasterYSize) == (150, 150)
    box = in_degrees(part)
    numbers = f"{box.xMinimum()!r},{box.xMaximum()!r},{box.yMinimum()!r},{box.yMaximum()!r}"
    parameters = {"INPUT": layer, "EXTENT": f"{numbers} [EPSG:4326]", "OUTPUT": str(tmp_path / "degrees.tif")}
    result = gdal.Open(run("satseg:segment", parameters)["OUTPUT"])
    # The box around a box in other coordinates is a little larger.
    assert 150 <= result.RasterXSize <= 160
    assert 150 <= result.RasterYSize <= 160


@pytest.mark.parametrize("crs", ["EPSG:32632", "EPSG:4326"])
def test_a_mask_in_memory_is_written_out(image: Path, tmp_path: Path, log, crs: str) -> None:
    box = QgsRectangle(500060, 5299760, 500180, 5299880)
    if crs == "EPSG:4326":
        box = in_degrees(box)
    layer = area_layer([box], crs)
    outputs = run(
        "satseg:segment", {"INPUT": str(image), "MASK": layer, "OUTPUT": str(tmp_path / "m.tif")}, feedback=log
    )
    assert "mask.gpkg" in log.commands[0]
    inside = outputs["PIXELS"]
    assert inside == pytest.approx(100 * 100, rel=0.05)
    assert read_codes(outputs["OUTPUT"]).count(NODATA) == 300 * 300 - inside


def test_of_a_mask_only_the_selection_is_used_if_asked(image: Path, tmp_path: Path) -> None:
    first, second = QgsRectangle(500000, 5299880, 500120, 5300000), QgsRectangle(500120, 5299640, 500360, 5299880)
    layer = area_layer([first, second])
    QgsProject.instance().addMapLayer(layer)
    layer.selectByIds([next(layer.getFeatures()).id()])
    chosen = QgsProcessingFeatureSourceDefinition(layer.id(), True)
    outputs = run("satseg:segment", {"INPUT": str(image), "MASK": chosen, "OUTPUT": str(tmp_path / "m.tif")})
    assert outputs["PIXELS"] == 100 * 100
    QgsProject.instance().clear()


def test_a_mask_that_is_a_file_is_named_as_it_is(image: Path, mapped, tmp_path: Path, log) -> None:
    mask = tmp_path / "my mask.geojson"
    square = [[500060, 5299760], [500180, 5299760], [500180, 5299880], [500060, 5299880], [500060, 5299760]]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32632"}}
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [square]}}
    mask.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    outputs = run(
        "satseg:segment", {"INPUT": str(image), "MASK": str(mask), "OUTPUT": str(tmp_path / "m.tif")}, feedback=log
    )
    assert str(mask) in shlex.split(log.commands[0])
    assert outputs["PIXELS"] == 100 * 100


def test_outputs_may_be_temporary(image: Path) -> None:
    outputs = run(
        "satseg:segment",
        {"INPUT": str(image), "OUTPUT": "TEMPORARY_OUTPUT", "POLYGONS": "TEMPORARY_OUTPUT"},
    )
    assert outputs["OUTPUT"].endswith(".tif")
    assert outputs["POLYGONS"].endswith(".gpkg")
    assert Path(outputs["POLYGONS"]).exists()


def test_vectorize_draws_the_polygons_of_a_map(mapped, tmp_path: Path, log) -> None:
    parameters = {"INPUT": mapped["OUTPUT"], "OUTPUT": str(tmp_path / "v.gpkg")}
    exact = run("satseg:vectorize", parameters, feedback=log)
    layer = QgsVectorLayer(exact["OUTPUT"])
    assert layer.featureCount() == exact["POLYGON_COUNT"] > 0
    assert {"code", "class", "area_m2"} <= set(layer.fields().names())
    assert sum(feature["area_m2"] for feature in layer.getFeatures()) == pytest.approx(mapped["AREA_M2"], rel=1e-6)


def test_areas_of_a_map_as_numbers_table_and_page(mapped, tmp_path: Path) -> None:
    outputs = run(
        "satseg:areas",
        {
            "INPUT": mapped["OUTPUT"],
            "OUTPUT_HTML_FILE": str(tmp_path / "areas.html"),
            "OUTPUT": str(tmp_path / "areas.csv"),
        },
    )
    assert outputs["PIXELS"] == mapped["PIXELS"]
    assert outputs["AREA_M2"] == pytest.approx(mapped["AREA_M2"])
    assert outputs["LARGEST_CLASS"] == mapped["LARGEST_CLASS"]
    with Path(outputs["OUTPUT"]).open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert sum(float(row["area_m2"]) for row in rows) == pytest.approx(outputs["AREA_M2"])
    assert mapped["LARGEST_CLASS"] in Path(outputs["OUTPUT_HTML_FILE"]).read_text()


def test_areas_may_be_numbers_alone(mapped) -> None:
    assert run("satseg:areas", {"INPUT": mapped["OUTPUT"]})["PIXELS"] == mapped["PIXELS"]


def test_a_raster_that_is_no_map_gives_the_sentence_of_the_engine(image: Path, log) -> None:
    with pytest.raises(QgsProcessingException) as error:
        run("satseg:areas", {"INPUT": str(image)}, feedback=log)
    assert len(str(error.value)) > 20
    assert "Traceback" not in str(error.value)


def test_a_table_of_areas_may_be_temporary(mapped) -> None:
    outputs = run("satseg:areas", {"INPUT": mapped["OUTPUT"], "OUTPUT": "TEMPORARY_OUTPUT"})
    assert outputs["OUTPUT"].endswith(".csv")
    assert QgsVectorLayer(outputs["OUTPUT"]).featureCount() > 0


@pytest.fixture
def zones(mapped) -> QgsVectorLayer:
    """Two halves of the map and a piece across both, in another CRS, in memory."""
    extent = QgsRasterLayer(mapped["OUTPUT"]).extent()
    middle = extent.center().x()
    parts = {
        "west": QgsRectangle(extent.xMinimum(), extent.yMinimum(), middle, extent.yMaximum()),
        "east": QgsRectangle(middle, extent.yMinimum(), extent.xMaximum(), extent.yMaximum()),
    }
    crs = QgsRasterLayer(mapped["OUTPUT"]).crs().authid()
    layer = QgsVectorLayer(f"Polygon?crs={crs}&field=number:integer&field=part:string", "zones", "memory")
    for number, (name, rectangle) in enumerate(parts.items()):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([number, name])
        feature.setGeometry(QgsGeometry.fromRect(rectangle))
        layer.dataProvider().addFeature(feature)
    return layer


def test_areas_in_the_zones_of_a_layer(mapped, zones, tmp_path: Path) -> None:
    outputs = run(
        "satseg:areas",
        {
            "INPUT": mapped["OUTPUT"],
            "ZONES": zones,
            "ZONE_FIELD": "part",
            "OUTPUT": str(tmp_path / "areas.csv"),
            "ZONE_AREAS": str(tmp_path / "zones.gpkg"),
        },
    )
    assert outputs["AREA_M2"] == pytest.approx(mapped["AREA_M2"], rel=1e-9)
    with Path(outputs["OUTPUT"]).open(newline="") as stream:
        assert {row["zone"] for row in csv.DictReader(stream)} == {"west", "east"}
    layer = QgsVectorLayer(outputs["ZONE_AREAS"])
    assert [feature["zone"] for feature in layer.getFeatures()] == ["west", "east"]
    total = sum(value for feature in layer.getFeatures() for value in feature.attributes()[2:])
    assert total == pytest.approx(mapped["AREA_M2"], rel=1e-9)


def test_polygons_smoothed_with_their_confidence_in_another_format(image, tmp_path: Path) -> None:
    mapped = run(
        "satseg:segment",
        {"INPUT": str(image), "OUTPUT": str(tmp_path / "m.tif"), "CONFIDENCE": str(tmp_path / "c.tif")},
    )
    drawn = run(
        "satseg:vectorize",
        {
            "INPUT": mapped["OUTPUT"],
            "SMOOTH": True,
            "SIMPLIFY": 1,
            "MIN_AREA": 100,
            "CONFIDENCE": str(tmp_path / "c.tif"),
            "OUTPUT": str(tmp_path / "v.fgb"),
        },
    )
    layer = QgsVectorLayer(drawn["OUTPUT"])
    assert layer.featureCount() == drawn["POLYGON_COUNT"]
    assert all(0 < feature["confidence"] <= 100 for feature in layer.getFeatures())
    assert all(feature.geometry().isGeosValid() for feature in layer.getFeatures())
