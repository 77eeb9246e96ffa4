"""Maps look like their legend: as layers that Processing loads, and from the files alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsPalettedRasterRenderer,
    QgsProcessingAlgRunnerTask,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication

from satseg_core.legend import LAND_COVER

NAMES = {c.code: c.title for c in LAND_COVER}
COLORS = {c.code: c.hex_color for c in LAND_COVER}


def raster_legend(layer: QgsRasterLayer) -> dict:
    """Colour of each class of a raster layer, by code."""
    assert isinstance(layer.renderer(), QgsPalettedRasterRenderer)
    return {int(c.value): (c.color.name(), c.label) for c in layer.renderer().classes()}


def check_raster(layer: QgsRasterLayer) -> None:
    shown = raster_legend(layer)
    assert {code: color for code, (color, _) in shown.items() if code in COLORS} == COLORS
    assert {code: label.lower() for code, (_, label) in shown.items() if code in NAMES} == {
        code: name.lower() for code, name in NAMES.items()
    }


def check_polygons(layer: QgsVectorLayer) -> None:
    renderer = layer.renderer()
    assert isinstance(renderer, QgsCategorizedSymbolRenderer)
    assert renderer.classAttribute() == "class"
    shown = {c.value(): (c.symbol().color().name(), c.label()) for c in renderer.categories() if c.value()}
    for land_class in LAND_COVER:
        assert shown[land_class.name] == (land_class.hex_color, land_class.title)


@pytest.fixture(scope="module")
def loaded(qgis, image: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Layers of a run as the dialog loads them into the project, to files of unlike names."""
    from processing.gui.Postprocessing import handleAlgorithmResults
    from processing.tools import dataobjects

    folder = tmp_path_factory.mktemp("loaded")
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("satseg:segment")
    parameters = {"INPUT": str(image)}
    destinations = {"OUTPUT": "a.tif", "POLYGONS": "b.gpkg"}
    from qgis.core import QgsProcessingFeedback, QgsProcessingOutputLayerDefinition

    for name, file in destinations.items():
        parameters[name] = QgsProcessingOutputLayerDefinition(str(folder / file), QgsProject.instance())
    feedback = QgsProcessingFeedback()
    context = dataobjects.createContext(feedback)
    ended: list = []
    task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
    task.executed.connect(lambda ok, results: ended.append(ok))
    QgsApplication.taskManager().addTask(task)
    while not ended:
        QCoreApplication.processEvents()
    assert ended == [True]
    assert handleAlgorithmResults(algorithm, context, feedback, False, parameters)
    layers = {Path(layer.source().split("|")[0]).name: layer for layer in QgsProject.instance().mapLayers().values()}
    yield layers
    QgsProject.instance().clear()


def test_the_loaded_map_has_the_colours_and_names_of_the_legend(loaded) -> None:
    check_raster(loaded["a.tif"])


def test_the_loaded_polygons_have_the_colours_and_names_of_the_legend(loaded) -> None:
    check_polygons(loaded["b.gpkg"])


def test_a_map_opened_later_finds_its_style_beside_it(mapped) -> None:
    check_raster(QgsRasterLayer(mapped["OUTPUT"]))


def test_polygons_opened_later_find_their_style(mapped) -> None:
    check_polygons(QgsVectorLayer(mapped["POLYGONS"]))


def test_the_map_carries_its_legend_without_the_style_file(mapped, tmp_path: Path) -> None:
    source = Path(mapped["OUTPUT"])
    for name in (source.name, source.name + ".aux.xml"):
        shutil.copy(source.with_name(name), tmp_path)
    check_raster(QgsRasterLayer(str(tmp_path / source.name)))


def test_the_geopackage_carries_its_legend_without_the_style_file(mapped, tmp_path: Path) -> None:
    shutil.copy(mapped["POLYGONS"], tmp_path / "alone.gpkg")
    check_polygons(QgsVectorLayer(str(tmp_path / "alone.gpkg")))
