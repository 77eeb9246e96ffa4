"""What a new user meets: a message where the engine's libraries are missing, entries in the menu, and the panel."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

from qgis.core import Qgis, QgsApplication, QgsTask
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction, QPushButton

from satseg_core.errors import SatSegError
from satseg_qgis import examples
from satseg_qgis.algorithms.base import icon_path
from satseg_qgis.engine.find import VARIABLE, find_engine
from satseg_qgis.engine.made import environments_folder, made_pythons
from satseg_qgis.settings import named_python
from satseg_qgis.translate import tr

if TYPE_CHECKING:
    from satseg_qgis.dock.panel import LandCoverPanel

MENU = "SatSeg"

ENTRIES = (("segment", "Map land cover"), ("vectorize", "Land-cover polygons"), ("areas", "Land-cover areas"),
           ("setup", "Set up SatSeg"))  # fmt: skip
"""Algorithms in the menu, with their titles."""


class Welcome:
    """The plugin's part of QGIS' window.

    Args:
        iface: QGIS' interface.
    """

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._actions: list[QAction] = []
        self._task: QgsTask | None = None
        self._panel: LandCoverPanel | None = None
        self.message: Any | None = None
        """The message that offers the installation, while it is shown."""

    def show(self) -> None:
        """Add the entries of the menu, and look in the background whether the engine can run."""
        panel = self._add(tr("Land cover"), self.open_panel, "satseg")
        panel.setToolTip(tr("Map the land cover of an image"))
        self._iface.addToolBarIcon(panel)
        for name, title in ENTRIES:
            self._add(f"{tr(title)}…", partial(self.open, name), name)
        self._add(tr("Example model…"), examples.open_model)
        self._add(tr("Examples…"), examples.show_folder)
        named = named_python()
        self._task = QgsTask.fromFunction(
            tr("Looking for SatSeg's libraries"), lambda _: _problem(named), on_finished=self._looked
        )
        QgsApplication.taskManager().addTask(self._task)

    def _add(self, title: str, call: Callable[[], Any], icon: str = "") -> QAction:
        """An entry of the menu."""
        action = QAction(QIcon(icon_path(icon)) if icon else QIcon(), title, self._iface.mainWindow())
        action.triggered.connect(lambda _=False: call())
        self._iface.addPluginToMenu(MENU, action)
        self._actions.append(action)
        return action

    def _looked(self, error: Exception | None, problem: str | None = None) -> None:
        """In the main thread, when it is known whether there is an engine."""
        self._task = None
        if error is not None or not problem or self.message is not None:
            return
        bar = self._iface.messageBar()
        self.message = bar.createMessage("SatSeg", tr("The libraries that SatSeg needs are not installed yet."))
        button = QPushButton(tr("Set up…"), self.message)
        button.clicked.connect(lambda: self.open("setup"))
        self.message.layout().addWidget(button)
        bar.pushWidget(self.message, Qgis.MessageLevel.Info)

    def open_panel(self) -> LandCoverPanel:
        """Show the panel, which is made when it is first asked for."""
        if self._panel is None:
            from satseg_qgis.dock.panel import LandCoverPanel

            self._panel = LandCoverPanel(self._iface, lambda: self.open("setup"))
            self._iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self._panel)
        self._panel.setUserVisible(True)
        return self._panel

    def open(self, name: str) -> None:
        """Show the dialog of an algorithm."""
        if self.message is not None and name == "setup":
            self._iface.messageBar().popWidget(self.message)
            self.message = None
        from processing import execAlgorithmDialog

        execAlgorithmDialog(f"satseg:{name}", {})

    def hide(self) -> None:
        """Take everything away again."""
        for action in self._actions:
            self._iface.removePluginMenu(MENU, action)
            self._iface.removeToolBarIcon(action)
        self._actions.clear()
        if self._panel is not None:
            self._iface.removeDockWidget(self._panel)
            self._panel.remove()
            self._panel = None
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self.message is not None:
            self._iface.messageBar().popWidget(self.message)
            self.message = None


def _problem(named: str) -> str | None:
    """Why the engine cannot run here; None where it can. Runs in a thread of its own.

    A Python that is named or was made is believed until it is needed: to try it takes a second of every start of QGIS.
    """
    made = made_pythons(environments_folder(sys.platform, os.environ, Path.home()), sys.platform)
    if named or os.environ.get(VARIABLE) or made:
        return None
    try:
        find_engine(setting=named)
    except SatSegError as error:
        return str(error)
    return None
