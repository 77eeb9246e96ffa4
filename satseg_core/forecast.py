"""What a run will take, foretold before it begins: tiles, time, and room on the disk (`satseg_core.rooms`).

Times are those of ``docs/benchmarks.md`` (Linux, 2 cores), except for the network's, which is measured on this machine,
and the reading of large rasters, which is tried. The run record keeps the forecast beside what the run took in the end.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Callable, Optional

import numpy as np
from rasterio.windows import Window

from satseg_core.counting import count_tiles, share_with_data
from satseg_core.crew import Crew
from satseg_core.model.pace import MOST_RUNS, TileTime
from satseg_core.prediction import Plan
from satseg_core.raster.grid import Axis, Block
from satseg_core.raster.reading import read_window
from satseg_core.rooms import Room, Targets, edges, file_bytes, rooms_of

LARGE = 20.0
"""A run of more seconds than this is worth trying how fast its raster is read, and where it has data."""

WORTH_MEASURING = 16
"""So many tiles are worth running one more to see how long it takes."""

MOST_SLOWED = 5.0
"""Other programs slow a run down by this factor at most, or we do not believe it."""

GUESSED_TILE = 0.19e-6
"""Seconds a model px on two cores, where the time of a tile was not measured: the default model in ONNX Runtime."""

READ = 4.0e-9
"""Seconds of one core for each byte of the raster that is read and averaged."""

CLASSIFY, CLASSIFY_CONFIDENCE = 6e-9, 38e-9
"""Seconds of one core for each px that gets a class, and a confidence."""

FINISH, CONFIDENCE, AREAS, POLYGONS = 9.5e-9, 10.5e-9, 2.6e-9, 66e-9
"""Seconds a px of the stages that follow."""

POLYGON_EDGES = 10e-9
"""Seconds for each raster px along the sides of model px: the finer the classes change, the more there is to draw."""

GENERALIZE = 1.4
"""Merging small areas makes polygons take this many times as long."""

COMMAND = 0.016
"""Seconds that the process which gets all blocks from workers takes for one (docs/cluster-benchmark.md)."""

COMMON_ROWS = 1.5
"""So many rows of tiles are run by two workers, for each worker but the first: so it was for two
(docs/cluster-benchmark.md), by one where their parts meet and by what one takes over from the other at the end."""

AT_ONCE = {"segment": 0.02, "finish": 0.02, "confidence": 0.02, "areas": 0.005, "polygons": 0.15}
"""Seconds that a stage takes however small the raster is."""

_TRIED = 3
_TRIED_PX = 2_000_000
"""So many parts of so many px are read to see how long it takes."""


@dataclass(frozen=True)
class Forecast:
    """What a run will take.

    Attributes:
        pixels: raster px of the map.
        tiles: that will go through the network.
        seconds: of each stage, as `satseg_core.events.STAGES` names them.
        files: likely bytes of the map, the confidence and the polygons, by these names.
        rooms: what is needed where.
        where: ``2 cores with onnx``.
        crew: who does it.
    """

    pixels: int
    tiles: int
    seconds: dict[str, float]
    files: dict[str, float]
    rooms: tuple[Room, ...]
    where: str
    crew: Crew

    @property
    def total_seconds(self) -> float:
        """Of the whole run."""
        return sum(self.seconds.values())

    @property
    def output_bytes(self) -> int:
        """Likely bytes of all outputs."""
        return int(sum(self.files.values()))

    @property
    def working_bytes(self) -> int:
        """Likely bytes on disks while the run works, outputs among them."""
        return int(sum(room.likely for room in self.rooms))

    def to_json(self) -> dict[str, Any]:
        """For the run record, which has what it took in ``seconds``, and for ``--dry-run``."""
        return {
            "pixels": self.pixels,
            "tiles": self.tiles,
            "seconds": round(self.total_seconds, 1),
            "seconds_of_stages": {name: round(seconds, 3) for name, seconds in self.seconds.items()},
            "bytes": self.output_bytes,
            "working_bytes": self.working_bytes,
            "workers": self.crew.workers,
            "threads": self.crew.cores,
            "memory_mb": self.crew.memory * max(self.crew.workers, 1),
        }


TimeOfTile = Callable[[int], Optional[TileTime]]
"""Time of a tile of the model's size, measured now by so many runs at most; remembered or None if that is none."""


