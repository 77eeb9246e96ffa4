"""Windowed reading: tiles at the model's pixel size, and which pixels have data at all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
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
        try:
            values, valid = self._read(self._in_level(window), (height, width))
        except RasterioError as error:
            raise read_failure(self._source.path, error) from error
        # NaN and numbers too large for float32 must not reach the clip.
        valid = valid & np.isfinite(values)
        tensor = np.where(valid, values, 0) * self._factor + self._offset
        np.clip(tensor, self._lowest, self._highest, out=tensor)
        tensor = np.where(valid, tensor, np.float32(0))
        return _mirrored(tensor, (self._lattice.rows.tile, self._lattice.cols.tile))

    def _in_level(self, window: Window) -> Window:
        """A window of the raster in px of the dataset that is read from."""
        down, across = (n / full for n, full in zip(self._dataset.shape, self._source.shape))
        return Window(window.col_off * across, window.row_off * down, window.width * across, window.height * down)

    def _read(self, window: Window, shape: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Values ``(B, h, w) float32`` in raster units and whether they are data ``(B, h, w) bool``; by `_in_level`."""
        source = self._source
        if source.palette is not None:
            return self._read_palette(source.palette, window, shape)
        method = self._resampling(window, shape)
        bands = sorted(set(source.bands))
        order = [bands.index(band) for band in source.bands]
        out_shape = (len(bands), *shape)
        with np.errstate(over="ignore", invalid="ignore"):
            values = self._dataset.read(bands, window=window, out_shape=out_shape, resampling=method)
            values = values.astype(np.float32)
        if not source.has_nodata:
            return values[order], np.ones((len(order), *shape), bool)
        valid = self._dataset.read_masks(bands, window=window, out_shape=out_shape, resampling=method) > 0
        return values[order], valid[order]

    def _read_palette(
        self, palette: Mapping[int, tuple[int, ...]], window: Window, shape: tuple[int, int]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Colours of a palette raster. Indexes cannot be averaged: the nearest one is taken."""
        source = self._source
        options = {"window": window, "out_shape": shape, "resampling": Resampling.nearest}
        index = self._dataset.read(source.bands[0], **options)
        valid = self._dataset.read_masks(source.bands[0], **options) > 0
        colors = np.zeros((max(int(index.max()), *palette) + 1, 3), np.float32)
        for value, color in palette.items():
            colors[value] = color[:3]
        return colors[index].transpose(2, 0, 1), np.broadcast_to(valid, (3, *shape))

    @staticmethod
    def _resampling(window: Window, shape: tuple[int, int]) -> Resampling:
        """Average when shrinking (every pixel counts, no aliasing), interpolate when enlarging."""
        shrinks = window.height > shape[0] * 1.0001 or window.width > shape[1] * 1.0001
        enlarges = window.height * 1.0001 < shape[0] or window.width * 1.0001 < shape[1]
        if shrinks:
            return Resampling.average
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
