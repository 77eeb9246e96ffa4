"""Small rasters for the tests, made as they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest
import rasterio
from hypothesis import settings
from rasterio.transform import from_origin

# A busy machine is no failure.
settings.register_profile("satseg", deadline=None)
settings.load_profile("satseg")

UTM = {"crs": "EPSG:32633", "transform": from_origin(500_000, 5_000_000, 1.22, 1.22)}


@pytest.fixture
def make_raster(tmp_path: Path) -> Callable[..., Path]:
    """Write ``(B, H, W)`` values as a GeoTIFF (in UTM at the default model's pixel size) and give its path."""

    def make(values: np.ndarray, name: str = "in.tif", mask: np.ndarray | None = None, **profile: Any) -> Path:
        values = np.atleast_3d(values) if values.ndim == 3 else values[None]
        path = tmp_path / name
        settings = {
            "driver": "GTiff",
            "count": values.shape[0],
            "height": values.shape[1],
            "width": values.shape[2],
            "dtype": values.dtype,
            **UTM,
            **profile,
        }
        colorinterp = settings.pop("colorinterp", None)
        descriptions = settings.pop("descriptions", None)
        with rasterio.open(path, "w", **{k: v for k, v in settings.items() if v is not None}) as dataset:
            if colorinterp:
                dataset.colorinterp = colorinterp
            if descriptions:
                dataset.descriptions = descriptions
            dataset.write(values)
            if mask is not None:
                dataset.write_mask(mask)
        return path

    return make


@pytest.fixture
def image() -> np.ndarray:
    """A smooth random image, ``(3, 96, 130) uint8``."""
    rng = np.random.default_rng(7)
    coarse = rng.integers(0, 256, (3, 12, 17)).astype(np.uint8)
    return np.kron(coarse, np.ones((8, 8), np.uint8))[:, :96, :130]
