"""Maps look like their legend: as layers that Processing loads, and from the files alone."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
from conftest import read_codes
from qgis.core import (
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsPalettedRasterRenderer,
    QgsProcessingAlgRunnerTask,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication

from satseg_core.legend import LAND_COVER, LandClass, Legend
from satseg_core.model.card import CARD_KEY
from satseg_core.model.store import find_model

OTHER = Legend(
    (
        LandClass(60, "built up", "", (0x11, 0x22, 0x33)),
        LandClass(3, "crops & vines", "", (0xC0, 0x10, 0x90)),
        LandClass(40, "grass", "", (0x7A, 0x5A, 0x01)),
        LandClass(1, "trees", "", (0xF0, 0x90, 0x00)),
        LandClass(250, "open water", "", (0x01, 0x63, 0x56)),
        LandClass(12, "<rock>", "", (0xD5, 0xD5, 0xD5)),
        LandClass(0, "sky", "", (0x39, 0x39, 0xFF)),
    )
)
"""What the shipped model's scores could mean to somebody else: other codes, in no order, other names and colours."""


def raster_legend(layer: QgsRasterLayer) -> dict:
    """Colour of each class of a raster layer, by code."""
    assert isinstance(layer.renderer(), QgsPalettedRasterRenderer)
    return {int(c.value): (c.color.name(), c.label) for c in layer.renderer().classes()}


def check_raster(layer: QgsRasterLayer, legend: Legend = LAND_COVER, alone: bool = False) -> None:
    """``alone``: the style file is missing, and the colour table has entries for all 256 values."""
    shown = raster_legend(layer)
    expected = {c.code: (c.hex_color, c.title) for c in legend}
    assert {code: entry for code, entry in shown.items() if code in expected or not alone} == expected


def check_polygons(layer: QgsVectorLayer, legend: Legend = LAND_COVER) -> None:
    renderer = layer.renderer()
    assert isinstance(renderer, QgsCategorizedSymbolRenderer)
    assert renderer.classAttribute() == "class"
    shown = {c.value(): (c.symbol().color().name(), c.label()) for c in renderer.categories() if c.value()}
    assert shown == {c.name: (c.hex_color, c.title) for c in legend}
    assert {feature["class"] for feature in layer.getFeatures()} <= set(shown)


def load_a_run(parameters: dict, folder: Path) -> dict:
    """Layers of a run as the dialog loads them into the project, by the names of their files."""
    from processing.gui.Postprocessing import handleAlgorithmResults
    from processing.tools import dataobjects

    algorithm = QgsApplication.processingRegistry().createAlgorithmById("satseg:segment")
    parameters = dict(parameters)
    for name, file in {"OUTPUT": "a.tif", "POLYGONS": "b.gpkg"}.items():
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
    assert handleAlgorithmResults(algorithm, context, feedback, parameters=parameters)
    layers = {Path(layer.source().split("|")[0]): layer for layer in QgsProject.instance().mapLayers().values()}
    return {path.name: layer for path, layer in layers.items() if path.parent == folder}


@pytest.fixture(scope="module")
def loaded(qgis, image: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Layers of a run, from files of unlike names."""
    yield load_a_run({"INPUT": str(image)}, tmp_path_factory.mktemp("loaded"))
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
    check_raster(QgsRasterLayer(str(tmp_path / source.name)), alone=True)


def test_the_geopackage_carries_its_legend_without_the_style_file(mapped, tmp_path: Path) -> None:
    shutil.copy(mapped["POLYGONS"], tmp_path / "alone.gpkg")
    check_polygons(QgsVectorLayer(str(tmp_path / "alone.gpkg")))


def field(number: int, value: bytes) -> bytes:
    """A length-delimited field of a protobuf message."""
    size, digits = len(value), b""
    while size > 0x7F:
        digits += bytes([size & 0x7F | 0x80])
        size >>= 7
    return bytes([number << 3 | 2]) + digits + bytes([size]) + value


@pytest.fixture(scope="module")
def other_model(qgis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model with another legend in its card: a message that follows a message replaces its entries."""
    shipped = find_model()
    card = dataclasses.replace(shipped.card, name="other", legend=OTHER)
    entry = field(1, CARD_KEY.encode()) + field(2, card.to_json().encode())
    path = tmp_path_factory.mktemp("model") / "other.onnx"
    path.write_bytes(shipped.onnx.read_bytes() + field(14, entry))
    assert find_model(str(path)).card == card
    return path


@pytest.fixture(scope="module")
def loaded_other(other_model: Path, image: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Layers of a run with the model file."""
    folder = tmp_path_factory.mktemp("other")
    yield load_a_run({"INPUT": str(image), "MODEL_FILE": str(other_model)}, folder)
    QgsProject.instance().clear()


def test_a_model_of_another_legend_styles_its_layers(loaded_other) -> None:
    check_raster(loaded_other["a.tif"], OTHER)
    check_polygons(loaded_other["b.gpkg"], OTHER)


def test_a_model_of_another_legend_gives_its_own_codes(loaded_other, mapped) -> None:
    table = bytearray(256)
    table[255] = 255
    for here, there in zip(OTHER.codes, LAND_COVER.codes):
        table[there] = here
    source = loaded_other["a.tif"].source()
    assert read_codes(source) == read_codes(mapped["OUTPUT"]).translate(bytes(table))


def test_a_map_of_another_legend_opened_later_finds_its_style(loaded_other, tmp_path: Path) -> None:
    folder = Path(loaded_other["a.tif"].source()).parent
    check_raster(QgsRasterLayer(str(folder / "a.tif")), OTHER)
    check_polygons(QgsVectorLayer(str(folder / "b.gpkg")), OTHER)
    for name in ("a.tif", "a.tif.aux.xml", "b.gpkg"):  # without the style files
        shutil.copy(folder / name, tmp_path)
    check_raster(QgsRasterLayer(str(tmp_path / "a.tif")), OTHER, alone=True)
    check_polygons(QgsVectorLayer(str(tmp_path / "b.gpkg")), OTHER)


def test_polygons_of_a_map_of_another_legend_have_its_colours(loaded_other, tmp_path: Path) -> None:
    import processing

    options = {"INPUT": loaded_other["a.tif"].source(), "MIN_AREA": 50, "OUTPUT": str(tmp_path / "c.gpkg")}
    check_polygons(QgsVectorLayer(processing.run("satseg:vectorize", options)["OUTPUT"]), OTHER)
