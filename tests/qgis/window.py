"""A window for the plugin: what it uses of QGIS' interface, with a true window, map and message bar."""

from __future__ import annotations

import time

from qgis.gui import QgsMapCanvas, QgsMessageBar
from qgis.PyQt.QtCore import QCoreApplication, QEvent
from qgis.PyQt.QtWidgets import QMainWindow


class Window:
    """What the plugin uses of QGIS' interface."""

    def __init__(self) -> None:
        self._window = QMainWindow()
        self._window.resize(1200, 800)
        self._bar = QgsMessageBar(self._window)
        self._canvas = QgsMapCanvas(self._window)
        self._window.setCentralWidget(self._canvas)
        self.entries: list = []
        self.tools: list = []
        self.docks: list = []

    def mainWindow(self) -> QMainWindow:
        return self._window

    def messageBar(self) -> QgsMessageBar:
        return self._bar

    def mapCanvas(self) -> QgsMapCanvas:
        return self._canvas

    def addPluginToMenu(self, menu: str, action) -> None:
        self.entries.append((menu, action))

    def removePluginMenu(self, menu: str, action) -> None:
        self.entries.remove((menu, action))

    def addToolBarIcon(self, action) -> None:
        self.tools.append(action)

    def removeToolBarIcon(self, action) -> None:
        self.tools = [tool for tool in self.tools if tool is not action]

    def addDockWidget(self, area, dock) -> None:
        self._window.addDockWidget(area, dock)
        self.docks.append(dock)

    def removeDockWidget(self, dock) -> None:
        self._window.removeDockWidget(dock)
        self.docks.remove(dock)


def wait_until(condition, seconds: float = 30.0) -> bool:
    """Let QGIS work until something is so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        work()
        time.sleep(0.02)
    return bool(condition())


def work() -> None:
    """Handle what waits, what is to be deleted included."""
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
