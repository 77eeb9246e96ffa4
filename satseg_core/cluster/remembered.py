"""Scores of tiles that a worker remembers, as its next blocks, or those that it makes beside, need them again."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future

from satseg_core.raster.grid import Axis, Block, Lattice, Span, Tile
from satseg_core.scores import Scores


class RememberedTiles:
    """Scores of tiles, to come or there: each is run once while it is remembered.

    A tile is forgotten when all the blocks that it lies in were made here. Others make blocks, too, so that some tiles
    wait in vain: beyond what may be kept, those that were not asked for longest are forgotten. One that is forgotten
    too early, as a block was made twice, is run again.

    Args:
        lattice: of the raster.
        within: the part of it that is asked for.
        block_size: of the blocks that it is cut into, raster px.
        most: tiles that may be kept.
    """

    def __init__(self, lattice: Lattice, within: Block, block_size: int, most: int) -> None:
        self._lattice = lattice
        self._most = most
        down, across = lattice.blocks(within, block_size)
        self._uses = _uses(lattice.rows, down), _uses(lattice.cols, across)
        self._left: dict[Tile, int] = {}
        self._tiles: OrderedDict[Tile, Future[Scores]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._tiles)

    def claim(self, tiles: Sequence[Tile]) -> tuple[list[Tile], dict[Tile, Future[Scores]]]:
        """Which of the tiles the caller has to run, and where the scores of all of them will be."""
        with self._lock:
            claimed = [tile for tile in tiles if tile not in self._tiles]
            for tile in claimed:
                self._tiles[tile] = Future()
            for tile in tiles:
                self._tiles.move_to_end(tile)
            return claimed, {tile: self._tiles[tile] for tile in tiles}

    def give_up(self, claimed: Sequence[Tile], futures: Mapping[Tile, Future[Scores]], error: BaseException) -> None:
        """Whoever waits for these tiles fails, too; whoever comes later tries again."""
        with self._lock:
            for tile in claimed:
                if not futures[tile].done():
                    self._tiles.pop(tile, None)
                    futures[tile].set_exception(error)

    def made(self, block: Block) -> None:
        """A block has its scores: forget what nobody is going to ask for."""
        rows, cols = self._uses
        with self._lock:
            for tile in self._lattice.tiles_of(block):
                left = self._left.pop(tile, rows[tile.row] * cols[tile.col]) - 1
                if left > 0:
                    self._left[tile] = left
                else:
                    self._forget(tile)
            for tile in list(self._tiles)[: max(len(self._tiles) - self._most, 0)]:
                self._forget(tile)

    def _forget(self, tile: Tile) -> None:
        """Drop a tile, unless it is on its way."""
        if tile in self._tiles and self._tiles[tile].done():
            del self._tiles[tile]


def _uses(axis: Axis, blocks: Iterable[Span]) -> Counter[int]:
    """How many blocks along an axis each tile lies in."""
    return Counter(tile for span in blocks for tile in axis.tiles_of(axis.cells_of(span)))
