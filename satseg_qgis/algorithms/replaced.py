"""Files that a run will replace, while the project shows them or they hold more than the run writes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import DatabaseError, connect

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer, QgsVectorLayer

from satseg_qgis.algorithms.sources import path_of
from satseg_qgis.translate import tr

SYSTEM = sys.platform
"""Windows lets nobody replace a file that is open."""

_CONTENTS = "SELECT table_name FROM gpkg_contents"
_PROJECTS = "SELECT name FROM sqlite_master WHERE name = 'qgis_projects'"
"""QGIS keeps projects in GeoPackages beside what these list as their contents."""


def lost_by(file: Path, project: QgsProject) -> str | None:
    """One sentence on what would be lost, or not work, if a run replaced a file; None where nothing is.

    Args:
        file: that the run is to write.
        project: whose layers may show it.
    """
    if not file.is_file():
        return None
    for layer in showing(file, project):
        sentence = _of_layer(layer)
        if sentence:
            return sentence.format(name=layer.name(), file=file)
    others = _others(file)
    if not others:
        return None
    return tr("{file} holds more than the run writes ({names}), which would be lost; choose another file.").format(
        file=file, names=", ".join(others)
    )


def _of_layer(layer: QgsMapLayer) -> str | None:
    """Why the file of a layer cannot be replaced."""
    if layer.isEditable():
        return tr("The layer '{name}' shows {file} and is being edited; end the editing first, or choose another file.")
    if SYSTEM == "win32":
        return tr(
            "The layer '{name}' shows {file}, and Windows replaces no file that is open; remove the layer from the"
            " project first, or choose another file."
        )
    return None


def showing(file: Path, project: QgsProject) -> Iterator[QgsMapLayer]:
    """Layers of a project that show a file."""
    for layer in project.mapLayers().values():
        shown = path_of(layer)
        if shown is not None and _is_same(shown, file):
            yield layer


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        return one.absolute() == other


def _others(file: Path) -> list[str]:
    """Names of what a GeoPackage holds besides the layer that a run writes, which is called as its file, and styles."""
    if file.suffix.lower() != ".gpkg":
        return []
    names: list[str] = []
    try:
        with closing(connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            for query in (_CONTENTS, _PROJECTS):
                names += [str(row[0]) for row in database.execute(query)]
    except DatabaseError:
        return names
    return [name for name in dict.fromkeys(names) if name not in (file.stem, "layer_styles")]


def settle(files: Iterable[Path], project: QgsProject) -> None:
    """Have QGIS put away what it keeps beside GeoPackages that it shows and that were edited."""
    for file in files:
        if Path(f"{file}-wal").exists():
            for layer in showing(file, project):
                layer.dataProvider().reloadData()


def show_again(files: Iterable[Path], project: QgsProject) -> None:
    """Have the layers that show files which were replaced read them anew; in the main thread.

    QGIS goes on with the old file else, which it has open.
    """
    for file in files:
        for layer in showing(file, project):
            layer.dataProvider().reloadData()
            if isinstance(layer, QgsRasterLayer):
                layer.setExtent(layer.dataProvider().extent())
            elif isinstance(layer, QgsVectorLayer):
                layer.updateFields()
                layer.updateExtents()
            layer.triggerRepaint()
