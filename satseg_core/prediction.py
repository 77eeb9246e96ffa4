"""From an open raster to the class scores of its pixels: what mapping a raster and measuring a model have in common."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from satseg_core import scores
from satseg_core.classify import Classified, classify, interpolate
from satseg_core.errors import UsageError
from satseg_core.events import Stage
from satseg_core.legend import NODATA
from satseg_core.memory import Budget
from satseg_core.model.card import ModelCard
from satseg_core.model.runtime import Runtime
from satseg_core.pipeline import ahead, side_by_side
from satseg_core.raster.area_of_interest import AreaOfInterest, whole
from satseg_core.raster.grid import Block, Lattice, Tile
from satseg_core.raster.reading import TileReader, valid_pixels
from satseg_core.raster.scaling import Stretch, find_stretch
from satseg_core.raster.source import CloudyPixels, Source

SAME_SIZE = 0.05
"""Where the raster's pixels are within this share of the model's they are used as they are."""

MOST_ENLARGED = 4.0
"""Rasters with coarser pixels are enlarged by this factor at most. ``python -m benchmarks.enlarging``: with
landcover 0.1.0 on unseen scenes degraded to 5 and 10 m a px the mean IoU is 0.33 and 0.26 enlarged by four, 0.31 and
0.25 as they are."""

TOO_COARSE = 16.0
"""Pixels this many times the model's show nothing that it knows: they are not enlarged, which would cost time only."""

LIMIT_ENLARGED = 16.0
"""Nobody may ask for more than this."""

BLOCKS_WAITING = 4
"""So many blocks wait for a batch of tiles to fill up."""

TILES_AHEAD = 4
"""So many tiles wait for the network, read and scaled already."""


def model_scale(
    source: Source, card: ModelCard, pixel_size: float | None = None
) -> tuple[tuple[float, float], list[str]]:
    """The size of a model px on a raster.

    Args:
        source: the open raster.
        card: of the model.
        pixel_size: m a px to run the model at; None for the size it was trained at.

    Returns:
        Raster px a model px, down and across, and sentences that warn.

    Raises:
        UsageError: the pixel size cannot be had.
    """
    place = source.placement
    if pixel_size is not None and not pixel_size > 0:
        raise UsageError("The pixel size must be a positive number of metres, such as --pixel-size 1.22.")
    if place.in_pixels and pixel_size is None:
        return (1.0, 1.0), []
    wanted = pixel_size or card.pixel_size
    across, down = (wanted / metres for metres in place.metres)
    finest = min(across, down)
    if pixel_size is not None:
        if finest < 1 / LIMIT_ENLARGED:
            raise UsageError(
                f"A pixel size of {pixel_size:g} m is over {LIMIT_ENLARGED:g} times finer than the raster's"
                f" {max(place.metres):.4g} m; ask for {max(place.metres) / LIMIT_ENLARGED:.3g} m or more."
            )
        return (_near_one(down), _near_one(across)), []
    if finest >= 1 / MOST_ENLARGED:
        return (_near_one(down), _near_one(across)), []
    sentence = (
        f"The raster's pixels measure {max(place.metres):.4g} m, far coarser than the {card.pixel_size:g} m that model"
        f" '{card.name}' was trained at: expect a rough map."
    )
    if finest < 1 / TOO_COARSE:
        return (1.0, 1.0), [sentence]
    return (max(down, 1 / MOST_ENLARGED), max(across, 1 / MOST_ENLARGED)), [sentence]


def _near_one(scale: float) -> float:
    return 1.0 if abs(scale - 1) <= SAME_SIZE else scale


