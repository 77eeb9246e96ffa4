"""Styles of the layers that Processing loads; the files carry the same style for everybody else."""

# ruff: noqa: N802, ARG002 -- QGIS names these methods and their arguments

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsMapLayer, QgsProcessingContext, QgsProcessingFeedback, QgsProcessingLayerPostProcessorInterface

_WAITING: set[StyleFromFiles] = set()
"""Post-processors yet to be called: QGIS keeps the object, but not the Python half that has the code."""


class StyleFromFiles(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer the style that the engine wrote: ``.qml`` beside the file, or inside the GeoPackage."""

    def postProcessLayer(
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Called in the main thread, only where the layer is loaded into a project."""
        _WAITING.discard(self)
        beside = Path(layer.source().split("|")[0]).with_suffix(".qml")
        if beside.exists():
            _, ok = layer.loadNamedStyle(str(beside))
        else:
            _, ok = layer.loadDefaultStyle()
        if ok:
            layer.triggerRepaint()
            layer.emitStyleChanged()


def style_layers(context: QgsProcessingContext, *layers: str | None) -> None:
    """Have the layers that QGIS will load drawn in the legend's colours.

    Args:
        context: of the run.
        layers: files that the run wrote; None for those that were not asked for.
    """
    for layer in layers:
        if layer and context.willLoadLayerOnCompletion(layer):
            # The context deletes each layer's post-processor: one that is shared by two layers is a crash.
            style = StyleFromFiles()
            _WAITING.add(style)
            context.layerToLoadOnCompletionDetails(layer).setPostProcessor(style)
