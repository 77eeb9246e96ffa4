"""Polygons in GeoJSON that GDAL has cut at the antimeridian: what is left of the cut besides polygons goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.polygon import orient

_CUT = ('"MultiPolygon"', '"GeometryCollection"')
"""What only polygons become that the antimeridian cuts."""


def mend_cuts(path: Path) -> None:
    """Leave nothing but valid polygons of those that were cut.

    Where a corner of a px touches the antimeridian GDAL leaves lines and points, and where an edge almost lies on it
    slivers whose corners all have the same coordinates.

    Args:
        path: GeoJSON as GDAL writes it, one feature a line; it is written anew where there are such polygons.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open(encoding="utf-8") as lines:
        if not any(_is_cut(line) for line in lines):
            return
    mended = path.with_name(f"{path.name}.mended")
    try:
        with path.open(encoding="utf-8") as lines, mended.open("w", encoding="utf-8", newline="\n") as target:
            target.writelines(_mended(lines))
        mended.replace(path)
    finally:
        mended.unlink(missing_ok=True)


def _is_cut(line: str) -> bool:
    return any(kind in line for kind in _CUT)


def _mended(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        text = line.rstrip().rstrip(",")
        if not _is_cut(line) or not text.endswith("}"):
            yield line
            continue
        feature: dict[str, Any] = json.loads(text)
        feature["geometry"] = _polygons_of(feature["geometry"])
        yield json.dumps(feature, ensure_ascii=False) + line[len(text) :]


def _polygons_of(geometry: dict[str, Any]) -> dict[str, Any]:
    """A polygon or several, without what has no area."""
    parts = shapely.get_parts(shapely.get_parts(shape(geometry)))
    valid = shapely.get_parts(shapely.get_parts(shapely.make_valid(parts)))
    kept = valid[(shapely.get_type_id(valid) == shapely.GeometryType.POLYGON) & (shapely.area(valid) > 0)]
    if not len(kept):
        return geometry
    wound = [orient(polygon) for polygon in kept]  # as RFC 7946 wants it
    return dict(mapping(wound[0] if len(wound) == 1 else shapely.multipolygons(wound)))
