"""Polygons of vector files: masks and zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from satseg_core.errors import UsageError
from satseg_core.raster.field_text import decoded, is_told
from satseg_core.raster.polygon_layer import PolygonLayer
from satseg_core.raster.projecting import check_crs
from satseg_core.raster.shapes import are_polygons, clean, read_shapes
from satseg_core.raster.whereabouts import check_degrees
from satseg_core.remote.names import gdal_name, is_elsewhere
from satseg_core.remote.patience import insist
from satseg_core.remote.patient import FRESH, is_hopeless
from satseg_core.remote.settings import gdal_settings

_LISTED = 10
"""So many numbers of features are named in a sentence."""

_UNDEFINED = ("Cartesian", "geographic")
"""Kinds of CRS that a GeoPackage may leave undefined: its numbers -1 and 0."""


@dataclass(frozen=True)
class Polygons:
    """Polygons of a file.

    Attributes:
        shapes: valid, ``(n,)``.
        crs: theirs, in any form that PROJ reads, or None.
        numbers: their places in the layer, from 1 on, ``(n,)``.
        fields: values by the name of their field, ``(n,)`` each; NaN, NaT and None where there is none.
        kinds: what the fields are of by the file, ``int64`` and the like: those with gaps are read as floats.
        warnings: sentences on what was assumed.
        guessed: fields whose texts the file does not say the encoding of, and bytes do not tell.
    """

    shapes: NDArray[Any]
    crs: str | None
    numbers: NDArray[np.intp]
    fields: dict[str, NDArray[Any]]
    kinds: dict[str, str]
    warnings: tuple[str, ...] = field(default=())
    guessed: frozenset[str] = frozenset()


def read_polygons(place: str | Path | PolygonLayer, crs: Any, what: str, with_fields: bool = False) -> Polygons:
    """The polygons of a layer of a file: the one that is named, or else the first with polygons.

    Args:
        place: the vector file, or a layer of it.
        crs: rasterio's, of the raster that they are to be laid over, or None.
        what: the user calls them: ``mask``, ``zones``.
        with_fields: read the fields, too.

    Raises:
        UsageError: the file cannot be read, has no such layer or no polygons, or one of the two has a CRS and the
            other has none.
        RasterError: there is no way from one CRS to the other.
    """
    asked = place if isinstance(place, PolygonLayer) else PolygonLayer.of(str(place), what)
    path, elsewhere = asked.file, is_elsewhere(asked.file)
    if not elsewhere and not Path(path).exists():
        raise UsageError(f"There is no {what} file {path}; check the name.")
    try:
        found = _read_elsewhere(asked, with_fields) if elsewhere else _read(path, asked, with_fields)
    except UnicodeError as error:
        raise UsageError(
            f"{path} holds texts that are not encoded as it says; set its encoding right (of a Shapefile it is in the"
            " file with the ending .cpg), or save it as GeoPackage."
        ) from error
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError) as error:
        raise UsageError(
            f"{path} cannot be read as a vector file; give polygons in GeoPackage or Shapefile."
        ) from error
    info, _, wkb, columns = found.content
    geometries = read_shapes(wkb)
    if not are_polygons(geometries).any():
        raise UsageError(f"{asked} has no polygons; a {what.rstrip('s')} needs at least one.")
    own_crs = asked.crs_of(_said(info["crs"]))
    check_crs(own_crs, crs, path, what)
    shapes = clean(geometries)
    good = np.array([shape is not None for shape in shapes])
    if not good.any():
        raise UsageError(f"{asked} has no polygon with an area; a {what.rstrip('s')} needs at least one.")
    check_degrees(own_crs, shapely.total_bounds(shapes[good]), str(asked), what)
    encoding = None if not elsewhere and is_told(path) else info.get("encoding")
    names, columns, guessed = decoded([str(name) for name in info["fields"]], columns, encoding)
    fields = {name: column[good] for name, column in zip(names, columns)}
    doubts = (*_doubts(asked, found), *_left_out(asked, good))
    kinds = dict(zip(names, map(str, info["dtypes"])))
    return Polygons(shapes[good], own_crs, np.flatnonzero(good) + 1, fields, kinds, doubts, guessed)


def _said(crs: str | None) -> str | None:
    """What a file says its CRS is; GeoPackages have words for not saying it, and GDAL has CRSs for the words."""
    return None if crs is not None and any(f'"Undefined {kind} SRS"' in crs for kind in _UNDEFINED) else crs


def _left_out(asked: PolygonLayer, good: NDArray[np.bool_]) -> tuple[str, ...]:
    """A sentence on features without a polygon, if there are any."""
    if good.all():
        return ()
    count, numbers = int((~good).sum()), [str(number + 1) for number in np.flatnonzero(~good)[:_LISTED]]
    listing = ", ".join(numbers) + (", \u2026" if count > _LISTED else "")
    return (f"{count} of {len(good)} features of {asked} have no polygon with an area and are left out: {listing}.",)


@dataclass(frozen=True)
class _Found:
    """What pyogrio gives of a layer, its name or number, and names of the other layers with polygons."""

    content: Any
    layer: str | int
    others: tuple[str, ...] = ()


def _doubts(asked: PolygonLayer, found: _Found) -> tuple[str, ...]:
    if not found.others:
        return ()
    several = f"{asked.file} has several layers with polygons; {found.layer} was taken"
    return (f"{several}, not {', '.join(found.others)}: name one with --{asked.what}-layer.",)


def _read(path: str, asked: PolygonLayer, with_fields: bool) -> _Found:
    """The layer that is named, or else the first with polygons; GeoPackages hold tables of styles, too."""
    columns: list[str] | None = None if with_fields else []
    layers = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
    if asked.layer is not None:
        layer = _named(asked, [name for name, _ in layers])
        return _Found(pyogrio.raw.read(path, layer=layer, columns=columns), layer)
    spatial = [(name, kind) for name, kind in layers if kind]
    if len(spatial) > 1:
        spatial = [pair for pair in spatial if _has_polygons(path, *pair)] or spatial
    if not spatial:
        return _Found(pyogrio.raw.read(path, layer=0 if layers else None, columns=columns), 0)
    first, *others = [name for name, _ in spatial]
    if not _may_be_polygons(spatial[0][1]):
        others = []
    return _Found(pyogrio.raw.read(path, layer=first, columns=columns), first, tuple(others))


def _named(asked: PolygonLayer, names: Sequence[str]) -> str | int:
    """The name, or the number, of the layer that is asked for.

    Raises:
        UsageError: there is none.
    """
    layer = asked.layer
    if isinstance(layer, int) and layer < len(names):
        return layer
    for same in (str.__eq__, lambda one, other: one.lower() == other.lower()):
        found = [name for name in names if same(name, str(layer))]
        if found:
            return found[0]
    listing = ", ".join(names) or "none"
    raise UsageError(f"{asked.file} has no layer {layer}; it has {listing}.")


def _may_be_polygons(kind: str) -> bool:
    return any(word in kind for word in ("Polygon", "Surface")) or _is_vague(kind)


def _is_vague(kind: str) -> bool:
    """Whether only the features of a layer tell what they are."""
    return kind.startswith(("Unknown", "GeometryCollection"))


def _has_polygons(path: str, layer: str, kind: str) -> bool:
    """Whether a layer has polygons, by its type or, where that says nothing, by its features."""
    if not _may_be_polygons(kind):
        return False
    if not _is_vague(kind):
        return bool(pyogrio.read_info(path, layer=layer)["features"])
    wkb = pyogrio.raw.read(path, layer=layer, columns=[])[2]
    return bool(are_polygons(read_shapes(wkb)).any())


def _read_elsewhere(asked: PolygonLayer, with_fields: bool) -> _Found:
    """The same from a server; pyogrio has a GDAL of its own, with settings of its own."""
    name = asked.file
    pyogrio.set_gdal_config_options({**gdal_settings(name), "CPL_VSIL_CURL_NON_CACHED": FRESH})
    return insist(lambda: _read(gdal_name(name), asked, with_fields), is_hopeless, errors=(RuntimeError,))
