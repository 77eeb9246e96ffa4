"""Windowed reading: tiles at the model's pixel size, and which pixels have data at all."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from satseg_core.model.card import ModelCard
from satseg_core.raster.filling import fill_gaps, folded
from satseg_core.raster.grid import Axis, Block, Lattice, Span, Tile
from satseg_core.raster.scaling import Stretch, clip_limits, normaliser
from satseg_core.raster.source import Source, read_failure

PIECES_KEPT = 6
"""So many pieces are kept at least: a tile may lie in four, and in two of the next row."""

WIDEST = 5 * 10**6
"""Bytes of the widest pieces. Not by memory: GDAL rounds averages otherwise where a piece begins elsewhere."""


class TileReader:
    """Reads tiles of a raster as the network wants them. Every part of the raster is read once, if all goes well.

    Args:
        source: the open raster.
        lattice: where tiles lie.
        card: of the model: its normalisation.
        stretch: of the raster: its scaling.
        kept: most bytes of the raster, at the model's px, that wait for tiles to come.
    """

    def __init__(self, source: Source, lattice: Lattice, card: ModelCard, stretch: Stretch, kept: int) -> None:
        self._lattice = lattice
        self._factor, self._offset = normaliser(card, stretch)
        self._lowest, self._highest = clip_limits(card, stretch)
        self._pieces = _Pieces(source, lattice, kept)

    def read(self, tile: Tile) -> NDArray[np.float32]:
        """Read one tile, averaged to model px where they are larger than the raster's, interpolated where smaller.

        The network never sees a colour that is not of the land: beyond the raster the image is mirrored, and px without
        data are filled from those of the tile that have some (`satseg_core.raster.filling`). Masks and extents play no
        part in it.

        Returns:
            ``(B, tile_h, tile_w) float32``, scaled and normalised.

        Raises:
            RasterError: the raster is damaged.
        """
        rows, cols = self._lattice.rows, self._lattice.cols
        values, valid = self._pieces.read(rows.read_model(tile.row), cols.read_model(tile.col))
        with np.errstate(over="ignore", invalid="ignore"):
            tensor = values.astype(np.float32)
        data = None if valid is None else _data(tensor, valid)
        if data is not None and values.dtype.kind == "f":
            # NaN and numbers too large for float32 must not reach the clip.
            np.copyto(tensor, 0, where=~data)
        tensor *= self._factor
        tensor += self._offset
        np.clip(tensor, self._lowest, self._highest, out=tensor)
        places = _places(rows, tile.row), _places(cols, tile.col)
        tensor = _extended(tensor, *places)
        if data is not None:
            if not data.any():
                tensor[:] = 0
            fill_gaps(tensor, _extended(data, *places))
        return tensor


def _data(tensor: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Which px have data, ``(h, w)``, as `valid_pixels` has it; None for all of them.

    A px with a nodata value in some of its bands has data: that value is its colour there.
    """
    data = np.logical_or.reduce(valid, axis=0)
    for band in tensor:
        data &= np.isfinite(band)
    return None if data.all() else data


def _places(axis: Axis, index: int) -> NDArray[np.intp] | None:
    """Which of a tile's px that were read its px show, beyond the raster mirrored ones; None where it lies inside."""
    tile, read = axis.tile_model(index), axis.read_model(index)
    if tile == read:
        return None
    return folded(np.arange(tile.start, tile.stop) - read.start, read.size)


def _extended(image: NDArray[Any], rows: NDArray[np.intp] | None, cols: NDArray[np.intp] | None) -> NDArray[Any]:
    """An image ``(…, h, w)`` over a whole tile, from what was read of it."""
    if cols is not None:
        image = image.take(cols, axis=-1)
    return np.ascontiguousarray(image if rows is None else image.take(rows, axis=-2))


