"""A tile index over maps that GDAL 3.9 and later opens as one raster (GTI)."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from affine import Affine
from pyogrio.raw import write
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from satseg_core.companions import Role, companions
from satseg_core.geopackages import MARK
from satseg_core.many.folder import Folder
from satseg_core.many.footprint import corners
from satseg_core.version import __version__

MOSAIC = "mosaic.gti.gpkg"
"""Name of the index: a GeoPackage, as rasterio's GDAL reads no FlatGeobuf. GDAL knows it by ``.gti.gpkg``."""

_POINTS = 8


@dataclass(frozen=True)
class _Tile:
    """A map in the index."""

    location: str
    crs: str
    transform: Affine
    shape: tuple[int, int]
    time: str

    @property
    def pixel_size(self) -> tuple[float, float]:
        t = self.transform
        return (math.hypot(t.a, t.d), math.hypot(t.b, t.e))


def write_mosaic(items: Mapping[str, Mapping[str, Any]], folder: Folder) -> str | None:
    """Write the index over the maps of items; it has the CRS that most of them have, and their finest pixels.

    GDAL brings maps of other CRSs to it as they are read, each px from the nearest. Where maps overlap, the latest is
    on top. Maps without a CRS are left out.

    Args:
        items: by the names of their scenes.
        folder: that they are in.

    Returns:
        Address of the index; None if no map has a CRS.

    Raises:
        OutputError: it cannot be written.
    """
    tiles = [tile for name in sorted(items) if (tile := _tile(items[name], name)) is not None]
    if not tiles:
        folder.remove(MOSAIC)
        return None
    crs = Counter(tile.crs for tile in tiles).most_common(1)[0][0]
    placed = [(tile, outline) for tile in tiles if (outline := _outline(tile, crs)) is not None]
    across, down = (min(tile.pixel_size[axis] for tile in tiles if tile.crs == crs) for axis in (0, 1))
    with tempfile.TemporaryDirectory(prefix="satseg-") as scratch:
        local = Path(scratch) / MOSAIC
        write(
            str(local),
            np.array(shapely.to_wkb([outline for _, outline in placed]), object),
            [np.array([getattr(tile, name) for tile, _ in placed], object) for name in ("location", "time")],
            ["location", "datetime"],
            layer="mosaic",
            driver="GPKG",
            geometry_type="Polygon",
            crs=crs,
            layer_metadata={
                "LOCATION_FIELD": "location",
                "SORT_FIELD": "datetime",
                "SORT_FIELD_ASC": "YES",
                "RESX": repr(across),
                "RESY": repr(down),
                "RESAMPLING": "NEAREST",
                MARK: __version__,
            },
        )
        _remove_parts(folder)
        folder.put(local, MOSAIC)
    return folder.address(MOSAIC)


def _remove_parts(folder: Folder) -> None:
    """Remove what is read with the index and belongs to an earlier one, such as overviews of the maps of then."""
    for companion in companions(MOSAIC, folder.beginning_with(MOSAIC)):
        if companion.role is Role.PART:
            folder.remove(companion.name)


def _tile(item: Mapping[str, Any], name: str) -> _Tile | None:
    properties = item["properties"]
    crs = properties.get("proj:code") or properties.get("proj:wkt2")
    if not crs:
        return None
    inside = name.rpartition("/")[0]
    location = str(item["assets"]["map"]["href"]).removeprefix("./")
    height, width = properties["proj:shape"]
    time = properties.get("datetime") or properties.get("start_datetime") or ""
    return _Tile(
        location=f"{inside}/{location}" if inside else location,
        crs=str(crs),
        transform=Affine(*properties["proj:transform"]),
        shape=(int(height), int(width)),
        time=str(time),
    )


def _outline(tile: _Tile, crs: str) -> Any | None:
    """The outline of a map in the CRS of the index: its bounds there; None where there is no way."""
    same = tile.crs == crs
    points = corners(tile.transform, tile.shape, 1 if same else _POINTS)
    if not same:
        try:
            way = _way(tile.crs, crs)
            points = np.stack(way.transform(points[:, 0], points[:, 1], errcheck=True), axis=1)
        except ProjError:
            return None
    if not np.isfinite(points).all():
        return None
    return shapely.box(*points.min(axis=0), *points.max(axis=0))


@lru_cache(maxsize=100)
def _way(source: str, target: str) -> Transformer:
    return Transformer.from_crs(CRS.from_user_input(source), CRS.from_user_input(target), always_xy=True)
