"""The Processing provider: SatSeg's algorithms, and the formats that the engine writes."""

# ruff: noqa: N802 -- QGIS names these methods and their arguments

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from satseg_core.version import __version__
from satseg_qgis.algorithms.areas import AreasAlgorithm
from satseg_qgis.algorithms.base import icon_path
from satseg_qgis.algorithms.segment import SegmentAlgorithm
from satseg_qgis.algorithms.setup import SetupAlgorithm
from satseg_qgis.algorithms.vectorize import VectorizeAlgorithm
from satseg_qgis.translate import tr


class SatSegProvider(QgsProcessingProvider):
    """Provider ``satseg``."""

    def id(self) -> str:
        """Fixed: models and scripts name algorithms ``satseg:...``."""
        return "satseg"

    def name(self) -> str:
        """Name in the toolbox."""
        return "SatSeg"

    def longName(self) -> str:
        """Name with what it does."""
        return tr("SatSeg: land-cover maps from imagery")

    def versionInfo(self) -> str:
        """Version shown by ``qgis_process`` and the plugin manager."""
        return __version__

    def icon(self) -> QIcon:
        """Icon in the toolbox."""
        return QIcon(icon_path("satseg"))

    def svgIconPath(self) -> str:
        """Icon in the model designer."""
        return icon_path("satseg")

    def loadAlgorithms(self) -> None:
        """Called by QGIS on registration and refresh."""
        for algorithm in (SegmentAlgorithm, VectorizeAlgorithm, AreasAlgorithm, SetupAlgorithm):
            self.addAlgorithm(algorithm())

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        """The engine writes GeoTIFF."""
        return ["tif", "tiff"]

    def supportedOutputVectorLayerExtensions(self) -> list[str]:
        """What the engine writes and QGIS reads everywhere; the first is the default."""
        return ["gpkg", "fgb", "geojson", "shp"]

    def supportsNonFileBasedOutput(self) -> bool:
        """Another process writes the layers: there must be files."""
        return False