class _Pieces:
    """The raster at the model's px, read in pieces that neighbouring tiles share.

    Where pieces begin and end depends on the raster alone, so that a tile is the same whatever is read before it and
    however much is kept.
    They are as wide as the raster where its file has whole rows in a row: to read a part of them takes as long.

    Args:
        source: the open raster.
        lattice: its tiles.
        most: bytes that are kept, if `PIECES_KEPT` pieces are no more.
    """

    def __init__(self, source: Source, lattice: Lattice, most: int) -> None:
        self._source = source
        self._scales = (lattice.rows.scale, lattice.cols.scale)
        self._shape = (lattice.rows.model, lattice.cols.model)
        self._dataset = source.level(min(self._scales))
        # Values of integer types without nodata are all data: no need to look.
        self._all_data = not source.has_nodata and np.dtype(source.dtype).kind in "iu"
        height, width = lattice.rows.step, lattice.cols.step
        # Pieces begin where tiles do, so that a tile lies in two of them along an axis and not in three.
        self._firsts = (lattice.rows.starts[0], lattice.cols.starts[0])
        if self._dataset.block_shapes[0][1] >= self._dataset.width:
            row_bytes = len(source.bands) * np.dtype(source.dtype).itemsize * height
            width = min(max(WIDEST // row_bytes, width), self._shape[1] - self._firsts[1])
        self._size = (height, width)
        self._most = most
        self._kept: OrderedDict[tuple[int, int], Values] = OrderedDict()
        self._bytes = 0

    def read(self, rows: Span, cols: Span) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """Values ``(B, h, w)`` in raster units of some model px, and which are data ``(B, h, w)``; None for all."""
        values = valid = None
        for row, here_y, there_y in _cut(rows, self._size[0], self._firsts[0]):
            for col, here_x, there_x in _cut(cols, self._size[1], self._firsts[1]):
                found, known = self._piece(row, col)
                if values is None:
                    shape = (len(found), rows.size, cols.size)
                    values = np.empty(shape, found.dtype)
                    valid = None if self._all_data else np.ones(shape, bool)
                values[:, here_y, here_x] = found[:, there_y, there_x]
                if valid is not None:
                    valid[:, here_y, here_x] = known[:, there_y, there_x]
        if values is None:
            raise ValueError("no px were asked for")
        return values, valid

    def _piece(self, row: int, col: int) -> Values:
        """One piece, read or kept; the one that was not asked for longest is forgotten first."""
        key = (row, col)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        spans = [
            Span(max(first + number * size, 0), min(first + (number + 1) * size, length))
            for number, size, first, length in zip(key, self._size, self._firsts, self._shape)
        ]
        (top, bottom), (left, right) = ((span.start * s, span.stop * s) for span, s in zip(spans, self._scales))
        window = Window(left, top, right - left, bottom - top)
        piece = read_window(self._source, self._dataset, window, (spans[0].size, spans[1].size))
        self._kept[key] = piece
        self._bytes += _size_of(piece)
        while self._bytes > self._most and len(self._kept) > PIECES_KEPT:
            _, old = self._kept.popitem(last=False)
            self._bytes -= _size_of(old)
        return piece


def _cut(span: Span, size: int, first: int) -> Iterator[tuple[int, slice, slice]]:
    """The pieces of ``size`` that a span reaches into: their numbers, and what is shared, in the span and in each.

    Piece 0 would begin at ``first``, at or before 0; what is before 0 it lacks.
    """
    for number in range((span.start - first) // size, -(-(span.stop - first) // size)):
        begin = max(first + number * size, 0)
        start, stop = max(span.start, begin), min(span.stop, first + (number + 1) * size)
        yield number, slice(start - span.start, stop - span.start), slice(start - begin, stop - begin)


def _size_of(piece: Values) -> int:
    """Bytes in memory; what is all data takes none for saying so."""
    values, valid = piece
    return int(values.nbytes + (valid.nbytes if valid.strides[-1] else 0))


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
    try:
        values, valid = source.validity.read(dataset, part, shape, method)
    except RasterioError as error:
        raise read_failure(source.path, error) from error
    if palette is not None:
        colors = _colors(palette, values[0])
        return colors, np.broadcast_to(np.True_ if valid is None else valid[0], colors.shape)
    order = [bands.index(band) for band in source.bands]
    values = values[order]
    return values, np.broadcast_to(np.True_, values.shape) if valid is None else valid[order]


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


def valid_pixels(source: Source, block: Block) -> NDArray[np.bool_]:
    """Which of a block's raster px have data; `satseg_core.raster.validity` says what that means.

    Returns:
        ``(h, w) bool``.

    Raises:
        RasterError: the raster is damaged.
    """
    if not source.has_nodata:
        return np.ones(block.shape, bool)
    window = Window(block.cols.start, block.rows.start, block.cols.size, block.rows.size)
    try:
        return source.validity.data(source.dataset, window)
    except RasterioError as error:
        raise read_failure(source.path, error) from error
