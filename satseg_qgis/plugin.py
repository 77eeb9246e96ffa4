"""The plugin: adds SatSeg's provider to Processing and takes it away again."""

# ruff: noqa: N802 -- QGIS names these methods and their arguments

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication

from satseg_qgis.bundled import forget_core
from satseg_qgis.provider import SatSegProvider
from satseg_qgis.translate import install_translator
from satseg_qgis.welcome import Welcome


class SatSegPlugin:
    """What QGIS holds of SatSeg. ``iface`` is None in ``qgis_process``, and only `Welcome` needs it."""

    def __init__(self, iface: Any | None) -> None:
        self.iface = iface
        self.provider: SatSegProvider | None = None
        self.welcome: Welcome | None = None
        self.translator = install_translator()

    def initProcessing(self) -> None:
        """Register the provider; all that ``qgis_process`` calls."""
        if self.provider is None:
            self.provider = SatSegProvider()
            QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:
        """Called by QGIS with a window."""
        self.initProcessing()
        if self.iface is not None and self.welcome is None:
            self.welcome = Welcome(self.iface)
            self.welcome.show()

    def unload(self) -> None:
        """Leave nothing behind, so that the plugin can be updated without a restart."""
        if self.welcome is not None:
            self.welcome.hide()
            self.welcome = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        if self.translator is not None:
            QCoreApplication.removeTranslator(self.translator)
            self.translator = None
        forget_core()
