"""Small rasters, labels and polygons for the tests of reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
import rasterio
import shapely
from affine import Affine
from pyproj import Transformer

from satseg_core.legend import LAND_COVER
from training.config import Augmentation, DataConfig, ScheduleConfig, SourceConfig, TrainingConfig
from training.data.scenes import Scene, find_scenes

UTM, WEB = "EPSG:32633", "EPSG:3857"
CORNER = (500_000.0, 5_400_000.0)
"""Upper left corner of what is made, in `UTM`."""

NONE = Augmentation(scale=(1.0, 1.0), turn=False, brightness=0, gain=0, contrast=0, saturation=0, gamma=0)
"""No augmentation."""


def placed(pixel: float = 1.0) -> Affine:
    """A north-up grid at `CORNER` with px of so many m."""
    return Affine(pixel, 0, CORNER[0], 0, -pixel, CORNER[1])


def write(
    path: Path, array: npt.NDArray[Any], transform: Affine | None = None, crs: str | None = UTM, **more: Any
) -> Path:
    """A GeoTIFF or PNG of ``(H, W)`` or ``(H, W, B)``; without a transform it has no georeference."""
    bands = array[None] if array.ndim == 2 else array.transpose(2, 0, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = {"driver": "GTiff", "count": bands.shape[0], "height": bands.shape[1], "width": bands.shape[2]}
    where = {"transform": transform, "crs": crs} if transform is not None else {}
    with rasterio.open(path, "w", **profile, dtype=bands.dtype, **where, **more) as dataset:
        dataset.write(bands)
    return path


def write_polygons(
    path: Path, boxes: Sequence[tuple[float, float, float, float]], values: Sequence[Any], crs: str = UTM, **more: Any
) -> Path:
    """Boxes, given as left, top, right and bottom in m from `CORNER`, in any CRS, with an attribute ``kind``."""
    x, y = CORNER
    shapes = [shapely.box(x + left, y - bottom, x + right, y - top) for left, top, right, bottom in boxes]
    move = Transformer.from_crs(UTM, crs, always_xy=True)
    moved = shapely.transform(np.array(shapes, object), lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1])))
    pyogrio.raw.write(
        path, shapely.to_wkb(moved), [np.array(values)], ["kind"], geometry_type="Polygon", crs=crs, **more
    )
    return path


def blocks(size: int = 90, side: int = 9, seed: int = 0) -> npt.NDArray[np.uint8]:
    """Codes 0 to 5 in random blocks."""
    codes = np.random.default_rng(seed).integers(0, 6, (size // side, size // side))
    return codes.repeat(side, 0).repeat(side, 1).astype(np.uint8)


def image_of(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """An image that tells the code of each px: 40 times it, in all bands."""
    return np.stack([codes * 40] * 3, axis=-1).astype(np.uint8)


def one_scene(folder: Path, classes: Mapping[str, str] | None = None, **settings: Any) -> Scene:
    """The scene ``folder/a.tif``, labelled by ``folder/a_label.tif`` unless told otherwise."""
    usual = {"labels": "" if "whole" in settings else str(folder / "{id}_label.tif")}
    source = SourceConfig("made", str(folder / "*.tif"), only=("a",), classes=classes or {}, **{**usual, **settings})
    (scene,) = find_scenes(DataConfig((source,)), LAND_COVER)
    return scene


def config_for(
    sources: Sequence[SourceConfig], crop: int = 32, augmentation: Augmentation = NONE, **data: Any
) -> TrainingConfig:
    """A run over some sets at 1 m a px."""
    settings = DataConfig(tuple(sources), **{"pixel_size": 1.0, "balanced": 0.0, **data})
    return TrainingConfig("out", settings, augmentation=augmentation, schedule=ScheduleConfig(crop=crop, steps=200))
