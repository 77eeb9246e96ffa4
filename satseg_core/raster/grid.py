"""The geometry of a run: one lattice of tiles for the raster, blocks of output, and what depends on what.

Three grids cover exactly the same ground:

* raster px: the grid of input and output;
* model px: the raster resampled to the pixel size that the model was trained at;
* score cells: the coarser grid, ``stride`` model px a cell, on which the network gives its scores.

Tiles may reach beyond the raster, where they show it mirrored. They lie at offsets that depend on the raster's size
alone, so whatever part of the raster is asked for, in whatever order and by whichever process, a pixel gets its scores
from the same tiles: that is what makes every result independent of blocks. Pure geometry: nothing here reads a file.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from satseg_core.model.card import TILE_STEP

BEYOND = 16
"""Model px that tiles reach beyond the raster on each side, if as many tiles cover that, too. Beside a cut the network
knows less than elsewhere, and less still at the edge of a tile: ``python -m benchmarks.edges``."""

SMALLEST = 192
"""Model px of the smallest tiles, if the model's are not smaller: rasters that are much smaller than what the network
looks at are shown with their mirror images around them."""

FEW_TILES = 3
"""Along a block, that its borders are placed by them: blocks of fewer would become much smaller."""


class Span(NamedTuple):
    """A half-open range of whole px or cells along one axis."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        """Number of px or cells."""
        return self.stop - self.start


class Block(NamedTuple):
    """A rectangle of raster px."""

    rows: Span
    cols: Span

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in px."""
        return (self.rows.size, self.cols.size)


class Tile(NamedTuple):
    """A tile's place in the lattice, counted from the raster's first pixel."""

    row: int
    col: int


