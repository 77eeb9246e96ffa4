"""Styles of the layers that Processing loads; the files carry the same style for everybody else."""

# ruff: noqa: N802, ARG002 -- QGIS names these methods and their arguments

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsMapLayer, QgsProcessingContext, QgsProcessingFeedback, QgsProcessingLayerPostProcessorInterface


class StyleFromFiles(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer the style that the engine wrote: ``.qml`` beside the file, or inside the GeoPackage."""

    def postProcessLayer(
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Called in the main thread, only where the layer is loaded into a project."""
        beside = Path(layer.source().split("|")[0]).with_suffix(".qml")
        if beside.exists():
            _, ok = layer.loadNamedStyle(str(beside))
        else:
            _, ok = layer.loadDefaultStyle()
        if ok:
            layer.triggerRepaint()
            layer.emitStyleChanged()


STYLE = StyleFromFiles()
"""One for all layers: it has no state, and QGIS does not keep post-processors alive."""
