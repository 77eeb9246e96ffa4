"""What the algorithms on finished maps share: their input."""

from __future__ import annotations

# ruff: noqa: N802, ARG002 -- QGIS names these methods and their arguments
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingParameterFile,
    QgsProcessingParameterRasterLayer,
    QgsRasterLayer,
)

from satseg_core.errors import SatSegError
from satseg_qgis.algorithms.base import Parameters, SatSegAlgorithm
from satseg_qgis.algorithms.sources import raster_name
from satseg_qgis.algorithms.told import told_of_map
from satseg_qgis.translate import tr


class MapAlgorithm(SatSegAlgorithm):
    """Base of the algorithms that take a classified raster.

    ``raster`` is its name for the engine, and ``told`` what QGIS knows besides.
    """

    INPUT = "INPUT"
    LEGEND = "LEGEND"

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare the input."""
        self.added(
            QgsProcessingParameterRasterLayer(self.INPUT, tr("Land-cover map")),
            tr("A map that 'Map land cover' made; its legend is in the file."),
        )

    def _declare_legend(self) -> None:
        # What fits no filter is refused by QGIS, and a legend may be a name.
        files = tr("Legends (*.csv *.json *.qml *.txt)") + ";;" + tr("All files (*)")
        self.added(
            QgsProcessingParameterFile(self.LEGEND, tr("Legend"), optional=True, fileFilter=files),
            tr(
                "For maps from elsewhere: a table with the columns code, name and color (as #1a2b3c), a style (.qml) or"
                " colour map (.txt) that QGIS exported, or one of the names worldcover and nlcd."
            ),
            advanced=True,
        )

    def _legend(self, parameters: Parameters, context: QgsProcessingContext) -> str | None:
        """The file or name of a legend; None for the map's own."""
        return self.parameterAsFile(parameters, self.LEGEND, context) or None

    def problem(self, parameters: Parameters, context: QgsProcessingContext) -> str | None:
        """The map must be a file."""
        try:
            self.read_layers(parameters, context)
        except SatSegError as error:
            return str(error)
        return None

    def read_layers(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        """The name of the map's file, and the group that layers made of it go to: the map's own, if it has one."""
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        self.raster = raster_name(layer)
        self.told = told_of_map(layer)
        self.group_name = _group_of(layer, context) or layer.name()


def _group_of(layer: QgsRasterLayer, context: QgsProcessingContext) -> str:
    """Name of the layer tree's group that a layer is in; empty where it is in none, or in no project."""
    node = context.project().layerTreeRoot().findLayer(layer.id()) if context.project() else None
    return str(node.parent().name()) if node is not None and node.parent() is not None else ""
