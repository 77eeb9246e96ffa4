"""Zones with the areas of their classes, as a GeoPackage."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely

from satseg_core.errors import OutputError
from satseg_core.geopackages import MARK
from satseg_core.legend import Legend
from satseg_core.raster.zones import Zone
from satseg_core.vector.geopackage import append_rows
from satseg_core.version import __version__

_WORDS = {
    ">": " over ",
    "<": " under ",
    "\u2265": " from ",
    "\u2264": " up to ",
    "=": " equal ",
    "%": " percent ",
    "+": " plus ",
    "&": " and ",
}
"""Signs that tell classes apart, in words."""


def write_zones(path: Path, zones: Sequence[Zone], legend: Legend) -> None:
    """Write zones in their own CRS, with a field for each class: m², or px where there is no ground.

    Args:
        path: file to make; there must be none.
        zones: what was measured on a map.
        legend: of the map.

    Raises:
        OutputError: the file cannot be written.
    """
    unit = "m2" if all(zone.area_m2 for zone in zones) else "px"
    sizes = np.array([zone.area_m2 if unit == "m2" else zone.pixels for zone in zones], float)
    columns = {"zone": np.array([zone.name for zone in zones], object)}
    for place, name in enumerate(field_names(legend)):
        columns[f"{name}_{unit}"] = sizes[:, place]
    wkb = shapely.to_wkb(np.array([_multi(zone.geometry) for zone in zones], object))
    try:
        append_rows(path, path.stem, zones[0].crs, wkb, columns, "MultiPolygon", metadata={MARK: __version__})
    except RuntimeError as error:  # pyogrio's errors are RuntimeErrors
        raise OutputError(f"Cannot write the zones to {path} ({error}); check the disk's free space.") from error


def _multi(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.multipolygons([geometry]) if geometry.geom_type == "Polygon" else geometry


def field_names(legend: Legend) -> list[str]:
    """A name of a field for each class, all different: its name in letters of any script, digits and underscores.

    Where two would be the same, each has its code behind; so a name does not depend on the order of the classes.
    """
    names = [_field(land_class.name) for land_class in legend]
    times = Counter(names)
    full = [
        name if name and times[name] == 1 else f"{name or 'class'}_{land_class.code}"
        for name, land_class in zip(names, legend)
    ]
    if len(set(full)) == len(full):
        return full
    return [f"{name or 'class'}_{land_class.code}" for name, land_class in zip(names, legend)]


def _field(name: str) -> str:
    """A name of a class as that of a field; empty where nothing of it can stand in one."""
    text = unicodedata.normalize("NFKC", name)
    spelt = "".join(_WORDS.get(sign, sign) for sign in text).lower()
    # Letters, the marks that belong to them, and numbers.
    kept = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in spelt)
    return "_".join(kept.split())
