"""Windowed reading: tiles at the model's pixel size, and which pixels have data at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from satseg_core.model.card import ModelCard
from satseg_core.raster.grid import Block, Lattice, Tile
from satseg_core.raster.scaling import Stretch, clip_limits, normaliser
from satseg_core.raster.source import Source, read_failure


class TileReader:
    """Reads tiles of a raster as the network wants them.

    Args:
        source: the open raster.
        lattice: where tiles lie.
        card: of the model: its normalisation.
        stretch: of the raster: its scaling.
    """

    def __init__(self, source: Source, lattice: Lattice, card: ModelCard, stretch: Stretch) -> None:
        self._source = source
        self._lattice = lattice
        self._factor, self._offset = normaliser(card, stretch)
        self._lowest, self._highest = clip_limits(card, stretch)
        self._dataset = source.level(min(lattice.rows.scale, lattice.cols.scale))

    def read(self, tile: Tile) -> NDArray[np.float32]:
        """Read one tile, averaged to model px where they are larger than the raster's, interpolated where smaller.

        Pixels without data get the value that normalisation makes zero; beyond the raster the image is mirrored.

        Returns:
            ``(B, tile_h, tile_w) float32``, scaled and normalised.

        Raises:
            RasterError: the raster is damaged.
        """
        top, bottom, height = self._lattice.rows.read_span(tile.row)
        left, right, width = self._lattice.cols.read_span(tile.col)
        window = Window(left, top, right - left, bottom - top)
        values, valid = read_window(self._source, self._dataset, window, (height, width))
        with np.errstate(over="ignore", invalid="ignore"):
            values = values.astype(np.float32)
        # NaN and numbers too large for float32 must not reach the clip.
        valid = valid & np.isfinite(values)
        tensor = np.where(valid, values, 0) * self._factor + self._offset
        np.clip(tensor, self._lowest, self._highest, out=tensor)
        tensor = np.where(valid, tensor, np.float32(0))
        return _mirrored(tensor, (self._lattice.rows.tile, self._lattice.cols.tile))


Values = tuple[NDArray[Any], NDArray[np.bool_]]
"""Values ``(B, h, w)`` in raster units, and whether they are data ``(B, h, w) bool``."""


def read_window(source: Source, dataset: DatasetReader, window: Window, shape: tuple[int, int]) -> Values:
    """Read the bands of a part of a raster at any size.

    Shrinking averages (every pixel counts, no aliasing), enlarging interpolates. Indexes of a palette can be
    neither: the nearest px gives its colour, 0 to 255.

    Args:
        source: the raster.
        dataset: a `Source.level` of it.
        window: px of the raster; fractions allowed.
        shape: height and width of the result, px.

    Raises:
        RasterError: the raster is damaged.
    """
    down, across = (n / full for n, full in zip(dataset.shape, source.shape))
    part = Window(window.col_off * across, window.row_off * down, window.width * across, window.height * down)
    bands = sorted(set(source.bands))
    palette = source.palette
    method = Resampling.nearest if palette is not None else _resampling(part, shape)
    options = {"window": part, "out_shape": (len(bands), *shape), "resampling": method}
    try:
        values = dataset.read(bands, **options)
        valid = dataset.read_masks(bands, **options) > 0 if source.has_nodata else np.ones(values.shape, bool)
    except RasterioError as error:
        raise read_failure(source.path, error) from error
    if palette is not None:
        return _colors(palette, values[0]), np.broadcast_to(valid[0], (3, *shape))
    order = [bands.index(band) for band in source.bands]
    return values[order], valid[order]


def _colors(palette: Mapping[int, tuple[int, ...]], index: NDArray[Any]) -> NDArray[np.uint8]:
    """Colours ``(3, h, w) uint8`` of palette indexes ``(h, w)``."""
    colors = np.zeros((max(int(index.max()), *palette) + 1, 3), np.uint8)
    for value, color in palette.items():
        colors[value] = color[:3]
    return np.asarray(colors[index].transpose(2, 0, 1))


def _resampling(window: Window, shape: tuple[int, int]) -> Resampling:
    if window.height > shape[0] * 1.0001 or window.width > shape[1] * 1.0001:
        return Resampling.average
    enlarges = window.height * 1.0001 < shape[0] or window.width * 1.0001 < shape[1]
    return Resampling.bilinear if enlarges else Resampling.nearest


def _mirrored(tensor: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Fill up to ``shape`` by mirroring, as often as it takes."""
    missing = (shape[0] - tensor.shape[1], shape[1] - tensor.shape[2])
    if not any(missing):
        return np.ascontiguousarray(tensor, np.float32)
    return np.pad(tensor, ((0, 0), (0, missing[0]), (0, missing[1])), mode="symmetric")


def valid_pixels(source: Source, block: Block) -> NDArray[np.bool_]:
    """Which of a block's raster px have data.

    A px is without data where all of the chosen bands say so (nodata value, mask band or alpha, as GDAL's
    dataset mask has it) or where any of them is NaN or infinite.

    Returns:
        ``(h, w) bool``.

    Raises:
        RasterError: the raster is damaged.
    """
    if not source.has_nodata:
        return np.ones(block.shape, bool)
    window = Window(block.cols.start, block.rows.start, block.cols.size, block.rows.size)
    bands = sorted(set(source.bands))
    try:
        valid = np.asarray((source.dataset.read_masks(bands, window=window) > 0).any(axis=0))
        for band in bands:
            if "float" in source.dataset.dtypes[band - 1]:
                valid &= np.isfinite(source.dataset.read(band, window=window))
    except RasterioError as error:
        raise read_failure(source.path, error) from error
    return valid
