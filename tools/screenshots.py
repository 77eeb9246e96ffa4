"""Takes the screenshots of the documentation: the plugin, installed from its zip, in a real QGIS on a virtual display.

``python tools/screenshots.py`` writes to ``docs/images`` what `PICTURES` lists, and from a QGIS that has no engine yet
``setup.png``. It needs QGIS and xvfb-run, and runs the engine in the Python that ``SATSEG_PYTHON`` names, or else in
this one.
The scene is the demo's, so that the pictures may be shown anywhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from pathlib import Path
from typing import Any, Callable

IMAGES = "SATSEG_SCREENSHOTS"
"""Variable that tells this file, run by QGIS, where the pictures go; and that it is run by QGIS."""

SCENE = "SATSEG_SCENE"
SIZE = (1400, 860)
"""Width and height of the main window, px."""

INI = r"""[PythonPlugins]
satseg_qgis=true
processing=true

[locale]
overrideFlag=true
userLocale=en_US

[qgis]
checkVersion=false
showTips=false

[core]
NewsFeed\httpsfeedqgisorg\disabled=true
"""


def main() -> int:
    """Build the zip, install it in a fresh profile, and have QGIS run this file."""
    project = Path(__file__).resolve().parents[1]
    python = os.path.abspath(os.environ.get("SATSEG_PYTHON") or sys.executable)
    images = project / "docs" / "images"
    images.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([python, "-m", "satseg_core", "demo", str(folder / "demo")], check=True, cwd=project)
        install(project, folder / "profiles" / "default", python)
        environ = {**os.environ, IMAGES: str(images), SCENE: str(folder / "demo" / "scene.tif")}
        environ.update({"SATSEG_PYTHON": python, "HOME": name, "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": name})
        screen = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24"]
        qgis = ["qgis", "--profiles-path", name, "--nologo", "--noversioncheck", "--lang", "en", "--code", __file__]
        done = subprocess.run([*screen, *qgis], env=environ, timeout=900, check=False)
        # Once more, as for a new user: no Python is named, and nothing is installed.
        del environ["SATSEG_PYTHON"]
        environ["SATSEG_ENVIRONMENTS"] = str(folder / "environments")
        again = subprocess.run([*screen, *qgis], env=environ, timeout=900, check=False)
    shrink(images)
    return done.returncode or again.returncode


def shrink(images: Path) -> None:
    """Screenshots need no more than 256 colours, and take a third of the space with them."""
    from PIL import Image

    for path in images.glob("*.png"):
        with Image.open(path) as picture:
            if picture.mode in ("RGB", "RGBA") and picture.size[0] >= SIZE[0] // 2:
                picture.convert("RGB").quantize(256).save(path, optimize=True)


def install(project: Path, profile: Path, python: str) -> None:
    """Unpack the built zip into a profile and switch the plugin on."""
    archive = profile / "satseg_qgis.zip"
    subprocess.run([python, project / "tools" / "build_plugin.py", "--output", archive], check=True)
    with zipfile.ZipFile(archive) as files:
        files.extractall(profile / "python" / "plugins")
    settings = profile / "QGIS" / "QGIS3.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text(INI)


def in_qgis() -> None:
    """Called by QGIS: map the scene, take the pictures, and quit."""
    from qgis.PyQt.QtCore import QTimer

    def work() -> None:
        try:
            if "SATSEG_PYTHON" in os.environ:
                take_pictures(Path(os.environ[IMAGES]), os.environ[SCENE])
            else:
                take_setup(Path(os.environ[IMAGES]), os.environ[SCENE])
        except Exception:  # noqa: BLE001 -- whatever it is, QGIS must not stay open
            traceback.print_exc()
            os._exit(1)
        os._exit(0)

    QTimer.singleShot(3000, work)


def take_pictures(images: Path, scene: str) -> None:
    from qgis.core import QgsProject, QgsRasterLayer
    from qgis.utils import iface

    window = iface.mainWindow()
    window.resize(*SIZE)
    tidy(window)
    layer = QgsRasterLayer(scene, "Scene")
    QgsProject.instance().addMapLayer(layer)
    settle()
    for take in PICTURES:
        take(images, layer)


def take_dialog(images: Path, layer: Any) -> None:
    """``dialog.png``: the dialog of the algorithm."""
    import processing

    dialog = processing.createAlgorithmDialog("satseg:segment", {"INPUT": layer})
    dialog.resize(1100, 800)
    dialog.show()
    settle()
    dialog.grab().save(str(images / "dialog.png"))
    dialog.close()


def take_batch(images: Path, layer: Any) -> None:
    """``batch.png``: a batch of two."""
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog
    from qgis.core import QgsApplication, QgsProcessingContext
    from qgis.utils import iface

    algorithm = QgsApplication.processingRegistry().createAlgorithmById("satseg:segment")
    dialog = BatchAlgorithmDialog(algorithm, iface.mainWindow())
    panel = dialog.mainWidget()
    panel.addRow()
    column = panel.parameter_to_column
    context = QgsProcessingContext()
    for row, half in enumerate(("north", "south")):
        panel.wrappers[row][column["INPUT"]].setParameterValue(layer, context)
        for name, ending in (("OUTPUT", "tif"), ("POLYGONS", "gpkg")):
            panel.tblParameters.cellWidget(row + 1, column[name]).setValue(f"/maps/{half}.{ending}")
    dialog.resize(1300, 420)
    dialog.show()
    settle()
    dialog.grab().save(str(images / "batch.png"))
    dialog.close()


def take_map(images: Path, layer: Any) -> None:
    """``qgis-map.png``: the layers that a run loads, with the image under their half."""
    import processing
    from qgis.utils import iface

    extent = layer.extent()
    middle = extent.center().x()
    part = f"{middle},{extent.xMaximum()},{extent.yMinimum()},{extent.yMaximum()} [{layer.crs().authid()}]"
    processing.runAndLoadResults(
        "satseg:segment",
        {"INPUT": layer, "EXTENT": part, "OUTPUT": "TEMPORARY_OUTPUT", "POLYGONS": "TEMPORARY_OUTPUT"},
    )
    arrange(iface)
    iface.mapCanvas().waitWhileRendering()
    settle()
    iface.mainWindow().grab().save(str(images / "qgis-map.png"))
    remove_all_but(layer)


def take_panel(images: Path, layer: Any) -> None:
    """``running.png`` and ``panel.png``: the panel at work, and its map drawn half aside."""
    from qgis.PyQt.QtWidgets import QDockWidget
    from qgis.utils import iface, plugins

    window = iface.mainWindow()
    panel = plugins["satseg_qgis"].welcome.open_panel()
    for dock in window.findChildren(QDockWidget, "ProcessingToolbox"):
        dock.hide()
    settle()
    panel.run_button.click()
    wait_until(lambda: panel.job is None or panel.bar.value() > 15)
    window.grab().save(str(images / "running.png"))
    wait_until(lambda: panel.job is None)
    arrange(iface)
    panel.slider.setValue(45)
    settle(4.0)
    window.grab().save(str(images / "panel.png"))
    panel.close()
    remove_all_but(layer)


def take_page(images: Path, layer: Any) -> None:
    """``page.png``: the page of the results viewer, as a browser shows it."""
    import processing
    from qgis.PyQt.QtCore import QUrl
    from qgis.PyQt.QtWebKitWidgets import QWebView

    outputs = dict.fromkeys(("OUTPUT", "POLYGONS", "AREAS_HTML"), "TEMPORARY_OUTPUT")
    made = processing.run("satseg:segment", {"INPUT": layer, **outputs})
    view = QWebView()
    view.resize(1080, 1000)
    view.load(QUrl.fromLocalFile(made["AREAS_HTML"]))
    view.show()
    settle()
    view.grab().save(str(images / "page.png"))
    view.close()


def take_model(images: Path, layer: Any) -> None:  # noqa: ARG001
    """``model.png``: the example in the model designer."""
    from processing.modeler.ModelerDialog import ModelerDialog
    from qgis.core import QgsProcessingModelAlgorithm
    from qgis.PyQt.QtCore import Qt
    from qgis.utils import plugins

    folder = Path(sys.modules[type(plugins["satseg_qgis"]).__module__].__file__ or "").parent / "examples"
    model = QgsProcessingModelAlgorithm()
    model.fromFile(str(next(folder.glob("*.model3"))))
    designer = ModelerDialog.create(model)
    designer.resize(1300, 760)
    designer.show()
    settle()
    designer.view().fitInView(designer.view().scene().itemsBoundingRect(), Qt.AspectRatioMode.KeepAspectRatio)
    settle(0.5)
    designer.grab().save(str(images / "model.png"))


PICTURES = (take_dialog, take_batch, take_map, take_panel, take_page, take_model)


def remove_all_but(layer: Any) -> None:
    """Take the results out of the project again."""
    from qgis.core import QgsProject

    project = QgsProject.instance()
    project.removeMapLayers([name for name in project.mapLayers() if name != layer.id()])
    for group in project.layerTreeRoot().findGroups():
        project.layerTreeRoot().removeChildNode(group)
    settle(0.5)


def take_setup(images: Path, scene: str) -> None:
    """The message that offers the installation, and its dialog when it has run."""
    import processing
    from qgis.core import QgsProject, QgsRasterLayer
    from qgis.utils import iface

    window = iface.mainWindow()
    window.resize(*SIZE)
    tidy(window)
    QgsProject.instance().addMapLayer(QgsRasterLayer(scene, "Scene"))
    wait_until(lambda: iface.messageBar().currentItem() is not None)
    dialog = processing.createAlgorithmDialog("satseg:setup", {})
    dialog.show()
    settle()
    dialog.resize(900, 640)  # QGIS has given it the size of the last one
    settle()
    picture = window.grab()
    shown = dialog.grab()
    from qgis.PyQt.QtGui import QPainter

    painter = QPainter(picture)
    painter.drawPixmap(250, 145, shown)
    painter.end()
    picture.save(str(images / "setup.png"))
    dialog.close()


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Let QGIS work until something is so."""
    from qgis.PyQt.QtCore import QCoreApplication

    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        QCoreApplication.processEvents()
        time.sleep(0.05)


def tidy(window: Any) -> None:
    """Close what is not about the map."""
    from qgis.PyQt.QtWidgets import QDockWidget

    for dock in window.findChildren(QDockWidget):
        if dock.objectName() not in ("Layers", "ProcessingToolbox"):
            dock.close()
        elif dock.objectName() == "ProcessingToolbox":
            dock.show()
            dock.searchBox.setText("SatSeg")


def arrange(iface: Any) -> None:
    """The scene below, the legend open, everything in view."""
    from qgis.core import QgsProject

    root = QgsProject.instance().layerTreeRoot()
    for node in root.findLayers():
        node.setExpanded(node.layer().name() != "Scene")
    iface.mapCanvas().setExtent(iface.mapCanvas().fullExtent())
    iface.mapCanvas().refresh()


def settle(seconds: float = 2.0) -> None:
    """Let QGIS draw."""
    import time

    from qgis.PyQt.QtWidgets import QApplication

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()


if IMAGES in os.environ:
    in_qgis()
elif __name__ == "__main__":
    sys.exit(main())
