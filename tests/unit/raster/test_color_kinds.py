"""Colours of bands: those of the raster that is asked, whatever failed before."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioIOError

from satseg_core.raster.color_kinds import color_kinds


def test_what_another_raster_failed_at_is_not_raised(make_raster):
    values = np.random.default_rng(0).integers(0, 255, (1, 300, 300), np.uint8)
    whole = make_raster(values, "whole.tif", compress="deflate")
    damaged = make_raster(values, "damaged.tif", compress="deflate")
    content = damaged.read_bytes()
    damaged.write_bytes(content[: len(content) // 3])
    with rasterio.open(whole) as dataset:
        with rasterio.open(damaged) as other, pytest.raises(RasterioIOError):
            other.read(1)
        assert color_kinds(dataset) == (ColorInterp.gray,)
