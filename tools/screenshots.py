"""Takes the screenshots of the README: the plugin, installed from its zip, in a real QGIS on a virtual display.

``python tools/screenshots.py`` writes ``docs/images/dialog.png`` and ``qgis-map.png``, and from a QGIS that has no
engine yet ``setup.png``. It needs QGIS and xvfb-run, and runs the engine in the Python that ``SATSEG_PYTHON`` names, or
else in this one.
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
    return done.returncode or again.returncode


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
    import processing
    from qgis.core import QgsProject, QgsRasterLayer
    from qgis.utils import iface

    window = iface.mainWindow()
    window.resize(*SIZE)
    tidy(window)
    layer = QgsRasterLayer(scene, "Scene")
    QgsProject.instance().addMapLayer(layer)
    settle()
    dialog = processing.createAlgorithmDialog("satseg:segment", {"INPUT": layer})
    dialog.resize(1100, 800)
    dialog.show()
    settle()
    dialog.grab().save(str(images / "dialog.png"))
    dialog.close()
    extent = layer.extent()
    middle = extent.center().x()
    part = f"{middle},{extent.xMaximum()},{extent.yMinimum()},{extent.yMaximum()} [{layer.crs().authid()}]"
    processing.runAndLoadResults(
        "satseg:segment",
        {"INPUT": layer, "EXTENT": part, "OUTPUT": "TEMPORARY_OUTPUT", "POLYGONS": "TEMPORARY_OUTPUT"},
    )
    arrange(iface)
    settle()
    iface.mapCanvas().waitWhileRendering()
    settle()
    window.grab().save(str(images / "qgis-map.png"))


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
    dialog.resize(900, 560)
    dialog.show()
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
