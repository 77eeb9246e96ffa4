"""A real QGIS that has an output open: nothing of the user's is lost, and no file is broken."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from qgis.core import QgsProject, QgsRasterLayer, QgsVectorLayer

from tests.qgis.conftest import PROJECT, venv_python


@pytest.fixture
def labels(qgis, image: Path, tmp_path: Path) -> Path:
    """A map of classes."""
    made = engine("segment", image, "--output", tmp_path / "map.tif", "--runtime", "onnx")
    assert made.returncode == 0, made.stderr
    yield tmp_path / "map.tif"
    QgsProject.instance().clear()


def engine(*words: object) -> subprocess.CompletedProcess:
    command = [venv_python(), "-m", "satseg_core", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)


def vectorize(labels: Path, polygons: Path) -> subprocess.CompletedProcess:
    return engine("vectorize", labels, "--output", polygons, "--overwrite")


def opened(polygons: Path) -> QgsVectorLayer:
    layer = QgsVectorLayer(str(polygons), "polygons", "ogr")
    assert layer.isValid()
    QgsProject.instance().addMapLayer(layer)
    assert next(layer.getFeatures()).hasGeometry()
    return layer


def integrity(path: Path) -> list:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("PRAGMA integrity_check").fetchall()


def test_polygons_that_are_only_shown_are_replaced(labels: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.gpkg"
    assert vectorize(labels, path).returncode == 0
    layer = opened(path)
    again = vectorize(labels, path)
    assert again.returncode == 0, again.stderr
    assert integrity(path) == [("ok",)]
    layer.reload()
    assert layer.featureCount() == opened(path).featureCount() > 0


def test_polygons_that_are_being_edited_are_left_alone(labels: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.gpkg"
    assert vectorize(labels, path).returncode == 0
    layer = opened(path)
    assert layer.startEditing()
    feature = next(layer.getFeatures())
    field = layer.fields().indexOf("class")
    layer.changeAttributeValue(feature.id(), field, "mine")
    refused = vectorize(labels, path)
    assert refused.returncode == 1
    assert f"satseg: Another program has {path} open and may write to it; end the editing" in refused.stderr
    assert layer.commitChanges()
    assert integrity(path) == [("ok",)]
    assert layer.getFeature(feature.id())["class"] == "mine"
    again = vectorize(labels, path)
    assert again.returncode == 0, again.stderr
    assert integrity(path) == [("ok",)]


def test_a_style_that_was_saved_in_the_file_is_not_lost(labels: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.gpkg"
    assert vectorize(labels, path).returncode == 0
    opened(path).saveStyleToDatabase("mine", "", True, "")
    refused = vectorize(labels, path)
    assert refused.returncode == 1
    assert "would be lost (the style mine)" in refused.stderr


def test_a_style_that_was_saved_beside_the_map_is_not_lost(labels: Path, image: Path) -> None:
    layer = QgsRasterLayer(str(labels), "map")
    layer.setOpacity(0.5)
    _, done = layer.saveDefaultStyle()
    assert done
    style = labels.with_suffix(".qml").read_bytes()
    refused = engine("segment", image, "--output", labels, "--overwrite", "--runtime", "onnx")
    assert refused.returncode == 1
    assert f"{labels.with_suffix('.qml')} is not of SatSeg's making" in refused.stderr
    assert labels.with_suffix(".qml").read_bytes() == style


def test_what_qgis_draws_after_a_second_run_is_the_new_map(labels: Path, image: Path) -> None:
    """Pyramids and statistics of the old map are made by QGIS itself."""
    layer = QgsRasterLayer(str(labels), "map")
    layer.dataProvider().bandStatistics(1)
    small = engine("segment", image, "--output", labels, "--overwrite", "--runtime", "onnx")
    assert small.returncode == 0, small.stderr
    assert not Path(f"{labels}.ovr").exists()
    again = QgsRasterLayer(str(labels), "again")
    assert again.isValid()
    assert b"STATISTICS" not in Path(f"{labels}.aux.xml").read_bytes()