def foresee(
    plan: Plan,
    targets: Targets,
    done: Collection[Block],
    threads: int,
    tile_time: TimeOfTile,
    crew: Crew | None = None,
    thorough: bool = False,
) -> Forecast:
    """Work out what a run will take.

    Args:
        plan: of the run.
        targets: of the run.
        done: blocks that an earlier run has done.
        threads: of the runtime that ``tile_time`` measures.
        tile_time: see `TimeOfTile`.
        crew: who does the blocks; None for this process.
        thorough: measure and try whatever is not known, also where the run is short.

    Raises:
        RasterError: the raster is damaged.
    """
    crew = crew or Crew.alone(threads)
    tiles = count_tiles(plan, done)
    found = tile_time(MOST_RUNS if thorough and tiles else min(tiles // WORTH_MEASURING, MOST_RUNS))
    lattice = plan.lattice
    side = plan.card.tile_size
    share = lattice.rows.tile * lattice.cols.tile / side**2
    tile = share * (GUESSED_TILE * side**2 * 2 / threads if found is None else found.now)
    slowed = 1.0 if found is None else min(found.now / found.usual, MOST_SLOWED)
    classify = slowed * (CLASSIFY_CONFIDENCE if targets.confidence else CLASSIFY)
    hands = _Hands.of(crew, plan, len(done), threads, on_cards=found is not None and plan.runtime.device != "cpu")
    if tiles:
        tiles += hands.common_tiles
    work = _Work(plan, tiles, tile, hands, slowed * READ * _read_bytes(plan), classify)
    if tiles and (thorough or work.seconds > LARGE):
        work = replace(work, read=_tried_reading(plan))
        if plan.source.has_nodata:
            work = replace(work, tiles=round(tiles * share_with_data(plan)))
    pixels = plan.within.rows.size * plan.within.cols.size
    return Forecast(
        pixels=pixels,
        tiles=work.tiles,
        seconds=_stage_seconds(plan, targets, crew.start + work.seconds, slowed),
        files=file_bytes(plan, targets),
        rooms=tuple(rooms_of(plan, targets)),
        where=crew.where(plan.runtime.name, plan.runtime.device, found is not None),
        crew=crew,
    )


@dataclass(frozen=True)
class _Hands:
    """How much of a crew is at work on average.

    Attributes:
        speed: how many times as fast all networks are as this process' one.
        cores: of the processors.
        at_once: blocks that are read and classified at a time.
        least: seconds that the process takes which all blocks come to.
        common_tiles: that two workers run each, as the parts of both need them.
    """

    speed: float
    cores: float
    at_once: float
    least: float = 0.0
    common_tiles: int = 0

    @classmethod
    def of(cls, crew: Crew, plan: Plan, done: int, threads: int, on_cards: bool) -> _Hands:
        """For a run of which so many blocks are done; ``threads`` are those of this process' network."""
        if not crew.workers:
            return cls(speed=1.0, cores=crew.cores, at_once=crew.at_once)
        blocks = math.prod(map(len, plan.lattice.blocks(plan.within, plan.block_size))) - done
        busy = crew.busy(blocks)
        cells = plan.lattice.cells_of(plan.within)
        along = min(len(axis.tiles_of(span)) for axis, span in zip((plan.lattice.rows, plan.lattice.cols), cells))
        return cls(
            speed=busy * (crew.cards if on_cards else crew.cores / threads),
            cores=busy * crew.cores,
            at_once=max(min(busy * crew.at_once, blocks), 1.0),
            least=COMMAND * blocks,
            common_tiles=round(max(min(crew.workers, blocks) - 1, 0) * COMMON_ROWS * along),
        )


@dataclass(frozen=True)
class _Work:
    """The first stage: reading, the network, classes.

    Attributes:
        plan: of the run.
        tiles: that are run.
        tile: seconds that this process' network takes for one.
        hands: who does it.
        read: seconds of one core for a raster px that is read.
        classify: seconds of one core for a raster px that gets a class.
    """

    plan: Plan
    tiles: int
    tile: float
    hands: _Hands
    read: float
    classify: float

    @property
    def seconds(self) -> float:
        """Of the stage. Reading and classifying share the processor with the network, if it runs there."""
        lattice, within, hands = self.plan.lattice, self.plan.within, self.hands
        pixels = within.rows.size * within.cols.size
        each = _step(lattice.rows) * _step(lattice.cols)
        touched = min(self.tiles * each, pixels)
        network = self.tiles * self.tile / hands.speed
        reading = touched * self.read
        classifying = touched * self.classify
        slowest = max(network, reading / hands.at_once, classifying / hands.at_once, hands.least)
        if self.plan.runtime.device != "cpu":
            return slowest
        on_processor = classifying if _is_remote(self.plan.source.path) else reading + classifying
        return max(slowest, network + on_processor / hands.cores)


def _step(axis: Axis) -> float:
    """Raster px from a tile to the next one along an axis."""
    return axis.step * axis.scale


def _is_remote(path: str) -> bool:
    """Whether reading means to wait for a server."""
    return "://" in path or path.startswith(("/vsicurl", "/vsis3", "/vsigs", "/vsiaz"))


def _read_bytes(plan: Plan) -> float:
    """Bytes of a px: the bands, and again where it is looked for nodata."""
    source = plan.source
    size = len(set(source.bands)) * np.dtype(source.dtype).itemsize
    return float(size * (2 if source.has_nodata else 1))


def _tried_reading(plan: Plan) -> float:
    """Seconds a raster px that reading takes, from a few parts of the raster: files and servers differ a lot.

    Raises:
        RasterError: the raster is damaged.
    """
    source, within = plan.source, plan.within
    scales = plan.lattice.rows.scale, plan.lattice.cols.scale
    dataset = source.level(min(scales))
    block_height, block_width = dataset.block_shapes[0]
    whole_rows = block_width >= dataset.width
    width = within.cols.size if whole_rows else min(int(_step(plan.lattice.cols)) + 1, within.cols.size)
    height = min(max(_TRIED_PX // width, block_height, 1), within.rows.size)
    times = []
    for number in range(_TRIED):
        place = (number + 0.5) / _TRIED
        row = within.rows.start + int(place * (within.rows.size - height))
        col = within.cols.start + int(place * (within.cols.size - width))
        shape = (max(round(height / scales[0]), 1), max(round(width / scales[1]), 1))
        began = time.perf_counter()
        read_window(source, dataset, Window(col, row, width, height), shape)
        times.append((time.perf_counter() - began) / (height * width))
    each = float(statistics.median(times))
    # Where it is looked for nodata, the raster's own px are read for it.
    return each + (READ * _read_bytes(plan) / 2 if source.has_nodata else 0.0)


def _stage_seconds(plan: Plan, targets: Targets, segment: float, slowed: float) -> dict[str, float]:
    pixels = plan.within.rows.size * plan.within.cols.size
    seconds = {"finish": FINISH * pixels, "areas": AREAS * pixels}
    if targets.confidence:
        seconds["confidence"] = CONFIDENCE * pixels
    if targets.polygons:
        drawing = POLYGONS * pixels + POLYGON_EDGES * edges(plan)
        seconds["polygons"] = drawing * (GENERALIZE if targets.merges else 1)
    after = {name: slowed * (value + AT_ONCE[name]) for name, value in seconds.items()}
    return {"segment": segment + slowed * AT_ONCE["segment"], **after}
