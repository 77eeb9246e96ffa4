"""Zones with the areas of their classes, as a GeoPackage."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely

from satseg_core.errors import OutputError
from satseg_core.geopackages import MARK
from satseg_core.legend import Legend
from satseg_core.raster.labels import open_classified
from satseg_core.raster.zones import Zone
from satseg_core.vector.geopackage import append_rows
from satseg_core.version import __version__


def write_zones(path: Path, labels: Path, zones: Sequence[Zone], legend: Legend) -> None:
    """Write zones in the map's CRS, with a field for each class: m², or px where there is no ground.

    Args:
        path: file to make; there must be none.
        labels: the map.
        zones: what was measured on it.
        legend: of the map.

    Raises:
        OutputError: the file cannot be written.
    """
    with open_classified(labels) as dataset:
        crs = dataset.crs.to_wkt() if dataset.crs else None
    unit = "m2" if all(zone.area_m2 for zone in zones) else "px"
    sizes = np.array([zone.area_m2 if unit == "m2" else zone.pixels for zone in zones], float)
    columns = {"zone": np.array([zone.name for zone in zones], object)}
    for place, land_class in enumerate(legend):
        columns[f"{_field(land_class.name)}_{unit}"] = sizes[:, place]
    kinds = {zone.geometry.geom_type for zone in zones}
    wkb = shapely.to_wkb(np.array([_multi(zone.geometry) for zone in zones], object))
    kind = "MultiPolygon" if kinds <= {"Polygon", "MultiPolygon"} else "Unknown"
    try:
        append_rows(path, path.stem, crs, wkb, columns, kind, metadata={MARK: __version__})
    except RuntimeError as error:  # pyogrio's errors are RuntimeErrors
        raise OutputError(f"Cannot write the zones to {path} ({error}); check the disk's free space.") from error


def _multi(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.multipolygons([geometry]) if geometry.geom_type == "Polygon" else geometry


def _field(name: str) -> str:
    """A name of a class as that of a field: letters, digits and underscores."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"\W+", "_", plain).strip("_").lower() or "class"
