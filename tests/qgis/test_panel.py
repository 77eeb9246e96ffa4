"""The panel beside the map: a real map canvas, real runs in the task manager."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import read_codes, write_image
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProcessingFeatureSourceDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from window import Window, wait_until, work

from satseg_core.legend import LAND_COVER
from satseg_core.model.store import find_model
from satseg_qgis.dock.form import CANVAS, POLYGONS
from satseg_qgis.dock.panel import LandCoverPanel
from satseg_qgis.welcome import Welcome


@pytest.fixture
def window(qgis) -> Window:
    window = Window()
    window.mainWindow().show()
    yield window
    QgsProject.instance().clear()
    window.mainWindow().close()


@pytest.fixture
def panel(window: Window) -> LandCoverPanel:
    """The panel as the tool bar's button opens it."""
    welcome = Welcome(window)
    welcome.show()
    window.tools[0].trigger()
    (panel,) = window.docks
    yield panel
    welcome.hide()
    work()
    assert window.docks == []


@pytest.fixture
def scene(window: Window, image: Path) -> QgsRasterLayer:
    return show(window, image)


def show(window: Window, image: Path) -> QgsRasterLayer:
    """The image in the project and on the map."""
    layer = QgsRasterLayer(str(image), "Scene")
    QgsProject.instance().addMapLayer(layer)
    canvas = window.mapCanvas()
    canvas.setDestinationCrs(layer.crs())
    canvas.setLayers([layer])
    canvas.setExtent(layer.extent())
    work()
    return layer


def choose(panel: LandCoverPanel, area: str) -> None:
    panel.form.area.setCurrentIndex(panel.form.area.findData(area))


def run(panel: LandCoverPanel) -> None:
    panel.run_button.click()
    assert panel.job is not None, panel.status.text()
    assert wait_until(lambda: panel.job is None, 120)


def tree() -> dict:
    """The layer tree: names of the groups, and of the layers in them from the top."""
    groups = QgsProject.instance().layerTreeRoot().findGroups()
    return {group.name(): [node.name() for node in group.findLayers()] for group in groups}


def test_it_maps_the_image_and_shows_the_areas(panel, scene, tmp_path: Path) -> None:
    panel.form.file.setFilePath(str(tmp_path / "map"))
    run(panel)
    assert panel.status.text() == "Done."
    assert set(read_codes(tmp_path / "map.tif")) <= set(range(7))
    assert (tmp_path / "map.gpkg").exists()
    assert tree() == {"Scene": ["Land-cover polygons", "Land cover"]}
    rows = [panel.areas.topLevelItem(row) for row in range(panel.areas.topLevelItemCount())]
    assert {row.text(0).lower() for row in rows} <= {c.name for c in LAND_COVER}
    hectares = sum(float(row.text(2).split()[0]) for row in rows)
    assert hectares == pytest.approx((300 * 1.2) ** 2 / 1e4, rel=0.01)
    assert panel.run_button.isEnabled()
    assert panel.run_button.text() == "Map land cover"


def test_a_second_run_joins_the_group_on_top(panel, scene) -> None:
    run(panel)
    panel.form.vectorize.setChecked(False)
    run(panel)
    assert tree() == {"Scene": ["Land cover", "Land-cover polygons", "Land cover"]}


def test_the_slider_draws_the_map_aside(panel, scene, window: Window) -> None:
    run(panel)
    canvas = window.mapCanvas()
    canvas.setLayers([node.layer() for node in QgsProject.instance().layerTreeRoot().findLayers()])
    canvas.waitWhileRendering()
    work()
    covered = canvas.grab().toImage()
    panel.slider.setValue(50)
    # The picture comes when it is drawn, in the background.
    assert wait_until(lambda: left_differs(canvas.grab().toImage(), covered))
    assert not right_differs(canvas.grab().toImage(), covered)
    panel.slider.setValue(0)
    work()
    assert not left_differs(canvas.grab().toImage(), covered)


def left_differs(one, other) -> bool:
    return one.copy(0, 0, one.width() // 2 - 4, one.height()) != other.copy(0, 0, one.width() // 2 - 4, one.height())


def right_differs(one, other) -> bool:
    start = one.width() // 2 + 4
    return one.copy(start, 0, start, one.height()) != other.copy(start, 0, start, one.height())


def test_what_is_removed_cannot_be_compared(panel, scene) -> None:
    run(panel)
    panel.slider.setValue(30)
    assert panel.comparison.isVisibleTo(panel)
    made = [node.layerId() for node in QgsProject.instance().layerTreeRoot().findLayers() if node.layer() is not scene]
    QgsProject.instance().removeMapLayers(made)
    assert not panel.comparison.isVisibleTo(panel)
    assert panel.slider.value() == 0


def test_only_what_the_map_shows(panel, scene, window: Window, tmp_path: Path) -> None:
    choose(panel, CANVAS)
    middle = scene.extent().center()
    window.mapCanvas().setExtent(QgsRectangle(middle.x() - 60, middle.y() - 60, middle.x() + 60, middle.y() + 60))
    shown = window.mapCanvas().mapSettings().visibleExtent().intersect(scene.extent())
    panel.form.file.setFilePath(str(tmp_path / "map.tif"))
    run(panel)
    mapped = QgsRasterLayer(str(tmp_path / "map.tif")).extent()
    assert mapped.width() == pytest.approx(shown.width(), abs=2.5)
    assert mapped.height() == pytest.approx(shown.height(), abs=2.5)


def test_only_inside_the_selected_polygons(panel, scene, tmp_path: Path) -> None:
    polygons = QgsVectorLayer("Polygon?crs=EPSG:32632", "fields", "memory")
    corner = QgsRectangle(500000, 5300000 - 60, 500060, 5300000)
    for box in (corner, scene.extent()):
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromRect(box))
        polygons.dataProvider().addFeature(feature)
    QgsProject.instance().addMapLayer(polygons)
    polygons.select(1)
    choose(panel, POLYGONS)
    panel.form.selected_only.setChecked(True)
    values = panel.form.choices().parameters()
    assert isinstance(values["MASK"], QgsProcessingFeatureSourceDefinition)
    panel.form.file.setFilePath(str(tmp_path / "map.tif"))
    run(panel)
    assert sum(code != 255 for code in read_codes(tmp_path / "map.tif")) == 50 * 50


