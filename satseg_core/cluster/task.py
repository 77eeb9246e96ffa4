"""What a worker does: hold the model and the raster, and turn one block after the other into finished px.

Dask calls this in the workers' processes; nothing is imported from it here.
"""

from __future__ import annotations

import tempfile
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from satseg_core import scores
from satseg_core.classify import Classified
from satseg_core.cluster.remembered import RememberedTiles
from satseg_core.cluster.sent_model import SentModel
from satseg_core.errors import CancelledError, RasterError
from satseg_core.memory import Budget, few_arenas
from satseg_core.model.card import ModelCard
from satseg_core.model.runtime import Runtime, load_runtime
from satseg_core.model.store import open_model
from satseg_core.pipeline import ahead
from satseg_core.prediction import PredictedBlock
from satseg_core.raster.area_of_interest import AreaOfInterest
from satseg_core.raster.grid import Block, Lattice, Tile
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.reading import TileReader, valid_pixels
from satseg_core.raster.scaling import Stretch
from satseg_core.raster.source import CloudyPixels, Source, open_source
from satseg_core.scores import Scores
from satseg_core.version import __version__

Pixels = NDArray[np.float32]
"""Tiles as the network wants them, ``(N, B, T, T) float32``."""

TILES_AHEAD = 4
"""Tiles that are read and wait for the network, for each block that is being made; or one batch, where that is more."""

PACK_LEVEL = 1
"""Of zlib: more takes longer than the bytes that it saves."""


@dataclass(frozen=True)
class RuntimeChoice:
    """What executes the model on every worker: the same everywhere, so that px are.

    Attributes:
        runtime: one of `satseg_core.model.runtime.RUNTIMES`, or ``auto``.
        device: one of `satseg_core.model.choice.DEVICES`, or ``auto``.
        precision: one of `satseg_core.model.runtime.PRECISIONS`.
        threads: processor threads; None for all.
    """

    runtime: str
    device: str
    precision: str
    threads: int | None


@dataclass(frozen=True)
class RemoteJob:
    """All that a worker needs to know of a run.

    Attributes:
        input: the raster, by a name that opens it on the worker, too.
        bands: of the raster, counted from 1, in the model's order; None for the colours of a palette.
        overrides: what goes before what the raster's file says.
        size: height and width of the raster, px; one of another size is refused.
        lattice: of its tiles.
        within: the part of the raster that is asked for.
        block_size: of the blocks that it is cut into, raster px.
        stretch: of its values.
        area: polygons to stay inside of, or None.
        model: the model.
        choice: of what executes it.
        temperature: of the confidence; None where none is wanted.
        memory: MB that a worker may take; None for the usual.
        version: of SatSeg.
    """

    input: str
    bands: tuple[int, ...] | None
    overrides: Overrides
    size: tuple[int, int]
    lattice: Lattice
    within: Block
    block_size: int
    stretch: Stretch
    area: AreaOfInterest | None
    model: SentModel
    choice: RuntimeChoice
    temperature: float | None
    memory: int | None
    version: str = __version__


@dataclass(frozen=True)
class BlockDone:
    """What comes back of a block.

    Attributes:
        block: where it lies.
        rasters: codes ``(h, w) uint8``, and percent of the same shape or None.
        tiles_run: tiles that went through the network for it.
    """

    block: Block
    rasters: Classified
    tiles_run: int

    def packed(self) -> PackedBlock:
        """The same, for the way through a network."""
        return PackedBlock(self.block, tuple(_pack(raster) for raster in self.rasters), self.tiles_run)

    def unpacked(self) -> BlockDone:
        """Itself."""
        return self


@dataclass(frozen=True)
class PackedBlock:
    """A `BlockDone` with its rasters compressed: neighbouring px are alike."""

    block: Block
    rasters: tuple[bytes | None, ...]
    tiles_run: int

    def unpacked(self) -> BlockDone:
        """As it was."""
        shape = self.block.shape
        labels, percent = (
            None if raster is None else np.frombuffer(zlib.decompress(raster), np.uint8).reshape(shape)
            for raster in self.rasters
        )
        if labels is None:
            raise ValueError("a block has no codes")
        return BlockDone(self.block, (labels, percent), self.tiles_run)


def _pack(raster: NDArray[np.uint8] | None) -> bytes | None:
    return None if raster is None else zlib.compress(np.ascontiguousarray(raster).data, PACK_LEVEL)


@dataclass(frozen=True)
class _OpenRaster:
    """A raster, its tiles, and what closes them."""

    source: Source
    tiles: TileReader
    opened: ExitStack


