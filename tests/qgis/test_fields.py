"""Fields that say what the engine's warnings ask for: values without data, clouds, legends; and how the log says it."""

from __future__ import annotations

import csv
import subprocess
from array import array
from pathlib import Path

import pytest
from conftest import PROJECT, read_codes, venv_python, write_image
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPalettedRasterRenderer,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsRasterLayer,
    QgsRasterRange,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

SIZE = 120


def run(name: str, parameters: dict, **options) -> dict:
    import processing

    return processing.run(name, parameters, **options)


def checked(parameters: dict, context) -> tuple[bool, str]:
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("satseg:segment")
    return algorithm.checkParameterValues(parameters, context)


@pytest.fixture
def collar(qgis, tmp_path: Path) -> Path:
    """An image whose left third is black, and says nothing of it."""
    path = write_image(tmp_path / "collar.tif", SIZE)
    dataset = gdal.Open(str(path), gdal.GA_Update)
    for band in (1, 2, 3):
        dataset.GetRasterBand(band).WriteRaster(0, 0, SIZE // 3, SIZE, bytes(SIZE // 3 * SIZE))
    return path


def test_a_warning_names_the_field_that_helps_and_the_field_helps(collar, tmp_path, log) -> None:
    outputs = run("satseg:segment", {"INPUT": str(collar), "OUTPUT": str(tmp_path / "m.tif")}, feedback=log)
    assert outputs["PIXELS"] == SIZE * SIZE
    assert [text for text in log.warnings if text.endswith("If that is no land, set “No data” to 0.")]
    assert not [text for text in log.warnings if "--" in text]
    log.warnings.clear()
    parameters = {"INPUT": str(collar), "NODATA": "0", "OUTPUT": str(tmp_path / "n.tif")}
    outputs = run("satseg:segment", parameters, feedback=log)
    assert outputs["PIXELS"] == SIZE * (SIZE - SIZE // 3)
    assert not [text for text in log.warnings if "No data" in text]
    assert "--nodata=0.0" in log.commands[-1]


@pytest.mark.parametrize(("nodata", "left"), [("0; 0; 0", SIZE - SIZE // 3), ("none", SIZE), ("  ", SIZE)])
def test_values_for_each_band_or_none(collar, tmp_path, nodata, left) -> None:
    parameters = {"INPUT": str(collar), "NODATA": nodata, "OUTPUT": str(tmp_path / "m.tif")}
    assert run("satseg:segment", parameters)["PIXELS"] == SIZE * left


def test_the_field_goes_before_the_layer(collar, tmp_path) -> None:
    dataset = gdal.Open(str(collar), gdal.GA_Update)
    for band in (1, 2, 3):
        dataset.GetRasterBand(band).SetNoDataValue(0)
    del dataset
    layer = QgsRasterLayer(str(collar))
    parameters = {"INPUT": layer, "OUTPUT": str(tmp_path / "m.tif")}
    assert run("satseg:segment", parameters)["PIXELS"] == SIZE * (SIZE - SIZE // 3)
    assert run("satseg:segment", {**parameters, "NODATA": "none"})["PIXELS"] == SIZE * SIZE


@pytest.mark.parametrize(
    ("nodata", "sentence"),
    [
        ("black", "No data takes numbers with commas between them, such as 0 or 0,0,255, or none; not black."),
        ("0,0", "No data has 2 values, and the image 3 bands; give one for all, or one for each."),
    ],
)
def test_what_is_no_value_is_refused_at_once(collar, context, nodata, sentence) -> None:
    parameters = {"INPUT": str(collar), "NODATA": nodata, "OUTPUT": "TEMPORARY_OUTPUT"}
    assert checked(parameters, context) == (False, sentence)


def test_errors_name_fields_too(collar, tmp_path) -> None:
    parameters = {"INPUT": str(collar), "CLOUDS": "nodata", "OUTPUT": str(tmp_path / "m.tif")}
    with pytest.raises(QgsProcessingException, match="leave “Clouds” at keep"):
        run("satseg:segment", parameters)
    parameters = {"INPUT": str(collar), "NODATA": "300", "OUTPUT": str(tmp_path / "m.tif")}
    with pytest.raises(QgsProcessingException, match="“No data” 300 cannot occur"):
        run("satseg:segment", parameters)


def test_clouds_of_a_scene_become_what_is_chosen(tmp_path) -> None:
    make = "import sys; from pathlib import Path; import scenes; print(scenes.safe(Path(sys.argv[1])))"
    done = subprocess.run(
        [venv_python(), "-c", make, str(tmp_path)],
        cwd=PROJECT / "tests",
        check=True,
        capture_output=True,
        text=True,
    )
    metadata = Path(done.stdout.strip()) / "MTD_MSIL2A.xml"
    opened = gdal.Open(str(metadata))
    name = opened.GetSubDatasets()[0][0]
    layer = QgsRasterLayer(name, "scene", "gdal")
    assert layer.isValid()
    counts = {
        clouds: run("satseg:segment", {"INPUT": layer, "CLOUDS": clouds, "OUTPUT": str(tmp_path / f"{clouds}.tif")})
        for clouds in ("keep", "unknown", "nodata")
    }
    assert counts["keep"]["PIXELS"] == counts["unknown"]["PIXELS"] > counts["nodata"]["PIXELS"]
    lost = counts["keep"]["PIXELS"] - counts["nodata"]["PIXELS"]
    codes = read_codes(counts["unknown"]["OUTPUT"])
    missing = read_codes(counts["nodata"]["OUTPUT"])
    assert len({code for code, none in zip(codes, missing) if none == 255 and code != 255}) == 1
    assert sum(none == 255 and code != 255 for code, none in zip(codes, missing)) == lost


@pytest.fixture
def masked(qgis, tmp_path: Path) -> Path:
    """An image with a mask inside of its file, which QGIS shows as a fourth band."""
    path = write_image(tmp_path / "masked.tif", SIZE)
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
    dataset = gdal.Open(str(path), gdal.GA_Update)
    dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
    dataset.GetRasterBand(1).GetMaskBand().WriteRaster(0, 0, SIZE, SIZE, bytes(SIZE) + b"\xff" * (SIZE * (SIZE - 1)))
    return path


def test_values_for_the_bands_of_an_image_with_a_mask(masked, tmp_path, context, log) -> None:
    layer = QgsRasterLayer(str(masked), "masked")
    assert layer.bandCount() == 4
    parameters = {"INPUT": layer, "OUTPUT": str(tmp_path / "m.tif")}
    for nodata in ("0,0,0", "0,0,0,0", "0"):
        assert checked({**parameters, "NODATA": nodata}, context) == (True, "")
    assert run("satseg:segment", {**parameters, "NODATA": "none,none,none"})["PIXELS"] == SIZE * (SIZE - 1)
    for band, value in ((1, 60), (2, 70)):
        layer.dataProvider().setUserNoDataValue(band, [QgsRasterRange(value, value)])
    outputs = run("satseg:segment", parameters, feedback=log)
    assert "--nodata=60.0,70.0,none,none" in log.commands[-1]
    assert 0 < outputs["PIXELS"] <= SIZE * (SIZE - 1)
    with pytest.raises(QgsProcessingException, match="its mask is none, though some programs show it as one"):
        run("satseg:segment", {**parameters, "NODATA": "0", "BANDS": [4, 1, 2]})


def test_a_raster_that_is_drawn_has_an_end(tmp_path, context) -> None:
    path = write_image(tmp_path / "a.tif", SIZE)
    layer = QgsRasterLayer(f"{path}|option:NUM_THREADS=1", "opened with an option")
    parameters = {"INPUT": layer, "OUTPUT": str(tmp_path / "m.tif")}
    assert checked({**parameters, "CLOUDS": "nodata"}, context)[1].endswith("leave Clouds at keep.")
    assert checked({**parameters, "NODATA": "0,0"}, context)[0] is False
    assert run("satseg:segment", {**parameters, "PIXEL_SIZE": 1.2})["PIXELS"] == pytest.approx(SIZE**2, rel=0.02)


def test_a_stretch_the_wrong_way_round_is_refused(collar, context) -> None:
    parameters = {"INPUT": str(collar), "STRETCH": [200, 10], "OUTPUT": "TEMPORARY_OUTPUT"}
    assert checked(parameters, context) == (False, "Stretch has the higher value first; give the lower one first.")


def _square(crs: str, *corners: float, name: str = "town") -> QgsVectorLayer:
    layer = QgsVectorLayer(f"Polygon?crs={crs}", name, "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(*corners)))
    layer.dataProvider().addFeature(feature)
    return layer


@pytest.mark.parametrize(("algorithm", "name"), [("satseg:segment", "MASK"), ("satseg:areas", "ZONES")])
def test_nothing_selected_is_told_at_once(mapped, image, context, algorithm, name) -> None:
    layer = _square("EPSG:32632", 500000, 5299900, 500100, 5300000)
    context.project().addMapLayer(layer)
    only = QgsProcessingFeatureSourceDefinition(layer.id(), True)
    source = image if name == "MASK" else mapped["OUTPUT"]
    parameters = {"INPUT": str(source), name: only, "OUTPUT": "TEMPORARY_OUTPUT"}
    created = QgsApplication.processingRegistry().createAlgorithmById(algorithm)
    ok, message = created.checkParameterValues(parameters, context)
    assert (ok, message.partition(";")[0]) == (False, "The layer 'town' is empty, or nothing of it is selected")
    layer.selectAll()
    assert created.checkParameterValues(parameters, context) == (True, "")


@pytest.mark.parametrize(("algorithm", "name"), [("satseg:segment", "MASK"), ("satseg:areas", "ZONES")])
def test_sentences_name_layers_and_not_the_files_made_of_them(
    mapped, image, tmp_path, context, algorithm, name
) -> None:
    layer = _square("EPSG:4326", 100, 10, 101, 11, name="far away")
    context.project().addMapLayer(layer)
    source = image if name == "MASK" else mapped["OUTPUT"]
    parameters = {"INPUT": str(source), name: layer, "OUTPUT": str(tmp_path / "m.tif")}
    if name == "ZONES":
        parameters["OUTPUT"] = str(tmp_path / "m.csv")
        layer.setCrs(QgsCoordinateReferenceSystem())
    with pytest.raises(QgsProcessingException, match="“far away”") as raised:
        run(algorithm, parameters, context=context)
    assert "mask.gpkg" not in str(raised.value)


@pytest.mark.parametrize(("algorithm", "output"), [("satseg:areas", "a.csv"), ("satseg:vectorize", "v.gpkg")])
def test_a_legend_may_be_one_by_name(tmp_path, log, algorithm, output) -> None:
    classes = tmp_path / "classes.tif"
    dataset = gdal.GetDriverByName("GTiff").Create(str(classes), 10, 10, 1, gdal.GDT_Byte)
    dataset.GetRasterBand(1).WriteRaster(0, 0, 10, 10, b"\x50" * 100)
    del dataset
    parameters = {"INPUT": str(classes), "LEGEND": "worldcover", "OUTPUT": str(tmp_path / output)}
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm)
    assert algorithm.checkParameterValues(parameters, QgsProcessingContext()) == (True, "")
    run(algorithm.id(), parameters, feedback=log)
    if output == "a.csv":
        assert "permanent water bodies" in (tmp_path / output).read_text()


def test_a_map_is_no_image(mapped, tmp_path) -> None:
    with pytest.raises(QgsProcessingException, match="is a map of classes that SatSeg made, and no image"):
        run("satseg:segment", {"INPUT": mapped["OUTPUT"], "OUTPUT": str(tmp_path / "again.tif")})


def test_an_image_is_no_map_and_says_which_algorithm_makes_one(collar, tmp_path) -> None:
    with pytest.raises(QgsProcessingException, match="give the map that “Map land cover” wrote"):
        run("satseg:areas", {"INPUT": str(collar), "OUTPUT": str(tmp_path / "a.csv")})


@pytest.mark.parametrize("ending", ["csv", "txt", "qml"])
def test_areas_take_a_legend(tmp_path, ending) -> None:
    classes = tmp_path / "classes.tif"
    dataset = gdal.GetDriverByName("GTiff").Create(str(classes), 10, 10, 1, gdal.GDT_Float32)
    dataset.GetRasterBand(1).WriteRaster(0, 0, 10, 10, array("f", [111.0] * 50 + [523.0] * 50).tobytes())
    del dataset
    legend = tmp_path / f"legend.{ending}"
    _write_legend(legend, classes)
    table = tmp_path / "areas.csv"
    run("satseg:areas", {"INPUT": str(classes), "LEGEND": str(legend), "OUTPUT": str(table)})
    with table.open(encoding="utf-8") as stream:
        assert {row["name"]: int(row["pixels"]) for row in csv.DictReader(stream)} == {CITY: 50, "sea": 50}


CITY = 'city > 80 %, "dense" & <old>'


def _write_legend(path: Path, classes: Path) -> None:
    if path.suffix == ".csv":
        path.write_text(f'code,name,color\n111,"{CITY.replace(chr(34), chr(34) * 2)}",#e6004d\n523,sea,#e6f2ff\n')
    elif path.suffix == ".txt":
        path.write_text(f"INTERPOLATION:EXACT\n111,230,0,77,255,{CITY}\n523,230,242,255,255,sea\n")
    else:  # as QGIS itself writes it
        layer = QgsRasterLayer(str(classes))
        entries = [(111, "#e6004d", CITY), (523, "#e6f2ff", "sea")]
        palette = [QgsPalettedRasterRenderer.Class(code, QColor(color), name) for code, color, name in entries]
        layer.setRenderer(QgsPalettedRasterRenderer(layer.dataProvider(), 1, palette))
        assert layer.saveNamedStyle(str(path))[1]
