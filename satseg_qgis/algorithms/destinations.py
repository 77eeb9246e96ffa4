"""Where an algorithm will write, looked at before it starts: quick, and without making anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProperty,
    QgsRasterLayer,
    QgsRectangle,
)

from satseg_core.space import free_bytes, in_words, least_bytes
from satseg_qgis.translate import tr


def target_folder(value: Any, context: QgsProcessingContext) -> Path | None:
    """The folder that a destination's file will be in; None where there is no such output, or it is no file.

    Args:
        value: of the destination parameter.
        context: of the run.
    """
    if _text(value, context) == QgsProcessing.TEMPORARY_OUTPUT:
        return Path(QgsProcessingUtils.tempFolder())
    file = target_file(value, context)
    return file.parent if file else None


def target_file(value: Any, context: QgsProcessingContext) -> Path | None:
    """The file that the user wants; None where there is no such output, or it is a temporary or no file.

    Args:
        value: of the destination parameter.
        context: of the run.
    """
    text = _text(value, context)
    # A connection to a database: 'ogr:dbname=...', 'postgis:...'.
    if not text or text == QgsProcessing.TEMPORARY_OUTPUT or ":" in text.partition("/")[0][2:]:
        return None
    return Path(os.path.abspath(text))


def _text(value: Any, context: QgsProcessingContext) -> str:
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink
    if isinstance(value, QgsProperty):
        value, _ = value.valueAsString(context.expressionContext(), "")
    return value if isinstance(value, str) else ""


def unusable_folder(folder: Path) -> str | None:
    """One sentence on a folder that nothing can be written into; None for one that is good."""
    if not folder.is_dir():
        return tr("There is no folder {folder} to write into; make it, or choose another one.").format(folder=folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        return tr("Nothing can be written into the folder {folder}; choose another one.").format(folder=folder)
    return None


def too_little_space(folder: Path, pixels: int, rasters: int) -> str | None:
    """One sentence on a disk that cannot hold what a map needs, whatever it shows; None for one that may.

    Args:
        folder: of the map.
        pixels: of the map.
        rasters: the map, and the confidence where it is asked for: 1 or 2.
    """
    free, needed = free_bytes(folder), least_bytes(pixels, rasters)
    if free is None or free >= needed:
        return None
    return tr(
        "Mapping {pixels} million pixels needs at least {needed} in {folder}, where {free} are free;"
        " free some space, choose another folder, or map a smaller extent."
    ).format(pixels=f"{pixels / 1e6:,.0f}", needed=in_words(needed), folder=folder, free=in_words(free))


def pixels_within(layer: QgsRasterLayer, extent: QgsRectangle) -> int:
    """Pixels of a layer inside of an extent in its own CRS, about; all of them where the extent is empty."""
    whole = layer.extent()
    pixels = layer.width() * layer.height()
    if extent.isNull() or extent.isEmpty() or whole.isEmpty():
        return int(pixels)
    inside = extent.intersect(whole)
    return int(pixels * (inside.width() * inside.height()) / (whole.width() * whole.height()))
