"""``satseg:vectorize``: polygons of a land-cover map."""

# ruff: noqa: N802 -- QGIS names these methods and their arguments

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorDestination,
)

from satseg_qgis.algorithms.base import Parameters
from satseg_qgis.algorithms.classified import MapAlgorithm
from satseg_qgis.algorithms.sources import raster_name
from satseg_qgis.algorithms.styles import prepare_layers
from satseg_qgis.engine import commands
from satseg_qgis.translate import tr


class VectorizeAlgorithm(MapAlgorithm):
    """Classified raster in, polygons out."""

    NAME = "vectorize"
    TITLE = "Land-cover polygons"
    SUMMARY = "Draws the polygons of a land-cover map that SatSeg made"
    TAGS = ("land cover", "polygonize", "vectorize", "raster to vector")

    MIN_AREA = "MIN_AREA"
    SIMPLIFY = "SIMPLIFY"
    SMOOTH = "SMOOTH"
    CONFIDENCE = "CONFIDENCE"
    OUTPUT = "OUTPUT"
    POLYGON_COUNT = "POLYGON_COUNT"

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare parameters and outputs."""
        super().initAlgorithm(configuration)
        double = QgsProcessingParameterNumber.Type.Double
        self.added(
            QgsProcessingParameterNumber(self.MIN_AREA, tr("Smallest area (m²)"), double, 0.0, False, 0.0),
            tr("Smaller areas are merged into a neighbour. 0 keeps all."),
        )
        self.added(
            QgsProcessingParameterBoolean(self.SMOOTH, tr("Cut the corners of pixels off"), False),
            tr("Slanting borders run straight instead of in steps; no border moves by more than half a pixel."),
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
            tr("Polygons with class, area and perimeter: a GeoPackage, or FlatGeobuf, GeoJSON, Shapefile."),
        )
        self.added(
            QgsProcessingParameterRasterLayer(self.CONFIDENCE, tr("Confidence"), None, True),
            tr("The confidence raster of the same map: each polygon gets the mean inside of it."),
            advanced=True,
        )
        self._declare_legend()
        self.addOutput(QgsProcessingOutputNumber(self.POLYGON_COUNT, tr("Number of polygons")))

    def read_layers(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        """The names of the rasters' files."""
        super().read_layers(parameters, context)
        layer = self.parameterAsRasterLayer(parameters, self.CONFIDENCE, context)
        self.confidence = raster_name(layer) if layer else None

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
            self.parameterAsBool(parameters, self.SMOOTH, context),
            self.confidence,
            self._legend(parameters, context),
            self.told,
        )
        result = self.run_engine(arguments, feedback)
        prepare_layers(context, self.group_name, output)
        return {self.OUTPUT: output, self.POLYGON_COUNT: result.get("polygon_count")}
