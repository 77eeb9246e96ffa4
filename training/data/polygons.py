"""Reading labels from polygons of any CRS, drawn onto an image's grid."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
import shapely
from affine import Affine
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio.features import rasterize

from training.data.codes import IGNORE, Codes, DataError, LabelTable
from training.data.labels import Grid
from training.data.resize import Box


def read_polygons(path: Path, attribute: str, table: LabelTable, grid: Grid, box: Box, shape: tuple[int, int]) -> Codes:
    """Codes of a part of an image from polygons; where none lies is `IGNORE`, later ones lie over earlier ones.

    Args:
        path: a vector file; only the polygons near the box are read.
        attribute: that holds the label.
        table: what its values mean.
        grid: of the image.
        box: the part, in the image's px, inside it.
        shape: rows and columns of the result; a px has the class of the polygon over its centre.

    Returns:
        ``(h, w) uint8``.

    Raises:
        DataError: the file cannot be read, has no such attribute, or cannot be laid over the image.
    """
    transform = grid.resized(box, shape)
    to_image = _transformer(path, grid)
    meta, _, wkb, columns = _read_near(path, attribute, _bounds(transform, shape, to_image))
    if attribute not in meta["fields"]:
        raise DataError(f"The polygons of {path} have no attribute {attribute!r}; correct data.sources.attribute.")
    pairs = []
    for geometry, value in zip(_placed(shapely.from_wkb(wkb), to_image), columns[0]):
        code = table.from_attribute(value)
        if geometry is not None and not geometry.is_empty and geometry.geom_type.endswith("Polygon"):
            pairs.append((geometry, code))
    if not pairs:
        return np.full(shape, IGNORE, np.uint8)
    return np.asarray(rasterize(pairs, out_shape=shape, transform=transform, fill=IGNORE, dtype="uint8"))


def _read_near(path: Path, attribute: str, bounds: tuple[float, ...]) -> Any:
    try:
        return pyogrio.raw.read(path, layer=_layer(path)[0], columns=[attribute], bbox=bounds)
    except (pyogrio.errors.DataSourceError, RuntimeError) as error:
        raise DataError(f"The polygons {path} cannot be read to their end; check the file. ({error})") from error


@lru_cache(maxsize=64)
def _layer(path: Path) -> tuple[str, str]:
    """Name and CRS of the first layer with geometries: GeoPackages hold tables of styles, too."""
    try:
        name = next((str(name) for name, kind in pyogrio.list_layers(path) if kind), None)
        if name is not None:
            return name, str(pyogrio.read_info(path, layer=name)["crs"] or "")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise DataError(f"The polygons {path} cannot be read as a vector file; check the file. ({error})") from error
    raise DataError(f"The file {path} has no layer with polygons; choose another one for data.sources.labels.")


def _transformer(path: Path, grid: Grid) -> Transformer | None:
    """From the polygons' CRS to the image's; None where they are the same or both have none."""
    crs = _layer(path)[1]
    if bool(crs) != bool(grid.crs):
        which = "image" if crs else "file of polygons"
        raise DataError(f"The polygons {path} cannot be laid over their image: the {which} has no CRS; assign one.")
    return _between(crs, grid.crs, path) if crs else None


@lru_cache(maxsize=64)
def _between(polygons: str, image: str, path: Path) -> Transformer | None:
    """Making a transformer takes longer than reading the polygons around a crop."""
    first, second = CRS.from_user_input(polygons), CRS.from_wkt(image)
    try:
        return None if first == second else Transformer.from_crs(first, second, always_xy=True)
    except ProjError as error:
        raise DataError(f"The CRS of {path} cannot be transformed to its image's; reproject the polygons.") from error


def _bounds(transform: Affine, shape: tuple[int, int], to_image: Transformer | None) -> tuple[float, ...]:
    """xmin, ymin, xmax, ymax of a grid in the polygons' CRS."""
    corners = [transform * corner for corner in ((0, 0), (shape[1], 0), (0, shape[0]), (shape[1], shape[0]))]
    xs, ys = zip(*corners)
    bounds = (min(xs), min(ys), max(xs), max(ys))
    if to_image is None:
        return bounds
    return tuple(to_image.transform_bounds(*bounds, direction="INVERSE"))


def _placed(geometries: npt.NDArray[Any], to_image: Transformer | None) -> Sequence[Any]:
    if to_image is None:
        return list(geometries)

    def move(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(to_image.transform(points[:, 0], points[:, 1]))

    return list(shapely.transform(geometries, move))
