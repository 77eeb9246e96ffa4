"""Polygons into a GeoPackage that carries its own style."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pyogrio.raw import write

from satseg_core.errors import OutputError
from satseg_core.geopackages import STYLE
from satseg_core.legend import Legend
from satseg_core.style import CLASS_FIELD, qml
from satseg_core.vector.finish import Features

GEOMETRY_COLUMN = "geom"

_VERSION = "1.2"
"""Of the GeoPackage format: what QGIS 3.22's GDAL reads without a warning."""

_STYLE_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
    styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30),
    ui TEXT(30), update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)
"""


BATCH = 20_000
"""Polygons that are appended at once: each time GDAL opens the file and looks at it all over."""


@dataclass(frozen=True)
class Layer:
    """What a polygon layer is besides its rows.

    Attributes:
        name: of the layer.
        crs: as WKT, or None.
        on_ground: areas and perimeters are in m² and m, not in px.
        has_confidence: rows have a mean confidence.
        legend: names of the codes, and the style.
        metadata: what made it, by name.
    """

    name: str
    crs: str | None
    on_ground: bool
    has_confidence: bool
    legend: Legend
    metadata: Mapping[str, str]

    @property
    def area_field(self) -> str:
        """Name of the field with the areas."""
        return "area_m2" if self.on_ground else "area_px"

    def columns(self, rows: Features) -> dict[str, npt.NDArray[Any]]:
        """The fields of the layer with their values."""
        codes, place = np.unique(rows.codes, return_inverse=True)
        known = {land_class.code: land_class.name for land_class in self.legend}
        names = np.array([known.get(code, f"class {code}") for code in codes.tolist()], object)
        found = {"code": rows.codes.astype(np.int32), CLASS_FIELD: names[place], self.area_field: rows.areas}
        if self.on_ground:
            found["area_ha"] = rows.areas / 1e4
        found["perimeter_m" if self.on_ground else "perimeter_px"] = rows.perimeters
        if self.has_confidence:
            found["confidence"] = rows.confidence
        return found


def write_geopackage(path: Path, layer: Layer, features: Iterable[Features]) -> int:
    """Write a polygon layer and its style.

    Args:
        path: file to make; there must be none.
        layer: see `Layer`.
        features: the rows, some at a time; none at all gives an empty layer.

    Returns:
        How many polygons were written.

    Raises:
        OutputError: the file cannot be written.
    """
    count = 0
    try:
        for number, rows in enumerate(_batches(features)):
            append_rows(
                path, layer.name, layer.crs, rows.wkb, layer.columns(rows), is_new=number == 0, metadata=layer.metadata
            )
            count += len(rows)
        _write_style(path, layer.name, layer.legend)
    except (RuntimeError, sqlite3.Error, OSError) as error:  # pyogrio's errors are RuntimeErrors
        raise OutputError(f"Cannot write the polygons to {path} ({error}); check the disk's free space.") from error
    return count


def _batches(features: Iterable[Features]) -> Iterator[Features]:
    """Rows gathered to `BATCH` at least; one batch at least, be it empty: it makes the layer."""
    parts = [Features.none()]
    for rows in filter(len, features):
        parts.append(rows)
        if sum(map(len, parts)) >= BATCH:
            yield Features.joined(parts)
            parts = []
    if parts:
        yield Features.joined(parts)


def append_rows(
    path: Path,
    layer: str,
    crs: str | None,
    wkb: npt.NDArray[np.object_],
    columns: Mapping[str, npt.NDArray[Any]],
    geometry_type: str = "Polygon",
    is_new: bool = True,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write rows into a layer.

    Args:
        path: of the GeoPackage.
        layer: its name.
        crs: as WKT, or None.
        wkb: geometries.
        columns: values by field.
        geometry_type: GDAL's name of it.
        is_new: make the file and the layer.
        metadata: of a new layer.

    Raises:
        RuntimeError: the file cannot be written; pyogrio's errors are RuntimeErrors.
    """
    with no_crs_warning():
        write(
            path,
            geometry=wkb,
            field_data=list(columns.values()),
            fields=list(columns),
            layer=layer,
            driver="GPKG",
            geometry_type=geometry_type,
            crs=crs,
            append=not is_new,
            dataset_options={"VERSION": _VERSION} if is_new else None,
            layer_options={"GEOMETRY_NAME": GEOMETRY_COLUMN} if is_new else None,
            layer_metadata=dict(metadata) if is_new and metadata else None,
        )


@contextmanager
def no_crs_warning() -> Iterator[None]:
    """Keep pyogrio from warning of maps that have no CRS: some have none."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided")
        yield


def _write_style(path: Path, layer: str, legend: Legend) -> None:
    """Store the style as QGIS itself stores the default style of a layer inside a GeoPackage."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_STYLE_TABLE)
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', '')"
        )
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
            " styleQML, styleSLD, useAsDefault, description, owner) VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '')",
            (layer, GEOMETRY_COLUMN, STYLE[0], qml(legend), STYLE[1]),
        )
