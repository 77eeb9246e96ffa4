"""How well polygons of another datum are brought to a raster: PROJ takes what it has, and says nothing.

The best way between two datums is often a grid of shifts in a file of its own, and pyproj comes without any of these.
Without its grid PROJ takes a way that is off by metres, or takes longitudes and latitudes of the one datum for those of
the other (a ballpark), which is off by up to some hundred metres.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest as Around
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup

_BALLPARK = 300.0
"""M that longitudes and latitudes are off by, at the most and roughly, if another datum is not minded."""

_BETTER = 0.5
"""A way is better if it is off by less than this part of what another is off by."""

_NEAR = 0.01
"""Degrees around a place within which ways are looked for."""


class Layer(NamedTuple):
    """Polygons, as they are called in sentences.

    Attributes:
        path: of their file.
        what: the user calls them: ``mask``, ``zones``.
        crs: theirs.
    """

    path: str
    what: str
    crs: CRS


def shift_doubt(layer: Layer, crs: CRS, used: Transformer, place: tuple[float, float], pixel: float) -> str | None:
    """One sentence if polygons may be off by more than a px, and a better way is known; None otherwise.

    Args:
        layer: the polygons.
        crs: of the raster.
        used: the way between the two that has just been gone at ``place``.
        place: of the raster in its CRS.
        pixel: size of the raster's px, m.
    """
    try:
        operation = used.get_last_used_operation()
        ballpark = "Ballpark geographic offset" in operation.description
        off = _BALLPARK if ballpark else float(operation.accuracy)
        if off <= pixel:
            return None
        missing = _missing_grids(layer.crs, crs, place, off * _BETTER)
    except ProjError:
        return None
    start = f"The {layer.what} of {layer.path} may be off by "
    start += "up to some hundred metres" if ballpark else f"{off:g} m"
    if missing:
        commands = " and ".join(f"'python -m pyproj sync --file {name}'" for name in missing)
        files, it = ("the file", "it") if len(missing) == 1 else ("the files", "them")
        return (
            f"{start}, for PROJ lacks {files} of the best way from {_datum(layer.crs)} to {_datum(crs)}: install {it}"
            f" with {commands}, or reproject the layer in QGIS, which offers {it}."
        )
    if ballpark and _are_unlike(layer.crs, crs):
        return (
            f"{start}, for no way from its datum ({_datum(layer.crs)}) to the raster's ({_datum(crs)}) is known;"
            f" name its CRS with --{layer.what}-crs."
        )
    return None


def _missing_grids(theirs: CRS, ours: CRS, place: tuple[float, float], off: float) -> Sequence[str]:
    """The files that the best way lacks, at a place; none if there is no way that is off by no more than ``off`` m."""
    geographic = ours.geodetic_crs
    if geographic is None:
        return ()
    lon, lat = Transformer.from_crs(ours, geographic.to_2d(), always_xy=True).transform(*place, errcheck=True)
    lon = (lon + 180) % 360 - 180
    around = Around(*(max(lon - _NEAR, -180), max(lat - _NEAR, -90), min(lon + _NEAR, 180), min(lat + _NEAR, 90)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pyproj, on what is told here
        group = TransformerGroup(theirs, ours, always_xy=True, area_of_interest=around)  # type: ignore[arg-type] # its stub's
    ways = [way for way in group.unavailable_operations if 0 <= way.accuracy <= off]
    return _files(min(ways, key=lambda way: (way.accuracy, len(_files(way))))) if ways else ()


def _files(way: Any) -> Sequence[str]:
    return [grid.short_name for grid in way.grids if not grid.available]


def _datum(crs: CRS) -> str:
    return str(crs.geodetic_crs.name if crs.geodetic_crs else crs.name)


def _are_unlike(one: CRS, other: CRS) -> bool:
    """Whether two datums truly differ, by their ellipsoids: spheres are meant for whatever lies on them."""
    ellipsoids = [crs.ellipsoid for crs in (one, other)]
    if any(ellipsoid is None or not ellipsoid.inverse_flattening for ellipsoid in ellipsoids):
        return False
    radii = [ellipsoid.semi_major_metre for ellipsoid in ellipsoids if ellipsoid]
    return abs(radii[0] - radii[1]) > 1