def test_a_model_of_the_list_and_one_from_a_file(panel, scene) -> None:
    assert "2.44 m" in panel.form.card.text()
    assert "forest" in panel.form.card.toolTip()
    assert "MODEL_FILE" not in panel.form.choices().parameters()
    file = str(find_model().onnx)
    panel.form.model.setCurrentIndex(panel.form.model.count() - 1)
    panel.form.take_model_file(file)
    assert panel.form.choices().parameters()["MODEL_FILE"] == file
    assert "2.44 m" in panel.form.card.text()
    panel.form.take_model_file(str(Path(__file__)))
    assert "no model" in panel.form.card.text()


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda panel: QgsProject.instance().clear(), "no raster layer"),
        (lambda panel: choose(panel, POLYGONS), "no layer of polygons"),
        (lambda panel: panel.form.file.setFilePath(f"{__file__}/map.tif"), "test_panel.py"),
    ],
)
def test_what_cannot_work_is_said_before_anything_runs(panel, scene, prepare, sentence: str) -> None:
    prepare(panel)
    panel.run_button.click()
    if panel.job is not None:
        wait_until(lambda: panel.job is None, 60)
    assert sentence in panel.status.text()
    assert not panel.set_up_button.isVisibleTo(panel)
    assert tree() == {}


def test_without_libraries_it_offers_to_set_them_up(panel, scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATSEG_PYTHON", "/nowhere/python3")
    opened = []
    monkeypatch.setattr("processing.execAlgorithmDialog", lambda name, _: opened.append(name))
    panel.run_button.click()
    assert panel.job is None
    assert "/nowhere/python3" in panel.status.text()
    assert panel.set_up_button.isVisibleTo(panel)
    panel.set_up_button.click()
    assert opened == ["satseg:setup"]


def test_a_cancel_leaves_nothing(panel, window: Window, large_image: Path, tmp_path: Path) -> None:
    show(window, large_image)
    panel.form.file.setFilePath(str(tmp_path / "map.tif"))
    panel.run_button.click()
    assert wait_until(lambda: panel.bar.value() > 0, 60)
    assert panel.run_button.text() == "Cancel"
    panel.run_button.click()
    assert wait_until(lambda: panel.job is None, 30)
    assert panel.status.text() == "Cancelled; nothing was written."
    assert list(tmp_path.iterdir()) == []
    assert tree() == {}


def test_a_failure_of_the_engine_is_its_sentence(panel, scene, fake_engine) -> None:
    fake_engine("fail")
    panel.run_button.click()
    assert wait_until(lambda: panel.job is None, 60)
    assert "choose another one" in panel.status.text()


def test_the_plugin_can_go_while_it_runs(window: Window, tmp_path: Path) -> None:
    show(window, write_image(tmp_path / "image.tif", 3000))
    welcome = Welcome(window)
    welcome.show()
    panel = welcome.open_panel()
    panel.run_button.click()
    assert wait_until(lambda: panel.bar.value() > 0, 60)
    welcome.hide()
    work()
    assert wait_until(lambda: not running_tasks(), 30)


def running_tasks() -> list:
    from qgis.core import QgsApplication

    return [task for task in QgsApplication.taskManager().tasks() if task.isActive()]


def test_all_settings_are_those_of_the_dialog_with_what_was_chosen(panel, window, scene, qgis, tmp_path) -> None:
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    layer = QgsVectorLayer("Polygon?crs=EPSG:32632", "town", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(500000, 5299900, 500100, 5300000)))
    layer.dataProvider().addFeature(feature)
    QgsProject.instance().addMapLayer(layer)
    layer.selectAll()
    choose(panel, POLYGONS)
    panel.form.polygons.setLayer(layer)
    panel.form.selected_only.setChecked(True)
    panel.form.file.setFilePath(str(tmp_path / "town.tif"))
    panel.all_button.click()
    (dialog,) = panel.findChildren(AlgorithmDialog)
    read = getattr(dialog, "createProcessingParameters", None) or dialog.getParameterValues
    values = read()
    assert values["INPUT"] == scene.id()
    assert values["MASK"].selectedFeaturesOnly
    assert values["OUTPUT"].sink.staticValue() == str(tmp_path / "town.tif")
    assert values["POLYGONS"].sink.staticValue() == str(tmp_path / "town.gpkg")
    assert {"NODATA", "CLOUDS", "BANDS"} <= values.keys()
    dialog.close()
    window.mapCanvas().setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    choose(panel, CANVAS)
    panel.all_button.click()
    dialog = panel.findChildren(AlgorithmDialog)[-1]
    assert dialog.isVisible()
    read = getattr(dialog, "createProcessingParameters", None) or dialog.getParameterValues
    assert read()["EXTENT"].endswith("[EPSG:3857]")
    dialog.close()
    work()


def test_all_settings_open_without_an_image(panel, window) -> None:
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    panel.all_button.click()
    (dialog,) = panel.findChildren(AlgorithmDialog)
    assert dialog.isVisible()
    dialog.close()
    work()
