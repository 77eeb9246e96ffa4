"""Polygons into a GeoPackage that carries its own style."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from pyogrio.raw import write

from satseg_core.errors import OutputError
from satseg_core.legend import Legend
from satseg_core.style import CLASS_FIELD, qml

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


@dataclass(frozen=True)
class Features:
    """Some rows of the polygon layer.

    Attributes:
        geometries: shapely polygons, ``(n,)``, in the layer's CRS.
        codes: class codes, ``(n,) uint8``.
        areas: ``(n,) float64``, m² (or px without CRS); NaN becomes NULL.
    """

    geometries: npt.NDArray[np.object_]
    codes: npt.NDArray[np.uint8]
    areas: npt.NDArray[np.float64]


def write_geopackage(
    path: Path, layer: str, crs: str | None, area_field: str, features: Iterator[Features], legend: Legend
) -> int:
    """Write a polygon layer and its style.

    Args:
        path: file to make; there must be none.
        layer: name of the layer.
        crs: as WKT, or None.
        area_field: name of the field that holds ``areas``.
        features: the rows, some at a time; none at all gives an empty layer.
        legend: names of the codes, and the style.

    Returns:
        How many polygons were written.

    Raises:
        OutputError: the file cannot be written.
    """
    names = np.array([f"class {code}" for code in range(256)], object)
    for land_class in legend:
        names[land_class.code] = land_class.name
    count = 0
    try:
        for batch in _at_least_one(features):
            _append(path, layer, crs, area_field, batch, names, is_new=count == 0 and not path.exists())
            count += len(batch.codes)
        _write_style(path, layer, legend)
    except (RuntimeError, sqlite3.Error, OSError) as error:  # pyogrio's errors are RuntimeErrors
        raise OutputError(f"Cannot write the polygons to {path} ({error}); check the disk's free space.") from error
    return count


def _at_least_one(features: Iterator[Features]) -> Iterator[Features]:
    """The batches that have rows, and an empty one first, which makes the layer."""
    yield Features(np.empty(0, object), np.empty(0, np.uint8), np.empty(0))
    yield from (batch for batch in features if len(batch.codes))


def _append(
    path: Path,
    layer: str,
    crs: str | None,
    area_field: str,
    batch: Features,
    names: npt.NDArray[np.object_],
    is_new: bool,
) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided")
        write(
            path,
            geometry=shapely.to_wkb(batch.geometries),
            field_data=[batch.codes.astype(np.int32), names[batch.codes], batch.areas],
            fields=["code", CLASS_FIELD, area_field],
            layer=layer,
            driver="GPKG",
            geometry_type="Polygon",
            crs=crs,
            append=not is_new,
            dataset_options={"VERSION": _VERSION} if is_new else None,
            layer_options={"GEOMETRY_NAME": GEOMETRY_COLUMN} if is_new else None,
        )


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
            (layer, GEOMETRY_COLUMN, "land cover", qml(legend), "The legend's colours"),
        )
