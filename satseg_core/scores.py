"""From the scores of tiles to the classes of pixels: run once, blend, interpolate, arg-max.

Every step works element by element in a fixed order, so that a pixel gets the same bits whatever block,
process or order of work it is computed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Optional

import numpy as np
from numpy.typing import NDArray

from satseg_core.model.runtime import Runtime
from satseg_core.raster.grid import Block, Lattice, Span, Tile, blocks
from satseg_core.raster.reading import TileReader

Scores = NDArray[np.float32]
"""Class scores ``(C, h, w) float32`` on score cells, before softmax."""

CACHE_BYTES = 256 * 2**20
"""Most memory for scores of tiles that later blocks need again."""

_CHUNK_VALUES = 8 * 2**20
"""Most interpolated values (classes x px) held at a time."""


class TileScores:
    """Scores of tiles: each tile is read and run once, and forgotten after the last block that needs it."""

    def __init__(self, reader: TileReader, runtime: Runtime, last_use: Mapping[Tile, int]) -> None:
        self._reader = reader
        self._runtime = runtime
        self._last_use = last_use
        self._kept: dict[Tile, Scores] = {}
        self.run = 0
        """Number of tiles that went through the network."""

    def get(self, tile: Tile) -> Scores:
        """Scores of a tile, ``(C, tile_h / stride, tile_w / stride) float32``."""
        if tile not in self._kept:
            # One tile at a time: a runtime may round differently in batches of another size.
            self._kept[tile] = self._runtime.scores(self._reader.read(tile)[None])[0]
            self.run += 1
        return self._kept[tile]

    def forget(self, after: int) -> None:
        """Drop the tiles that no block after number ``after`` needs."""
        for tile in [tile for tile in self._kept if self._last_use[tile] <= after]:
            del self._kept[tile]


def ordered_blocks(lattice: Lattice, within: Block, size: int, classes: int) -> list[Block]:
    """Blocks of a raster in an order that lets few tiles wait: rows of blocks, in strips where rows are long.

    Args:
        lattice: of the raster.
        within: the part of it that is asked for.
        size: of a block, px.
        classes: number of score bands.
    """
    tile_bytes = 4 * classes * lattice.weights().size
    high = len(lattice.rows.tiles_of(lattice.rows.cells_of(Span(0, min(size, lattice.rows.pixels)))))
    tiles_across = max(CACHE_BYTES // tile_bytes // (high + 1), 1)
    step = max(lattice.cols.tile - lattice.cols.overlap, 1) * lattice.cols.scale
    width = max(int(tiles_across * step) // size, 1) * size
    strips = (
        Block(within.rows, Span(col, min(col + width, within.cols.stop)))
        for col in range(within.cols.start, within.cols.stop, width)
    )
    return [block for strip in strips for block in blocks(strip, size)]


def last_uses(lattice: Lattice, order: Sequence[Block]) -> dict[Tile, int]:
    """The number of the last block that may need each tile."""
    return {tile: number for number, block in enumerate(order) for tile in lattice.tiles_of(block)}


def needed_tiles(lattice: Lattice, block: Block, wanted: NDArray[np.bool_]) -> Iterator[Tile]:
    """Tiles that the wanted px of a block depend on, in lattice order.

    Args:
        lattice: of the raster.
        block: of ``wanted``.
        wanted: ``(h, w) bool``, the px that will get a class.
    """
    for tile in lattice.tiles_of(block):
        rows, cols = lattice.pixels_of(tile)
        part = wanted[
            max(rows.start - block.rows.start, 0) : max(rows.stop - block.rows.start, 0),
            max(cols.start - block.cols.start, 0) : max(cols.stop - block.cols.start, 0),
        ]
        if part.any():
            yield tile


def blend(lattice: Lattice, cells: tuple[Span, Span], tiles: Iterable[tuple[Tile, Scores]], classes: int) -> Scores:
    """Weighted mean of overlapping tiles on a rectangle of score cells.

    Args:
        lattice: of the raster.
        cells: the rectangle, down and across.
        tiles: tiles with their scores, in lattice order.
        classes: number of score bands.

    Returns:
        ``(C, h, w) float32``; zero where no tile was given.
    """
    down, across = cells
    total = np.zeros((classes, down.size, across.size), np.float32)
    weight = np.zeros((down.size, across.size), np.float32)
    tile_weights = lattice.weights()
    for tile, scores in tiles:
        (here_y, there_y), (here_x, there_x) = (
            _common(down, lattice.rows.tile_cells(tile.row)),
            _common(across, lattice.cols.tile_cells(tile.col)),
        )
        share = tile_weights[there_y, there_x]
        total[:, here_y, here_x] += scores[:, there_y, there_x] * share
        weight[here_y, here_x] += share
    np.divide(total, weight, out=total, where=weight > 0)
    return total


def _common(a: Span, b: Span) -> tuple[slice, slice]:
    """The range that two spans share, as a slice of each."""
    start, stop = max(a.start, b.start), min(a.stop, b.stop)
    return slice(start - a.start, stop - a.start), slice(start - b.start, stop - b.start)


Classified = tuple[NDArray[np.uint8], Optional[NDArray[np.uint8]]]
"""Class codes ``(h, w) uint8`` and confidence ``(h, w) uint8`` in percent, if asked for."""


def classify(
    lattice: Lattice, block: Block, scores: Scores, codes: Sequence[int], temperature: float | None = None
) -> Classified:
    """Bring scores back to raster px (bilinear) and take the best class of each.

    Args:
        lattice: of the raster.
        block: the px to classify.
        scores: blended scores on ``lattice.cells_of(block)``.
        codes: class code of each score band.
        temperature: divides scores before the softmax whose largest value is the confidence; None for no confidence.

    Returns:
        See `Classified`. Where classes tie, the first of the legend wins.
    """
    (first_y, weight_y), (first_x, weight_x) = _taps(lattice, block)
    labels = np.empty(block.shape, np.uint8)
    confidence = np.empty(block.shape, np.uint8) if temperature is not None else None
    step = max(_CHUNK_VALUES // (len(codes) * block.cols.size), 1)
    lookup = np.asarray(codes, np.uint8)
    for start in range(0, block.rows.size, step):
        part = slice(start, start + step)
        rows = _between(scores, first_y[part], weight_y[part], axis=1)
        values = [_between(band, first_x, weight_x, axis=1) for band in rows]
        best, labels[part] = _first_best(values, lookup)
        if confidence is not None and temperature is not None:
            confidence[part] = _percent(values, best, temperature)
    return labels, confidence


def interpolate(
    lattice: Lattice, block: Block, scores: Scores, rows: NDArray[np.intp], cols: NDArray[np.intp]
) -> Scores:
    """Scores of some px of a block, with the bits that `classify` sees.

    Args:
        lattice: of the raster.
        block: where the px lie.
        scores: blended scores on ``lattice.cells_of(block)``.
        rows: ``(h,)``, counted from the block's first.
        cols: ``(w,)``, the same.

    Returns:
        ``(C, h, w) float32``.
    """
    (first_y, weight_y), (first_x, weight_x) = _taps(lattice, block)
    down = _between(scores, first_y[rows], weight_y[rows], axis=1)
    return _between(down, first_x[cols], weight_x[cols], axis=2)


_Taps = tuple[NDArray[np.intp], NDArray[np.float32]]


def _taps(lattice: Lattice, block: Block) -> tuple[_Taps, _Taps]:
    """Down and across, which cells the px of a block lie between, counted from the block's first, and where."""
    down, across = lattice.cells_of(block)
    first_y, weight_y = lattice.rows.taps(block.rows)
    first_x, weight_x = lattice.cols.taps(block.cols)
    return (first_y - down.start, weight_y), (first_x - across.start, weight_x)