class BlockMaker:
    """Makes blocks of one job in one process.

    Calls from several threads work side by side: one reads while another has the network.

    Args:
        job: what to make.
        over: set when nobody wants blocks any more: whoever waits for a server then gives up.

    Raises:
        SatSegError: the model or the raster cannot be used here.
        CancelledError: ``over`` was set meanwhile.
    """

    def __init__(self, job: RemoteJob, over: threading.Event | None = None) -> None:
        self._job = job
        self._over = over or threading.Event()
        self._budget = Budget.of(job.memory)
        self._reading, self._turns = threading.Lock(), threading.Lock()
        few_arenas()
        with tempfile.TemporaryDirectory(prefix="satseg-model-") as folder:
            model = open_model(job.model.unpack(Path(folder)))
            choice = job.choice
            self.runtime: Runtime = load_runtime(model, choice.runtime, choice.device, choice.threads, choice.precision)
        # No more threads than it wants, as caches are used to them; one more batch waits, so that they need not.
        self._network = ThreadPoolExecutor(self.runtime.at_once, thread_name_prefix="satseg-network")
        self._room = threading.Semaphore(self.runtime.at_once + 1)
        self._card: ModelCard = model.card
        self._raster: _OpenRaster | None = None
        with self._turn_to_read():
            pass  # what cannot be read is said at once
        tile_bytes = 4 * len(self._card.legend) * job.lattice.weights().size
        most = max(self._budget.scores // tile_bytes, 1)
        self._tiles = RememberedTiles(job.lattice, job.within, job.block_size, most)

    def close(self) -> None:
        """Close the raster, and end the network's threads."""
        self._over.set()
        self._network.shutdown()
        with self._reading:
            self._forget_raster()

    def _check(self) -> None:
        if self._over.is_set():
            raise CancelledError("The run is over.")

    @contextmanager
    def _turn_to_read(self) -> Iterator[_OpenRaster]:
        """The raster, for one thread at a time.

        It is opened anew after a failure: GDAL keeps px that it could not read, and gives them out the next time.
        """
        with rasterio.Env(**self._budget.gdal_options(self._job.input, *self._job.overrides.files)), self._reading:
            self._check()
            if self._raster is None:
                self._raster = self._open()
            try:
                yield self._raster
            except BaseException:
                self._forget_raster()
                raise

    def _open(self) -> _OpenRaster:
        job = self._job
        with ExitStack() as opened:
            opening = open_source(job.input, self._card.bands, job.bands, self._check, job.overrides)
            source = opened.enter_context(opening)
            if source.shape != job.size:
                raise RasterError(
                    f"{job.input} is another raster on a worker ({source.shape}) than here ({job.size});"
                    " give a name that means the same file everywhere."
                )
            tiles = TileReader(source, job.lattice, self._card, job.stretch, self._budget.pieces)
            return _OpenRaster(source, tiles, opened.pop_all())

    def _forget_raster(self) -> None:
        if self._raster is not None:
            self._raster.opened.close()
            self._raster = None

    def make(self, block: Block) -> BlockDone:
        """Read, predict, blend and classify a block.

        Raises:
            RasterError: the raster cannot be read.
        """
        wanted, cloudy = self._wanted(block)
        needed = tuple(scores.needed_tiles(self._job.lattice, block, wanted))
        found, run = self._scores_of(needed)
        self._tiles.made(block)
        classes = len(self._card.legend)
        cells = np.zeros((classes, 0, 0), np.float32)
        if needed:
            lattice = self._job.lattice
            cells = scores.blend(lattice, lattice.cells_of(block), zip(needed, found), classes)
        predicted = PredictedBlock(self._job.lattice, block, wanted, cells, cloudy)
        return BlockDone(block, predicted.classify(self._card.legend.codes, self._job.temperature), run)

    def _wanted(self, block: Block) -> tuple[NDArray[np.bool_], CloudyPixels | None]:
        """Px of a block that get a class: with data and inside the mask; and those that get the code of clouds."""
        inside = self._job.area.inside(block) if self._job.area else None
        if inside is not None and not inside.any():
            return inside, None
        with self._turn_to_read() as raster:
            valid = valid_pixels(raster.source, block)
            return raster.source.without_clouds(valid if inside is None else inside & valid, block)

    def _scores_of(self, tiles: Sequence[Tile]) -> tuple[list[Scores], int]:
        """Scores of tiles, and how many were run for it: each is run once while it is remembered."""
        claimed, futures = self._tiles.claim(tiles)
        running: list[Future[None]] = []
        try:
            with closing(ahead(self._read(claimed), max(TILES_AHEAD // self.runtime.batch, 1))) as batches:
                # The first is asked for at once, so that reading goes on while the network has another block.
                first = list(islice(batches, 1))
                with self._turns:
                    for batch, pixels in chain(first, batches):
                        running.append(self._run(batch, pixels, futures))
            for run in running:
                run.result()
        except BaseException as error:
            wait(running)  # whatever they give is given before the rest is given up
            self._tiles.give_up(claimed, futures, error)
            raise
        return [futures[tile].result() for tile in tiles], len(claimed)

    def _run(self, batch: Sequence[Tile], pixels: Pixels, futures: Mapping[Tile, Future[Scores]]) -> Future[None]:
        """Have a batch run as soon as there is room for it.

        Blocks take turns: whoever has one asks for all of its batches, one after the other, and the next block begins
        while the last of them are run. Blocks that shared the network batch by batch would end together, and leave it
        idle while they are classified.
        """

        def run() -> None:
            for tile, result in zip(batch, self.runtime.scores(pixels)):
                futures[tile].set_result(result)

        self._room.acquire()
        running = self._network.submit(run)
        running.add_done_callback(lambda _: self._room.release())
        return running

    def _read(self, tiles: Sequence[Tile]) -> Iterator[tuple[Sequence[Tile], Pixels]]:
        """Tiles as the network wants them, as many at a time as it likes; iterated in a thread of its own."""
        for batch in _batches(tiles, self.runtime.batch):
            # Not around the loop: a generator may be closed in another thread, which has no settings of GDAL to leave.
            with self._turn_to_read() as raster:
                pixels = np.stack([raster.tiles.read(tile) for tile in batch])
            yield batch, pixels


def _batches(tiles: Sequence[Tile], size: int) -> Iterator[Sequence[Tile]]:
    return (tiles[start : start + size] for start in range(0, len(tiles), size))
