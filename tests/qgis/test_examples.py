"""The examples that come with the plugin do what they say, and what the algorithms do by themselves."""

from __future__ import annotations

import code
import json
import re
import shlex
import shutil
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from conftest import read_codes, write_image
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsGeometry,
    QgsProcessingModelAlgorithm,
    QgsRectangle,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QPointF, QRectF, QSizeF

from satseg_core.legend import LAND_COVER


@pytest.fixture
def model(qgis) -> QgsProcessingModelAlgorithm:
    from satseg_qgis.examples import MODEL

    model = QgsProcessingModelAlgorithm()
    assert model.fromFile(str(MODEL))
    return model


@pytest.fixture
def images(image: Path, tmp_path: Path) -> Path:
    """A folder with two images, a file that only says it is one, and one that is none."""
    folder = tmp_path / "images"
    folder.mkdir()
    shutil.copy(image, folder / "first.tif")
    write_image(folder / "second.TIF", 130, seed=4)
    (folder / "broken.png").write_text("no image")
    (folder / "notes.txt").write_text("no image either")
    return folder


def polygons(path: object, only: str | None = None) -> list[tuple]:
    """Class, area and shape of the polygons of a file, in an order of their own."""
    layer = QgsVectorLayer(str(path), "layer", "ogr")
    assert layer.isValid()
    found = [(f["class"], f["area_m2"], f.geometry().asWkt()) for f in layer.getFeatures()]
    return sorted(row for row in found if only in (None, row[0]))


def expected_polygons(mapped: dict, folder: Path, only: str) -> list[tuple]:
    import processing

    options = {"MIN_AREA": 300, "SMOOTH": True, "SIMPLIFY": 1}
    whole = {"INPUT": mapped["OUTPUT"], "OUTPUT": str(folder / "whole.gpkg"), **options}
    return polygons(processing.run("satseg:vectorize", whole)["OUTPUT"], only)


def parameters(image: Path, folder: Path, chosen: str) -> dict:
    return {
        "image": str(image),
        "class": chosen,
        "smallest_area": 300,
        "map:Land cover": str(folder / "map.tif"),
        "map:Areas": str(folder / "areas.html"),
        "chosen:Polygons of the class": str(folder / "chosen.gpkg"),
    }


def test_the_model_is_complete_and_explains_itself(model) -> None:
    assert model.validate() == (True, [])
    assert model.helpContent()["ALG_DESC"]
    for definition in model.parameterDefinitions():
        if not definition.isDestination():
            assert definition.description()
            assert len(definition.help()) > 10
    assert all(child.comment().description() for child in model.childAlgorithms().values())
    choices = model.parameterDefinition("class")
    assert choices.usesStaticStrings()
    assert choices.options() == [c.name for c in LAND_COVER if c.name != "unknown"]


def test_the_boxes_of_the_model_do_not_overlap(model) -> None:
    parts = [*model.parameterComponents().values(), *model.childAlgorithms().values()]
    parts += [output for child in model.childAlgorithms().values() for output in child.modelOutputs().values()]
    parts += [part.comment() for part in parts if part.comment() and part.comment().description()]
    boxes = [box(part.position(), part.size()) for part in parts]
    assert len(boxes) >= 13
    for one, other in combinations(boxes, 2):
        assert not one.intersects(other)


def box(middle: QPointF, size: QSizeF) -> QRectF:
    return QRectF(middle - QPointF(size.width() / 2, size.height() / 2), size)


def test_the_model_gives_what_its_steps_give(model, mapped, image: Path, tmp_path: Path) -> None:
    import processing

    chosen = mapped["LARGEST_CLASS"]
    outputs = processing.run(model, parameters(image, tmp_path, chosen))
    assert read_codes(outputs["map:Land cover"]) == read_codes(mapped["OUTPUT"])
    found = polygons(outputs["chosen:Polygons of the class"])
    assert found
    assert found == expected_polygons(mapped, tmp_path, chosen)
    assert chosen in (tmp_path / "areas.html").read_text(encoding="utf-8").lower()


def test_the_model_of_the_installed_plugin_runs_in_qgis_process(
    qgis_process, mapped, image: Path, tmp_path: Path
) -> None:
    chosen = mapped["LARGEST_CLASS"]
    file = qgis_process.plugin / "examples" / "how_much_and_where.model3"
    status, values, text = qgis_process.run(str(file), parameters(image, tmp_path, chosen))
    assert status == 0, text
    assert read_codes(values["results"]["map:Land cover"]) == read_codes(mapped["OUTPUT"])
    assert polygons(tmp_path / "chosen.gpkg") == expected_polygons(mapped, tmp_path, chosen)