def _between(values: Scores, first: NDArray[np.intp], weight: NDArray[np.float32], axis: int) -> Scores:
    """Linear interpolation along an axis: ``values[first] + (values[first + 1] - values[first]) * weight``."""
    step = np.diff(values, axis=axis, append=np.take(values, [-1], axis=axis))
    shape = [1] * values.ndim
    shape[axis] = -1
    result = np.take(step, first, axis=axis)
    result *= weight.reshape(shape)
    result += np.take(values, first, axis=axis)
    return result


def _first_best(values: Sequence[Scores], lookup: NDArray[np.uint8]) -> tuple[Scores, NDArray[np.uint8]]:
    """Largest value and its code for each px; faster than arg-max across a stack of bands."""
    best = values[0].copy()
    labels = np.full(best.shape, lookup[0], np.uint8)
    for band, code in zip(values[1:], lookup[1:]):
        np.copyto(labels, code, where=band > best)
        np.maximum(best, band, out=best)
    return best, labels


def _percent(values: Sequence[Scores], best: Scores, temperature: float) -> NDArray[np.uint8]:
    """Softmax probability of the best class, in whole percent."""
    total = np.zeros_like(best)
    for band in values:
        total += np.exp((band - best) / np.float32(temperature))
    return np.rint(100 / total).astype(np.uint8)