@dataclass(frozen=True)
class Plan:
    """Everything decided before the first tile is read.

    Attributes:
        source: the open raster.
        card: of the model.
        runtime: the loaded model.
        stretch: of the raster's values.
        lattice: of its tiles.
        within: the part of the raster that is asked for.
        area: polygons to stay inside of, or None.
        budget: of memory.
    """

    source: Source
    card: ModelCard
    runtime: Runtime
    stretch: Stretch
    lattice: Lattice
    within: Block
    area: AreaOfInterest | None
    budget: Budget

    @classmethod
    def make(
        cls,
        source: Source,
        card: ModelCard,
        runtime: Runtime,
        scale: tuple[float, float],
        stretch: Sequence[float] | None = None,
        within: Block | None = None,
        area: AreaOfInterest | None = None,
        budget: Budget | None = None,
    ) -> Plan:
        """Lay out a run.

        Args:
            source: see `Plan`.
            card: see `Plan`.
            runtime: see `Plan`.
            scale: raster px a model px, down and across; see `model_scale`.
            stretch: ``(low, high)`` that become 0 and 1; None for the model's own scaling.
            within: see `Plan`; None for all.
            area: see `Plan`.
            budget: see `Plan`; None for the usual one.

        Raises:
            UsageError: ``stretch`` is not two rising numbers.
            RasterError: the raster cannot be read.
        """
        lattice = Lattice.plan(source.shape, scale, card.tile_size, card.overlap, card.score_stride)
        values = find_stretch(source, card.scaling, stretch)
        return cls(source, card, runtime, values, lattice, within or whole(source), area, budget or Budget.of())

    @property
    def block_size(self) -> int:
        """About the side of a block, raster px."""
        return self.lattice.block_size()

    def order(self, skipped: Collection[Block] = (), parts: int = 1) -> list[Block]:
        """The blocks in an order in which neighbours follow each other, to be cut into so many parts.

        Args:
            skipped: blocks that need no result.
            parts: see `satseg_core.scores.ordered_blocks`.
        """
        classes, most = len(self.card.legend), self.budget.scores
        every = scores.ordered_blocks(self.lattice, self.within, self.block_size, classes, most, parts)
        return [block for block in every if block not in skipped]