def test_the_designer_opens_the_model_as_one_that_was_never_saved(qgis) -> None:
    from satseg_qgis.examples import open_model

    dialog = open_model()
    try:
        assert sorted(dialog.model().childAlgorithms()) == ["chosen", "map", "polygons"]
        assert not dialog.model().sourceFilePath()
        assert dialog.isVisible()
    finally:
        dialog.close()


def test_the_script_maps_a_folder_and_then_what_is_new(qgis_process, mapped, images: Path, tmp_path: Path) -> None:
    script = qgis_process.plugin / "examples" / "map_a_folder.py"
    command = [sys.executable, str(script), str(images), str(tmp_path / "maps")]
    first = subprocess.run(command, capture_output=True, text=True, env=qgis_process.environ, check=False)
    assert first.returncode == 1, first.stdout + first.stderr  # one is broken
    assert "1 of 3: broken.png, failed: " in first.stdout
    assert read_codes(tmp_path / "maps" / "first_tif.tif") == read_codes(mapped["OUTPUT"])
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "maps").iterdir()}
    (images / "broken.png").unlink()
    again = subprocess.run(command, capture_output=True, text=True, env=qgis_process.environ, check=False)
    assert again.returncode == 0, again.stdout + again.stderr
    assert again.stdout.count("is mapped already") == 2
    assert times == {path: path.stat().st_mtime_ns for path in (tmp_path / "maps").iterdir()}
    rows = [line.split() for line in again.stdout.splitlines()[-4:]]
    areas = json.loads(Path(mapped["RECORD"]).read_text())["areas"]
    assert rows[0][:-1] == [area["name"] for area in areas]
    assert rows[1] == ["first.tif", *(f"{area['area_m2'] / 1e4:,.2f}" for area in areas)]
    sums = [float(one) + float(other) for one, other in zip(rows[1][1:], rows[2][1:])]
    assert [float(total) for total in rows[3]] == pytest.approx(sums, abs=0.011)  # of rounded numbers


def test_the_script_says_how_to_use_it(qgis_process) -> None:
    script = qgis_process.plugin / "examples" / "map_a_folder.py"
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, env=qgis_process.environ, check=False
    )
    assert (done.returncode, done.stdout) == (2, "Usage: map_a_folder.py IMAGES [MAPS]\n")


def test_the_script_runs_in_the_python_console(qgis, mapped, images: Path, capsys) -> None:
    from satseg_qgis.examples import FOLDER

    text = (FOLDER / "map_a_folder.py").read_text(encoding="utf-8")
    console = code.InteractiveInterpreter()  # QGIS' console is one
    console.runcode(compile(text, "<console>", "exec"))
    assert capsys.readouterr().out == "Set FOLDER to a folder of images.\n"
    text = text.replace('FOLDER = ""', f'FOLDER = "{images}"')
    console.runcode(compile(text, "<console>", "exec"))
    shown = capsys.readouterr()
    assert "3 of 3: second.TIF, mostly " in shown.out
    assert not shown.err
    assert read_codes(images / "land-cover" / "first_tif.tif") == read_codes(mapped["OUTPUT"])
    assert QgsApplication.processingRegistry().providerById("satseg") is not None  # QGIS goes on


def test_the_terminal_lines_of_the_readme_run(qgis, qgis_process, image: Path, tmp_path: Path) -> None:
    text = (qgis_process.plugin / "examples" / "README.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    program = shutil.which("qgis_process.bin") or "qgis_process"
    lines = lines.replace("qgis_process run", f"{shlex.quote(program)} run")
    lines = "\n".join(line for line in lines.splitlines() if not line.startswith("qgis_process plugins"))
    shutil.copy(image, tmp_path / "image.tif")
    shutil.copy(qgis_process.plugin / "examples" / "how_much_and_where.model3", tmp_path)
    write_districts(tmp_path / "districts.gpkg")
    done = subprocess.run(
        ["sh", "-e", "-c", lines],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=qgis_process.environ,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    names = re.findall(r"=([a-z]+\.(?:tif|gpkg|html|csv))", lines)
    assert len(set(names)) == 10
    assert [name for name in names if not (tmp_path / name).exists()] == []
    assert gdal.Open(str(tmp_path / "part.tif")).RasterXSize == 200  # 240 m of 1.2 m


def write_districts(path: Path) -> None:
    """Two districts within the image."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:32632&field=name:string", "districts", "memory")
    for name, left in (("west", 500010), ("east", 500150)):
        feature = QgsFeature(layer.fields())
        feature["name"] = name
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(left, 5299700, left + 120, 5299950)))
        layer.dataProvider().addFeature(feature)
    options = QgsVectorFileWriter.SaveVectorOptions()
    written = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), QgsCoordinateTransformContext(), options)
    assert written[0] == QgsVectorFileWriter.WriterError.NoError
