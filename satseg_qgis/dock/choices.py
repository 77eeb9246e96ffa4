"""What the panel's fields mean as parameters of ``satseg:segment``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessing,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorLayer,
)


@dataclass(frozen=True)
class Choices:
    """What the user has picked.

    Attributes:
        image: layer to map.
        model: name of an installed model; empty where ``model_file`` counts.
        model_file: path of another model; empty for none.
        extent: to map, in ``extent_crs``; None for the whole image.
        extent_crs: of the extent.
        polygons: to map inside of, or None.
        selected_only: take the selected ones of ``polygons``.
        path: GeoTIFF to write; empty for a temporary file.
        vectorize: draw polygons, too.
    """

    image: QgsRasterLayer
    model: str = ""
    model_file: str = ""
    extent: QgsRectangle | None = None
    extent_crs: QgsCoordinateReferenceSystem | None = None
    polygons: QgsVectorLayer | None = None
    selected_only: bool = False
    path: str = ""
    vectorize: bool = True

    def parameters(self) -> dict[str, Any]:
        """Of the algorithm; what is left at its default is not among them."""
        values: dict[str, Any] = {"INPUT": self.image, "OUTPUT": _destination(self.path)}
        if self.model_file:
            values["MODEL_FILE"] = self.model_file
        elif self.model:
            values["MODEL"] = self.model
        if self.extent is not None:
            values["EXTENT"] = QgsReferencedRectangle(self.extent, self.extent_crs)
        if self.polygons is not None:
            selection = QgsProcessingFeatureSourceDefinition(self.polygons.id(), True)
            values["MASK"] = selection if self.selected_only else self.polygons
        if self.vectorize:
            values["POLYGONS"] = _destination(_beside(self.path))
        return values

    def for_dialog(self) -> dict[str, Any]:
        """Parameters as the algorithm's dialog shows them: its field for extents loses the CRS of rectangles."""
        values = self.parameters()
        if self.extent is not None and self.extent_crs is not None:
            box = self.extent
            edges = (box.xMinimum(), box.xMaximum(), box.yMinimum(), box.yMaximum())
            values["EXTENT"] = f"{','.join(map(repr, edges))} [{self.extent_crs.authid()}]"
        return values


def _destination(path: str) -> QgsProcessingOutputLayerDefinition:
    """A file whose layer is put into the project."""
    return QgsProcessingOutputLayerDefinition(path or QgsProcessing.TEMPORARY_OUTPUT, QgsProject.instance())


def _beside(path: str) -> str:
    """The polygons' file beside the map's."""
    return path.rpartition(".")[0] + ".gpkg" if path else ""
