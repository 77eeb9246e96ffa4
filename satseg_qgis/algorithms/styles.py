"""Styles and places of the layers that Processing loads; the files carry the same style for everybody else."""

# ruff: noqa: N802, ARG002 -- QGIS names these methods and their arguments

from __future__ import annotations

from dataclasses import dataclass, field

from qgis.core import (
    QgsLayerTreeGroup,
    QgsLayerTreeLayer,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProject,
)

from satseg_qgis.algorithms.sources import path_of

_WAITING: set[LoadedLayer] = set()
"""Post-processors yet to be called: QGIS keeps the object, but not the Python half that has the code."""


@dataclass
class ResultGroup:
    """The group of the layer tree that one run's layers go to, on top of what earlier runs left in it.

    Attributes:
        name: of the group; it is made where Processing puts the layers, unless it is there.
        placed: places, counted from the top, of the run's layers that are in the group already.
    """

    name: str
    placed: list[int] = field(default_factory=list)

    def take(self, node: QgsLayerTreeLayer, place: int) -> None:
        """Move a layer into the group.

        Args:
            node: of the layer, where Processing put it.
            place: among the layers of the run, from the top.
        """
        parent = node.parent()
        if parent is None:
            return
        group = self._group(parent)
        index = sum(other < place for other in self.placed)
        children = group.children()
        if node in children and children.index(node) < index:
            index += 1  # it is taken away from above
        # In this order: a layer that is nowhere in the tree leaves the project.
        group.insertChildNode(index, node.clone())
        parent.removeChildNode(node)
        self.placed.append(place)

    def _group(self, parent: QgsLayerTreeGroup) -> QgsLayerTreeGroup:
        if parent.name() == self.name:
            return parent  # QGIS adds layers beside the current one, which may be the run's last
        for child in parent.children():
            if isinstance(child, QgsLayerTreeGroup) and child.name() == self.name:
                return child
        return parent.insertGroup(0, self.name)


class LoadedLayer(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer the style that the engine wrote (``.qml`` beside it, or inside the GeoPackage) and its place."""

    def __init__(self, group: ResultGroup | None, place: int) -> None:
        super().__init__()
        self._group = group
        self._place = place

    def postProcessLayer(
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Called in the main thread, only where the layer is loaded into a project."""
        _WAITING.discard(self)
        file = path_of(layer)
        beside = file.with_suffix(".qml") if file else None
        if beside and beside.exists():
            _, ok = layer.loadNamedStyle(str(beside))
        else:
            _, ok = layer.loadDefaultStyle()
        if ok:
            layer.triggerRepaint()
            layer.emitStyleChanged()
        project = context.project() or QgsProject.instance()
        node = project.layerTreeRoot().findLayer(layer.id())
        if self._group is not None and node is not None:
            self._group.take(node, self._place)


def prepare_layers(context: QgsProcessingContext, group: str, *layers: str | None) -> None:
    """Have the layers that QGIS will load drawn in the legend's colours, together in one group.

    Args:
        context: of the run.
        group: name of the group; empty leaves them where Processing puts them.
        layers: files that the run wrote, from the top of the layer tree; None for those that were not asked for.
    """
    shared = ResultGroup(group) if group else None
    for place, layer in enumerate(layers):
        if layer and context.willLoadLayerOnCompletion(layer):
            # The context deletes each layer's post-processor: one that is shared by two layers is a crash.
            loaded = LoadedLayer(shared, place)
            _WAITING.add(loaded)
            context.layerToLoadOnCompletionDetails(layer).setPostProcessor(loaded)