@dataclass(frozen=True)
class PredictedBlock:
    """What the network says of a block.

    Attributes:
        lattice: of the raster.
        block: where it lies.
        wanted: ``(h, w) bool``, raster px that get a class: with data and inside the mask.
        cells: ``(C, y, x) float32``, blended, on ``lattice.cells_of(block)``; ``(C, 0, 0)`` where no px is wanted.
        cloudy: px that get another code instead, and have no confidence; or None.
    """

    lattice: Lattice
    block: Block
    wanted: NDArray[np.bool_]
    cells: scores.Scores
    cloudy: CloudyPixels | None = None

    def classify(self, codes: Sequence[int], temperature: float | None = None) -> Classified:
        """Codes and confidence of the block, `NODATA` where nothing is wanted; see `satseg_core.classify.classify`."""
        labels, percent = self._of_network(codes, temperature)
        if self.cloudy is not None:
            labels[self.cloudy.pixels] = self.cloudy.code
        return labels, percent

    def _of_network(self, codes: Sequence[int], temperature: float | None) -> Classified:
        if not self.cells.size:
            empty = np.full(self.block.shape, NODATA, np.uint8)
            return empty, None if temperature is None else empty.copy()
        labels, percent = classify(self.lattice, self.block, self.cells, codes, temperature)
        labels[~self.wanted] = NODATA
        if percent is not None:
            percent[~self.wanted] = NODATA
        return labels, percent

    def sample(self, every: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
        """Scores of px on a sparse grid that is fixed to the raster: the same px whatever the blocks.

        Args:
            every: raster px from one to the next, down and across.

        Returns:
            Rows ``(n,)`` and columns ``(n,)`` in the raster, of wanted px alone, and their scores
            ``(n, C) float32`` before softmax.
        """
        rows, cols = (np.arange((every // 2 - span.start) % every, span.size, every) for span in self.block)
        down, across = np.nonzero(self.wanted[np.ix_(rows, cols)])
        if not self.cells.size:
            return down, across, np.zeros((0, len(self.cells)), np.float32)
        values = interpolate(self.lattice, self.block, self.cells, rows, cols)
        places = rows[down] + self.block.rows.start, cols[across] + self.block.cols.start
        return (*places, np.ascontiguousarray(values[:, down, across].T))


@dataclass(frozen=True)
class _TileRead:
    """A tile as the network wants it, ``(B, tile_h, tile_w) float32``."""

    tile: Tile
    pixels: NDArray[np.float32]


@dataclass(frozen=True)
class _BlockRead:
    """A block whose tiles have all been read: which of its px are wanted, the tiles that these need, and clouds."""

    number: int
    wanted: NDArray[np.bool_]
    tiles: tuple[Tile, ...]
    cloudy: CloudyPixels | None


class _Step(NamedTuple):
    """Tiles with their scores, and the blocks that are ready with them."""

    tiles: list[Tile]
    found: Iterable[scores.Scores]
    ready: list[_BlockRead]


def batches(reads: Iterable[_TileRead | _BlockRead], size: int) -> Iterator[tuple[list[_TileRead], list[_BlockRead]]]:
    """Gather tiles until there are ``size`` of them, with the blocks that are ready once these have been run.

    Blocks do not wait for more than `BLOCKS_WAITING` others, so that a raster with little to run takes no more memory.
    """
    tiles: list[_TileRead] = []
    ready: list[_BlockRead] = []
    for read in reads:
        if isinstance(read, _TileRead):
            tiles.append(read)
        else:
            ready.append(read)
        if len(tiles) == size or len(ready) == (BLOCKS_WAITING if size > 1 else 1):
            yield tiles, ready
            tiles, ready = [], []
    if tiles or ready:
        yield tiles, ready


class Prediction:
    """A planned run: goes through the blocks, reads and runs each tile that is needed once.

    Args:
        plan: of the run.
        skipped: blocks that need no result, as an earlier run has made them.
    """

    def __init__(self, plan: Plan, skipped: Collection[Block] = ()) -> None:
        self._plan = plan
        self._classes = len(plan.card.legend)
        self._order = plan.order(skipped)
        self._last_use = scores.last_uses(plan.lattice, self._order)
        self._tiles = scores.TileScores(self._last_use)

    @property
    def tiles(self) -> int:
        """Number of tiles that the blocks may need: the steps that `blocks` reports."""
        return len(self._last_use)

    @property
    def tiles_run(self) -> int:
        """Number of tiles that went through the network so far."""
        return self._tiles.run

    def blocks(self, stage: Stage) -> Generator[PredictedBlock, None, None]:
        """Read, predict and blend, block by block; reading and the network go ahead in threads of their own.

        Close the iterator, or run it to its end, to end those threads.

        Args:
            stage: hears of every tile.

        Raises:
            CancelledError: the user cancelled.
            RasterError: the raster is damaged.
        """
        plan = self._plan
        # Made here, as it may open an overview, which takes GDAL's settings from the thread that it is in.
        reader = TileReader(plan.source, plan.lattice, plan.card, plan.stretch, plan.budget.pieces)
        depth = max(TILES_AHEAD, plan.runtime.batch)
        with ExitStack() as stack:
            reads = stack.enter_context(closing(ahead(self._reads(reader), depth)))
            steps = side_by_side(self._run, batches(reads, plan.runtime.batch), plan.runtime.at_once)
            stack.enter_context(closing(steps))
            passed: set[Tile] = set()
            for tiles, found, ready in steps:
                if tiles:
                    self._tiles.add(tiles, found)
                    passed.update(tiles)
                    stage.advance(len(tiles))
                for read in ready:
                    yield self._predicted(read)
                    self._tiles.forget(read.number)
                    passed.update(plan.lattice.tiles_of(self._order[read.number]))
                    stage.reach(len(passed))

    def _run(self, step: tuple[list[_TileRead], list[_BlockRead]]) -> _Step:
        """Run tiles that were read; in a thread of the network's."""
        reads, ready = step
        found = self._plan.runtime.scores(np.stack([read.pixels for read in reads])) if reads else ()
        return _Step([read.tile for read in reads], found, ready)

    def _reads(self, reader: TileReader) -> Iterator[_TileRead | _BlockRead]:
        """Every block after the tiles that it needs and that no block before it needed."""
        lattice = self._plan.lattice
        done: set[Tile] = set()
        for number, block in enumerate(self._order):
            wanted, cloudy = self._plan.source.without_clouds(self._wanted(block), block)
            tiles = tuple(scores.needed_tiles(lattice, block, wanted))
            for tile in tiles:
                if tile not in done:
                    done.add(tile)
                    yield _TileRead(tile, reader.read(tile))
            yield _BlockRead(number, wanted, tiles, cloudy)

    def _predicted(self, read: _BlockRead) -> PredictedBlock:
        lattice, block = self._plan.lattice, self._order[read.number]
        cells = np.zeros((self._classes, 0, 0), np.float32)
        if read.tiles:
            found = [(tile, self._tiles.get(tile)) for tile in read.tiles]
            cells = scores.blend(lattice, lattice.cells_of(block), found, self._classes)
        return PredictedBlock(lattice, block, read.wanted, cells, read.cloudy)

    def _wanted(self, block: Block) -> NDArray[np.bool_]:
        """Px of a block that get a class: with data and inside the mask."""
        source, area = self._plan.source, self._plan.area
        if area is None:
            return valid_pixels(source, block)
        inside = area.inside(block)
        return inside & valid_pixels(source, block) if inside.any() else inside
