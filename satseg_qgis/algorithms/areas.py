"""``satseg:areas``: how much each class of a land-cover map covers."""

# ruff: noqa: N802 -- QGIS names these methods and their arguments

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterFileDestination,
)

from satseg_qgis.algorithms.areas_outputs import area_definitions, area_values
from satseg_qgis.algorithms.base import Parameters
from satseg_qgis.algorithms.classified import MapAlgorithm
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

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare parameters and outputs."""
        super().initAlgorithm(configuration)
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
