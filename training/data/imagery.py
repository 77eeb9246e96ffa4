"""Reading images of any kind as the engine reads them: bands chosen, scaled to bytes, with their px without data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from satseg_core.model.card import Scaling
from satseg_core.raster.reading import read_window
from satseg_core.raster.scaling import Stretch, find_stretch
from satseg_core.raster.source import Source, open_source
from training.data.resize import Box, Pixels

COLORS = ("red", "green", "blue")
"""Bands of a model, where a data source does not number them."""


@contextmanager
def open_image(path: Path, bands: Sequence[int]) -> Iterator[Source]:
    """Open an image with the engine's own checks and its own choice of bands.

    Args:
        path: the file.
        bands: 1-based numbers; empty for red, green and blue as the file describes them.

    Raises:
        RasterError: the file is missing, cannot be opened or has no such bands.
        UsageError: a band number does not exist.
    """
    names = [f"band {band}" for band in bands] or COLORS
    with open_source(str(path), names, bands or None) as source:
        yield source


@lru_cache(maxsize=4096)
def _stretch(path: Path, bands: tuple[int, ...]) -> Stretch:
    """The engine's stretch of a whole image, worked out once a process."""
    with open_image(path, bands) as source:
        return find_stretch(source, Scaling())


def read_image(
    path: Path, bands: tuple[int, ...], box: Box, shape: tuple[int, int]
) -> tuple[Pixels, npt.NDArray[np.bool_]]:
    """A part of an image at any size: averaged when it shrinks, bilinear when it grows, as the engine reads.

    Args:
        path: the file.
        bands: see `open_image`.
        box: the part in the file's px, inside it.
        shape: rows and columns of the result.

    Returns:
        The image ``(h, w, B) uint8`` and which of its px have data, ``(h, w) bool``.

    Raises:
        RasterError: the file cannot be opened or is damaged.
    """
    stretch = _stretch(path, bands)
    with open_image(path, bands) as source:
        level = source.level(min(box.rows / shape[0], box.cols / shape[1]))
        values, data = read_window(source, level, Window(box.col, box.row, box.cols, box.rows), shape)
    # As in the engine, a px that has data in part shows the average of that part.
    valid = np.asarray(data.any(axis=0) & np.isfinite(values).all(axis=0))
    if values.dtype == np.uint8 and stretch.is_plain:
        return np.ascontiguousarray(values.transpose(1, 2, 0)), valid
    low = np.asarray(stretch.low, np.float32)[:, None, None]
    high = np.asarray(stretch.high, np.float32)[:, None, None]
    scaled = (np.where(valid, values, 0).astype(np.float32) - low) * (255.0 / (high - low))
    return np.ascontiguousarray(np.clip(np.rint(scaled), 0, 255).astype(np.uint8).transpose(1, 2, 0)), valid
