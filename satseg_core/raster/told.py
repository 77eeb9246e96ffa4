"""A raster of codes of which somebody knows better than its file where it lies and which values are no data."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.enums import MaskFlags
from rasterio.io import DatasetReader

from satseg_core.raster.crs_text import read_crs
from satseg_core.raster.overrides import NO_OVERRIDES, Overrides


class _ToldReader(DatasetReader):  # type: ignore[misc]
    """Rasterio's reader, with another CRS and other values without data than the file's."""

    told: Overrides = NO_OVERRIDES

    @property
    def crs(self) -> CRS | None:
        return super().crs if self.told.crs is None else read_crs(self.told.crs)

    @property
    def nodata(self) -> float | None:
        """NaN where several values are without data: `read_masks` tells then, and None would mean that none is."""
        if not self.told.nodata:
            said: float | None = super().nodata
            return said
        return self.told.nodata[0] if len(self.told.nodata) == 1 else math.nan

    def read(self, *arguments: Any, masked: bool = False, **options: Any) -> Any:
        """Values; see rasterio."""
        if not (masked and self.told.nodata):
            return super().read(*arguments, masked=masked, **options)
        values = super().read(*arguments, **options)
        return np.ma.array(values, mask=self.read_masks(*arguments, **options) == 0)

    def read_masks(self, *arguments: Any, **options: Any) -> Any:
        """Zero where there is no data. A mask or an alpha band of the file's counts on, its nodata value does not."""
        if not self.told.nodata:
            return super().read_masks(*arguments, **options)
        values = self.read(*arguments, **options)
        without = np.isin(values, np.array(self.told.nodata, float))
        if any(MaskFlags.per_dataset in flags for flags in self.mask_flag_enums):
            without |= super().read_masks(*arguments, **options) == 0
        return np.where(without, 0, 255).astype(np.uint8)


def open_told(path: str | Path, told: Overrides = NO_OVERRIDES) -> DatasetReader:
    """Open a raster on this machine, for reading at its own size.

    Args:
        path: of the file, or GDAL's name of a raster in a file.
        told: its CRS, and the values that are no data; as many as there are, for each of its bands alike.

    Raises:
        RasterioIOError: it cannot be opened.
        UsageError: PROJ does not know the CRS.
    """
    if told == NO_OVERRIDES:
        return rasterio.open(path)
    if told.crs is not None:
        read_crs(told.crs)
    with rasterio.Env():
        dataset = _ToldReader(str(path))
    dataset.told = told
    return dataset


def told_of(dataset: DatasetReader) -> Overrides:
    """What is told of a raster that `open_told` has opened, or another one."""
    return dataset.told if isinstance(dataset, _ToldReader) else NO_OVERRIDES
