"""Scores of tiles: each is run once, and where tiles overlap their scores are blended.

Every step works element by element in a fixed order, so that a cell gets the same bits whatever block,
process or order of work it is computed in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from satseg_core.raster.grid import Block, Lattice, Span, Tile

Scores = NDArray[np.float32]
"""Class scores ``(C, h, w) float32`` on score cells, before softmax."""


class TileScores:
    """Scores of tiles: each tile is run once, and forgotten after the last block that needs it."""

    def __init__(self, last_use: Mapping[Tile, int]) -> None:
        self._last_use = last_use
        self._kept: dict[Tile, Scores] = {}
        self.run = 0
        """Number of tiles that were added."""

    def add(self, tiles: Sequence[Tile], found: Iterable[Scores]) -> None:
        """Keep the scores of tiles, each ``(C, tile_h / stride, tile_w / stride) float32``."""
        self._kept.update(zip(tiles, found))
        self.run += len(tiles)

    def get(self, tile: Tile) -> Scores:
        """Scores of a tile that was added."""
        return self._kept[tile]

    def forget(self, after: int) -> None:
        """Drop the tiles that no block after number ``after`` needs."""
        for tile in [tile for tile in self._kept if self._last_use[tile] <= after]:
            del self._kept[tile]


def ordered_blocks(
    lattice: Lattice, within: Block, size: int, classes: int, most_bytes: int, parts: int = 1
) -> list[Block]:
    """Blocks of a raster in an order that lets few tiles wait: rows of blocks, in strips where rows are long.

    Args:
        lattice: of the raster.
        within: the part of it that is asked for.
        size: of a block, px.
        classes: number of score bands.
        most_bytes: for scores of tiles that later blocks need again.
        parts: that the order is cut into, each for a network of its own. Strips make them about square, so that few
            tiles lie in two of them.
    """
    tile_bytes = 4 * classes * lattice.weights().size
    high = len(lattice.rows.tiles_of(lattice.rows.cells_of(Span(0, min(size, lattice.rows.pixels)))))
    tiles_across = max(most_bytes // tile_bytes // (high + 1), 1)
    step = lattice.cols.step * lattice.cols.scale
    down, across = lattice.blocks(within, size)
    width = min(max(int(tiles_across * step) // size, 1), _square_width(len(down), len(across), parts))
    strips = (across[number : number + width] for number in range(0, len(across), width))
    return [Block(rows, cols) for strip in strips for rows in down for cols in strip]


def _square_width(down: int, across: int, parts: int) -> int:
    """Blocks across a strip, so that strips are about alike and a part of them about square."""
    strips = round(across / math.sqrt(down * across / parts))
    return math.ceil(across / min(max(strips, 1), across))


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