@dataclass(frozen=True)
class Axis:
    """One axis of the lattice.

    Attributes:
        pixels: raster px along the axis.
        model: model px that cover the same ground.
        tile: model px of a tile along the axis, a multiple of ``stride``.
        overlap: model px by which neighbouring tiles overlap, a multiple of ``2 * stride``.
        stride: model px a score cell.
    """

    pixels: int
    model: int
    tile: int
    overlap: int
    stride: int

    @classmethod
    def plan(cls, pixels: int, scale: float, tile: int, overlap: int, stride: int) -> Axis:
        """Lay out an axis.

        Args:
            pixels: raster px.
            scale: raster px a model px, about: it is adjusted so that model px cover the raster exactly.
            tile: model px of a full tile; shrunk where the raster is smaller, but not below `SMALLEST`.
            overlap: see `Axis`.
            stride: see `Axis`.
        """
        model = max(1, round(pixels / scale))
        needed = math.ceil((model + 2 * BEYOND) / TILE_STEP) * TILE_STEP
        size = min(tile, max(needed, SMALLEST))
        return cls(pixels, model, size, min(overlap, size // 2 // (2 * stride) * 2 * stride), stride)

    @property
    def scale(self) -> float:
        """Raster px a model px, exactly."""
        return self.pixels / self.model

    @property
    def step(self) -> int:
        """Model px from a tile to the next one."""
        return self.tile - self.overlap

    @property
    def cells(self) -> int:
        """Score cells that cover the raster."""
        return math.ceil(self.model / self.stride)

    @property
    def starts(self) -> tuple[int, ...]:
        """Offset of every tile in model px. The first ones begin before the raster, the last ones end behind it."""
        return _starts(
            self.cells, self.tile // self.stride, self.step // self.stride, BEYOND // self.stride, self.stride
        )

    def tile_model(self, index: int) -> Span:
        """Model px of a tile; may reach beyond the raster."""
        start = self.starts[index]
        return Span(start, start + self.tile)

    def read_model(self, index: int) -> Span:
        """Model px to read for a tile: those of them that the raster has."""
        start, stop = self.tile_model(index)
        return Span(max(start, 0), min(stop, self.model))

    def tile_cells(self, index: int) -> Span:
        """Score cells of a tile; may reach beyond the raster."""
        start = self.starts[index] // self.stride
        return Span(start, start + self.tile // self.stride)

    def taps(self, span: Span) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Linear interpolation from score cells to raster px.

        Args:
            span: raster px.

        Returns:
            ``(n,) intp`` the cell at or before each px's centre and ``(n,) float32`` the weight of the next one.
        """
        centre = (np.arange(span.start, span.stop, dtype=np.float64) + 0.5) / (self.scale * self.stride) - 0.5
        centre = np.clip(centre, 0, self.cells - 1)
        first = np.minimum(centre.astype(np.intp), max(self.cells - 2, 0))
        return first, (centre - first).astype(np.float32)

    def cells_of(self, span: Span) -> Span:
        """Score cells that the raster px of ``span`` are interpolated from."""
        first, _ = self.taps(Span(span.start, span.start + 1))
        last, _ = self.taps(Span(span.stop - 1, span.stop))
        return Span(int(first[0]), min(int(last[0]) + 2, self.cells))

    def tiles_of(self, cells: Span) -> list[int]:
        """Indexes of the tiles that cover any of these score cells."""
        first = bisect_right(self.starts, cells.start * self.stride - self.tile)
        return list(range(first, bisect_left(self.starts, cells.stop * self.stride)))

    def pixels_of(self, index: int) -> Span:
        """Raster px whose interpolation touches a tile (never too few; up to a cell too many)."""
        cells = self.tile_cells(index)
        per_cell = self.scale * self.stride
        start = math.floor((cells.start - 1) * per_cell)
        stop = math.ceil((cells.stop + 1) * per_cell)
        return Span(max(start, 0), min(stop, self.pixels))

    def cut(self, within: Span, size: int) -> list[Span]:
        """Cut raster px into ranges of about ``size``, so that few tiles lie in two of them.

        Where a range has `FEW_TILES` or more, borders lie in the middle of the ground that a tile has for itself: a
        border where tiles overlap would have twice as many of them on both sides.

        Args:
            within: what is cut.
            size: px of a range; they have up to half a tile's step more.
        """
        step = self.step
        each = int(size / (step * self.scale))
        if each < FEW_TILES:
            return _spans([*range(within.start, within.stop, size), within.stop])
        alone = self.starts[0] + (self.overlap + step) / 2
        first = math.floor(((within.start + size) / self.scale - alone) / step)
        last = math.ceil((within.stop / self.scale - alone) / step - 0.5)  # what is left after it joins its neighbour
        borders = (round((alone + step * tile) * self.scale) for tile in range(first, last, each))
        return _spans([within.start, *borders, within.stop])

    def weights(self) -> NDArray[np.float32]:
        """Blending weight of each score cell of a tile, ``(tile / stride,) float32``: a ramp over the overlap.

        Never zero: the first cell of a tile has half a step, so whatever is covered by one tile alone has weight.
        """
        n = self.tile // self.stride
        ramp = max(self.overlap / self.stride, 0.5)
        distance = np.minimum(np.arange(n), np.arange(n)[::-1]) + 0.5
        return (np.minimum(distance, ramp) / ramp).astype(np.float32)


def _spans(borders: Sequence[int]) -> list[Span]:
    return [Span(*pair) for pair in zip(borders, borders[1:])]


@lru_cache(maxsize=64)
def _starts(cells: int, tile: int, step: int, beyond: int, stride: int) -> tuple[int, ...]:
    """Offsets of tiles that cover so many cells, in model px; all else is counted in cells.

    What as few tiles as can be have to spare goes beyond the raster, alike on both sides, and the rest of it into the
    overlap of the last two; one tile alone lies in the middle.
    """
    steps = max(math.ceil((cells - tile) / step), 0)
    spare = (tile + steps * step - cells) // 2
    first = -(min(spare, beyond) if steps else spare)
    starts = [first + number * step for number in range(steps)]
    return tuple(stride * start for start in [*starts, cells - first - tile if steps else first])


@dataclass(frozen=True)
class Lattice:
    """The tiles of a raster: one axis down, one across."""

    rows: Axis
    cols: Axis

    @classmethod
    def plan(cls, shape: tuple[int, int], scale: tuple[float, float], tile: int, overlap: int, stride: int) -> Lattice:
        """Lay out a raster of ``shape`` (height, width) px; ``scale`` is raster px a model px, down and across."""
        return cls(
            Axis.plan(shape[0], scale[0], tile, overlap, stride),
            Axis.plan(shape[1], scale[1], tile, overlap, stride),
        )

    @property
    def tiles(self) -> int:
        """Number of tiles that cover the raster."""
        return len(self.rows.starts) * len(self.cols.starts)

    def cells_of(self, block: Block) -> tuple[Span, Span]:
        """Score cells, down and across, that a block is interpolated from."""
        return self.rows.cells_of(block.rows), self.cols.cells_of(block.cols)

    def tiles_of(self, block: Block) -> list[Tile]:
        """Tiles that a block depends on, in lattice order: the order in which they are blended, always."""
        down, across = self.cells_of(block)
        return [Tile(row, col) for row in self.rows.tiles_of(down) for col in self.cols.tiles_of(across)]

    def pixels_of(self, tile: Tile) -> Block:
        """Raster px that may depend on a tile."""
        return Block(self.rows.pixels_of(tile.row), self.cols.pixels_of(tile.col))

    def blocks(self, within: Block, size: int) -> tuple[list[Span], list[Span]]:
        """Where blocks of about ``size`` px a side, which a part of the raster is cut into, lie: down and across."""
        return self.rows.cut(within.rows, size), self.cols.cut(within.cols, size)

    def weights(self) -> NDArray[np.float32]:
        """Blending weights of a tile, ``(tile_h / stride, tile_w / stride) float32``."""
        return np.outer(self.rows.weights(), self.cols.weights()).astype(np.float32)

    def block_size(self, cells: int = 512, step: int = 512, most: int = 2048) -> int:
        """A block's side in raster px: a multiple of ``step`` that needs about ``cells`` score cells a side."""
        per_cell = min(self.rows.scale, self.cols.scale) * self.rows.stride
        return int(min(max(cells * per_cell // step, 1) * step, most))
