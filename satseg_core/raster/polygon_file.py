"""Polygons of vector files: masks and zones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from satseg_core.errors import UsageError
from satseg_core.raster.projecting import to_crs
from satseg_core.remote.names import gdal_name, is_elsewhere
from satseg_core.remote.patience import insist
from satseg_core.remote.patient import FRESH, is_hopeless
from satseg_core.remote.settings import gdal_settings


@dataclass(frozen=True)
class Polygons:
    """Polygons of a file.

    Attributes:
        shapes: valid, in the CRS that was asked for, ``(n,)``.
        fields: values by the name of their field, ``(n,)`` each.
    """

    shapes: NDArray[Any]
    fields: dict[str, NDArray[Any]]


def read_polygons(path: str | Path, crs: Any, what: str, with_fields: bool = False) -> Polygons:
    """The polygons of the first layer of a file that has any.

    Args:
        path: the vector file.
        crs: rasterio's, of the raster that they are laid over, or None.
        what: the user calls them: ``mask``, ``zones``.
        with_fields: read the fields, too.

    Raises:
        UsageError: the file cannot be read, has no polygons, or one of the two has a CRS and the other has none.
        RasterError: there is no way from one CRS to the other.
    """
    elsewhere = is_elsewhere(str(path))
    if not elsewhere and not Path(path).exists():
        raise UsageError(f"There is no {what} file {path}; check the name.")
    try:
        info, _, wkb, columns = _read_elsewhere(str(path), with_fields) if elsewhere else _read(path, with_fields)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError) as error:
        raise UsageError(
            f"{path} cannot be read as a vector file; give polygons in GeoPackage or Shapefile."
        ) from error
    geometries = shapely.from_wkb(wkb) if wkb is not None else np.empty(0, object)
    good = [g is not None and not g.is_empty and g.geom_type.endswith("Polygon") for g in geometries]
    if not any(good):
        raise UsageError(f"{path} has no polygons; a {what.rstrip('s')} needs at least one.")
    shapes = to_crs(shapely.make_valid(geometries[good]), info["crs"], crs, path, what)
    return Polygons(shapes, {str(name): column[good] for name, column in zip(info["fields"], columns)})


def _read(path: str | Path, with_fields: bool) -> Any:
    """What pyogrio gives of the first layer with geometries: GeoPackages hold tables of styles too."""
    layer = next((name for name, kind in pyogrio.list_layers(path) if kind), None)
    return pyogrio.raw.read(path, layer=layer, columns=None if with_fields else [])


def _read_elsewhere(name: str, with_fields: bool) -> Any:
    """The same from a server; pyogrio has a GDAL of its own, with settings of its own."""
    pyogrio.set_gdal_config_options({**gdal_settings(name), "CPL_VSIL_CURL_NON_CACHED": FRESH})
    return insist(lambda: _read(gdal_name(name), with_fields), is_hopeless, errors=(RuntimeError,))
