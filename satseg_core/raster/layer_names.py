"""Names of one layer in a file of several: ``FILE|layername=NAME``, as QGIS writes them, and GDAL's for rasters."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from satseg_core.errors import UsageError
from satseg_core.remote.names import gdal_name, is_elsewhere

_KEYS = "layername|layerid|subset|geometrytype|uniquegeometrytype|option:[^|=]*|authcfg"
_PART = re.compile(rf"\|({_KEYS})=", re.IGNORECASE)
"""What QGIS adds to the name of a file; another ``|`` is part of the name."""

_SUBDATASET = re.compile(r'^[A-Za-z][A-Za-z0-9_]+:(?:"([^"]+)"|((?:[A-Za-z]:)?[^:]+))(?::.*)?$', re.DOTALL)
"""GDAL's names of rasters in files of several: ``GPKG:file:table``, ``NETCDF:"file":variable``."""


@dataclass(frozen=True)
class LayerName:
    """A file, and which of its layers is meant.

    Attributes:
        file: its name.
        layer: name or number (from 0 on) of the layer; None where it is not said.
    """

    file: str
    layer: str | int | None = None


def split_layer(name: str) -> LayerName:
    """Take ``FILE|layername=NAME`` (or ``|layerid=NUMBER``) apart.

    Raises:
        UsageError: it asks for more than a layer, such as a filter.
    """
    found = list(_PART.finditer(name))
    if not found or (not is_elsewhere(name) and _exists(name)):
        return LayerName(name)
    file = name[: found[0].start()]
    layer: str | int | None = None
    ends = [match.start() for match in found[1:]] + [len(name)]
    for match, end in zip(found, ends):
        key, value = match.group(1).lower(), name[match.end() : end]
        if key == "layername":
            layer = value
        elif key == "layerid" and value.isdigit():
            layer = int(value) if layer is None else layer
        else:
            raise UsageError(
                f"{name} asks for more than a layer ({key}), which only QGIS does; write what it gives to a file of"
                " its own and use that."
            )
    return LayerName(file, layer)


def file_of(name: str) -> str:
    """The file that a raster or layer is in, by any name of it: ``FILE|layername=NAME``, ``GPKG:FILE:NAME``, FILE."""
    if is_elsewhere(name) or _exists(name):
        return name
    found = _PART.search(name)
    file = name[: found.start()] if found else name
    inside = _SUBDATASET.match(file)
    if inside and not re.match(r"[A-Za-z]:[\\/]", file):
        return inside.group(1) or inside.group(2)
    return file


def raster_name(name: str) -> str:
    """The name that GDAL opens for a raster; ``FILE.gpkg|layername=TABLE`` becomes ``GPKG:FILE.gpkg:TABLE``.

    Raises:
        UsageError: the file is none that has rasters by name.
    """
    place = split_layer(name)
    file, layer = place.file, place.layer
    if layer is None:
        return file
    if not isinstance(layer, str) or not file.partition("?")[0].lower().endswith(".gpkg"):
        raise UsageError(f"{name} names a layer, as only rasters in a GeoPackage have; give the file alone.")
    return f"GPKG:{gdal_name(file)}:{layer}"


def rasters_in(name: str) -> list[str]:
    """Names of the rasters in a GeoPackage on this machine, which ``GPKG:FILE:TABLE`` is about; empty for others."""
    if not name.upper().startswith("GPKG:") or not _exists(file_of(name)):
        return []
    query = "SELECT table_name FROM gpkg_contents WHERE data_type IN ('tiles', '2d-gridded-coverage')"
    try:
        with closing(sqlite3.connect(f"{Path(file_of(name)).absolute().as_uri()}?mode=ro", uri=True)) as database:
            return [str(row[0]) for row in database.execute(query)]
    except sqlite3.Error:
        return []


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # too long, or with a zero byte
        return False
