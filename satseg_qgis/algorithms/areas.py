"""``satseg:areas``: how much each class of a land-cover map covers."""

# ruff: noqa: N802 -- QGIS names these methods and their arguments

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterVectorDestination,
)

from satseg_core.errors import SatSegError
from satseg_qgis.algorithms.areas_outputs import area_definitions, area_values
from satseg_qgis.algorithms.base import Parameters
from satseg_qgis.algorithms.classified import MapAlgorithm
from satseg_qgis.algorithms.sources import NAME_FIELD, PolygonFile, polygon_problem, source_crs, write_polygons
from satseg_qgis.engine import commands
from satseg_qgis.translate import tr


class AreasAlgorithm(MapAlgorithm):
    """Classified raster in, table and numbers out."""

    NAME = "areas"
    TITLE = "Land-cover areas"
    SUMMARY = "Measures the classes of a land-cover map in true square metres"
    TAGS = ("land cover", "area", "statistics", "report")

    OUTPUT_HTML_FILE = "OUTPUT_HTML_FILE"
    OUTPUT = "OUTPUT"
    ZONES = "ZONES"
    ZONE_FIELD = "ZONE_FIELD"
    ZONE_AREAS = "ZONE_AREAS"

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare parameters and outputs."""
        super().initAlgorithm(configuration)
        polygon = QgsProcessing.SourceType.TypeVectorPolygon
        self.added(
            QgsProcessingParameterFeatureSource(self.ZONES, tr("Zones"), [polygon], None, True),
            tr("Polygons to measure in, each by itself; pixels that their borders cut count with their share."),
        )
        self.added(
            QgsProcessingParameterField(self.ZONE_FIELD, tr("Names of the zones"), None, self.ZONES, optional=True),
            tr("The field that tells the zones apart in the tables; without it they are numbered."),
        )
        self.added(
            QgsProcessingParameterFileDestination(
                self.OUTPUT_HTML_FILE, tr("Areas"), tr("HTML files (*.html)"), None, True, True
            ),
            tr("A page with a picture, a chart of the classes and how the map was made."),
        )
        self.added(
            QgsProcessingParameterFileDestination(
                self.OUTPUT, tr("Table of areas"), tr("CSV files (*.csv)"), None, True, False
            ),
            tr("The table as CSV: code, name, pixels, area in m², percent."),
        )
        self.added(
            QgsProcessingParameterVectorDestination(
                self.ZONE_AREAS, tr("Zones with areas"), polygon, None, True, False
            ),
            tr("The zones with a field for the area of each class: a GeoPackage."),
        )
        self._declare_legend()
        for definition in area_definitions():
            self.addOutput(definition)

    def problem(self, parameters: Parameters, context: QgsProcessingContext) -> str | None:
        """The map must be a file, and the zones polygons."""
        return super().problem(parameters, context) or polygon_problem(
            self.parameterAsSource(parameters, self.ZONES, context)
        )

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Run the engine in another process, once for each file that is wanted."""
        html = self.parameterAsFileOutput(parameters, self.OUTPUT_HTML_FILE, context)
        table = self.parameterAsFileOutput(parameters, self.OUTPUT, context)
        zones, field = self._zones(parameters, context, feedback)
        layer = self.parameterAsOutputLayer(parameters, self.ZONE_AREAS, context) if zones else None
        files = [file for file in (html, table, layer) if file]
        name, crs = (zones.name, zones.crs) if zones else (None, None)
        legend = self._legend(parameters, context)
        results = [
            self.run_engine(commands.areas(self.raster, file, name, field, crs, self.told, legend), feedback)
            for file in files or [None]
        ]
        written = {self.OUTPUT_HTML_FILE: html, self.OUTPUT: table, self.ZONE_AREAS: layer}
        return {**area_values(results[0]), **{name: file for name, file in written.items() if file}}

    def _zones(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> tuple[PolygonFile | None, str | None]:
        """A file with the zones, and its field with their names; None where there are none."""
        source = self.parameterAsSource(parameters, self.ZONES, context)
        if source is None:
            return None, None
        fields = self.parameterAsFields(parameters, self.ZONE_FIELD, context)
        crs = source_crs(source, self.parameterAsVectorLayer(parameters, self.ZONES, context))
        try:
            file = write_polygons(source, crs, context, feedback, fields[0] if fields else None)
        except SatSegError as error:
            raise QgsProcessingException(str(error)) from error
        self.called[file.name] = source.sourceName()
        return file, NAME_FIELD if fields else None
