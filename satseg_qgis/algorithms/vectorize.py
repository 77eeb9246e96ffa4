"""``satseg:vectorize``: polygons of a land-cover map."""

# ruff: noqa: N802, ARG002 -- QGIS names these methods and their arguments

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorDestination,
)

from satseg_core.errors import SatSegError
from satseg_qgis.algorithms.base import Parameters, SatSegAlgorithm
from satseg_qgis.algorithms.sources import raster_name
from satseg_qgis.algorithms.styles import style_layers
from satseg_qgis.engine import commands
from satseg_qgis.translate import tr


class VectorizeAlgorithm(SatSegAlgorithm):
    """Classified raster in, polygons out."""

    NAME = "vectorize"
    TITLE = "Land-cover polygons"
    SUMMARY = "Draws the polygons of a land-cover map that SatSeg made"
    TAGS = ("land cover", "polygonize", "vectorize", "raster to vector")

    INPUT = "INPUT"
    MIN_AREA = "MIN_AREA"
    SIMPLIFY = "SIMPLIFY"
    OUTPUT = "OUTPUT"
    POLYGON_COUNT = "POLYGON_COUNT"

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare parameters and outputs."""
        double = QgsProcessingParameterNumber.Type.Double
        self.added(
            QgsProcessingParameterRasterLayer(self.INPUT, tr("Land-cover map")),
            tr("A map that 'Map land cover' made; its legend is in the file."),
        )
        self.added(
            QgsProcessingParameterNumber(self.MIN_AREA, tr("Smallest area (m²)"), double, 0.0, False, 0.0),
            tr("Smaller areas are merged into a neighbour. 0 keeps all."),
        )
        self.added(
            QgsProcessingParameterNumber(self.SIMPLIFY, tr("Simplify (pixels)"), double, 0.0, False, 0.0),
            tr(
                "How far outlines may stray from the pixels; neighbours keep their common border. 0 follows the pixels."
            ),
        )
        self.added(
            QgsProcessingParameterVectorDestination(
                self.OUTPUT, tr("Land-cover polygons"), QgsProcessing.SourceType.TypeVectorPolygon
            ),
            tr("Polygons with class and area: a GeoPackage."),
        )
        self.addOutput(QgsProcessingOutputNumber(self.POLYGON_COUNT, tr("Number of polygons")))

    def problem(self, parameters: Parameters, context: QgsProcessingContext) -> str | None:
        """The map must be a file."""
        try:
            raster_name(self.parameterAsRasterLayer(parameters, self.INPUT, context))
        except SatSegError as error:
            return str(error)
        return None

    def read_layers(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        """The name of the map's file."""
        self.raster = raster_name(self.parameterAsRasterLayer(parameters, self.INPUT, context))

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Run the engine in another process."""
        output = self.parameterAsOutputLayer(parameters, self.OUTPUT, context)
        arguments = commands.vectorize(
            self.raster,
            output,
            self.parameterAsDouble(parameters, self.MIN_AREA, context),
            self.parameterAsDouble(parameters, self.SIMPLIFY, context),
        )
        result = self.run_engine(arguments, feedback)
        style_layers(context, output)
        return {self.OUTPUT: output, self.POLYGON_COUNT: result.get("polygon_count")}
