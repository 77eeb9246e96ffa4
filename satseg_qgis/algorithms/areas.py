"""``satseg:areas``: how much each class of a land-cover map covers."""

# ruff: noqa: N802, ARG002 -- QGIS names these methods and their arguments

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
)

from satseg_core.errors import SatSegError
from satseg_qgis.algorithms.areas_outputs import area_definitions, area_values
from satseg_qgis.algorithms.base import Parameters, SatSegAlgorithm
from satseg_qgis.algorithms.sources import raster_name
from satseg_qgis.engine import commands
from satseg_qgis.translate import tr


class AreasAlgorithm(SatSegAlgorithm):
    """Classified raster in, table and numbers out."""

    NAME = "areas"
    TITLE = "Land-cover areas"
    SUMMARY = "Measures the classes of a land-cover map in true square metres"
    TAGS = ("land cover", "area", "statistics", "report")

    INPUT = "INPUT"
    OUTPUT_HTML_FILE = "OUTPUT_HTML_FILE"
    OUTPUT = "OUTPUT"

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare parameters and outputs."""
        self.added(
            QgsProcessingParameterRasterLayer(self.INPUT, tr("Land-cover map")),
            tr("A map that 'Map land cover' made; its legend is in the file."),
        )
        self.added(
            QgsProcessingParameterFileDestination(
                self.OUTPUT_HTML_FILE, tr("Areas"), tr("HTML files (*.html)"), None, True, True
            ),
            tr("The table for the results viewer."),
        )
        self.added(
            QgsProcessingParameterFileDestination(
                self.OUTPUT, tr("Table of areas"), tr("CSV files (*.csv)"), None, True, False
            ),
            tr("The table as CSV: code, name, pixels, area in m², percent."),
        )
        for definition in area_definitions():
            self.addOutput(definition)

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
        """Run the engine in another process, once for each file that is wanted."""
        html = self.parameterAsFileOutput(parameters, self.OUTPUT_HTML_FILE, context)
        table = self.parameterAsFileOutput(parameters, self.OUTPUT, context)
        files = [file for file in (html, table) if file]
        results = [self.run_engine(commands.areas(self.raster, file), feedback) for file in files or [None]]
        written = {self.OUTPUT_HTML_FILE: html, self.OUTPUT: table}
        return {**area_values(results[0]), **{name: file for name, file in written.items() if file}}
