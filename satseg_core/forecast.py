"""What a run will take, told before it begins: time, and room on the disk.

Times are those of ``docs/benchmarks.md`` (Linux, 2 cores), except for the network's, which is measured on this machine,
and the reading of large rasters, which is tried. Sizes are those of maps of the demo's scene and of real imagery of
0.5 to 300 m a px. The run record keeps the forecast beside what the run took in the end.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Callable, Optional

import numpy as np
from rasterio.windows import Window

from satseg_core.counting import count_tiles, share_with_data
from satseg_core.errors import OutputError
from satseg_core.events import Reporter
from satseg_core.model.pace import MOST_RUNS, TileTime
from satseg_core.prediction import Plan
from satseg_core.raster.grid import Axis, Block
from satseg_core.raster.reading import read_window
from satseg_core.space import FLAT_BYTES, free_bytes, in_words, taken_bytes, volume
from satseg_core.unfinished import folder_of

LONG = 600.0
"""A run of more seconds than this is announced by a warning."""

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

AT_ONCE = {"segment": 0.02, "finish": 0.02, "confidence": 0.02, "areas": 0.005, "polygons": 0.15}
"""Seconds that a stage takes however small the raster is."""

MAP_BYTES, CONFIDENCE_BYTES = 0.1, 0.5
"""Bytes a px of the finished rasters: 0.01 to 0.13 and 0.2 to 0.6 were found."""

LEAST_BYTES = 0.01
"""A map that is nearly of one class takes this many bytes a px."""

EDGE_BYTES, MOST_EDGE_BYTES, PACKAGE_BYTES = 0.6, 2.0, 120_000
"""Bytes of polygons for each raster px along the sides of model px (0.3 to 0.9 were found), and of an empty layer."""

_TRIED = 3
_TRIED_PX = 2_000_000
"""So many parts of so many px are read to see how long it takes."""


@dataclass(frozen=True)
class Targets:
    """Where a run will write, and what depends on it.

    Attributes:
        output: the map.
        confidence: of each px, or None.
        polygons: of the map, or None.
        merges: small areas will be merged.
    """

    output: Path
    confidence: Path | None = None
    polygons: Path | None = None
    merges: bool = False


@dataclass(frozen=True)
class Room:
    """Bytes that a run takes in one folder while it works.

    Attributes:
        folder: where; it may be yet to be made.
        least: whatever the map shows.
        likely: what stays, and what goes at the end.
        most: if nothing can be compressed.
    """

    folder: Path
    least: float
    likely: float
    most: float


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
    """

    pixels: int
    tiles: int
    seconds: dict[str, float]
    files: dict[str, float]
    rooms: tuple[Room, ...]
    where: str

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
        }


TimeOfTile = Callable[[int], Optional[TileTime]]
"""Time of a tile of the model's size, measured now by so many runs at most; remembered or None if that is none."""


def foresee(
    plan: Plan, targets: Targets, done: Collection[Block], threads: int, tile_time: TimeOfTile, thorough: bool = False
) -> Forecast:
    """Work out what a run will take.

    Args:
        plan: of the run.
        targets: of the run.
        done: blocks that an earlier run has done.
        threads: of the runtime.
        tile_time: see `TimeOfTile`.
        thorough: measure and try whatever is not known, also where the run is short.

    Raises:
        RasterError: the raster is damaged.
    """
    tiles = count_tiles(plan, done)
    found = tile_time(MOST_RUNS if thorough and tiles else min(tiles // WORTH_MEASURING, MOST_RUNS))
    lattice = plan.lattice
    side = plan.card.tile_size
    share = lattice.rows.tile * lattice.cols.tile / side**2
    tile = share * (GUESSED_TILE * side**2 * 2 / threads if found is None else found.now)
    slowed = 1.0 if found is None else min(found.now / found.usual, MOST_SLOWED)
    classify = slowed * (CLASSIFY_CONFIDENCE if targets.confidence else CLASSIFY)
    work = _Work(plan, tiles, tile, threads, slowed * READ * _read_bytes(plan), classify)
    if tiles and (thorough or work.seconds > LARGE):
        work = replace(work, read=_tried_reading(plan))
        if plan.source.has_nodata:
            work = replace(work, tiles=round(tiles * share_with_data(plan)))
    pixels = plan.within.rows.size * plan.within.cols.size
    return Forecast(
        pixels=pixels,
        tiles=work.tiles,
        seconds=_stage_seconds(plan, targets, work.seconds, slowed),
        files=_file_bytes(plan, targets, EDGE_BYTES),
        rooms=tuple(_rooms(plan, targets)),
        where=_where(plan, threads),
    )


def _where(plan: Plan, threads: int) -> str:
    device, name = plan.runtime.device, plan.runtime.name
    cores = "1 core" if threads == 1 else f"{threads} cores"
    return f"{cores if device == 'cpu' else device} with {name}"


@dataclass(frozen=True)
class _Work:
    """The first stage: reading, the network, classes.

    Attributes:
        plan: of the run.
        tiles: that are run.
        tile: seconds that the network takes for one.
        threads: of the runtime.
        read: seconds of one core for a raster px that is read.
        classify: seconds of one core for a raster px that gets a class.
    """

    plan: Plan
    tiles: int
    tile: float
    threads: int
    read: float
    classify: float

    @property
    def seconds(self) -> float:
        """Of the stage. Reading and classifying share the processor with the network, if it runs there."""
        lattice, within = self.plan.lattice, self.plan.within
        pixels = within.rows.size * within.cols.size
        each = _step(lattice.rows) * _step(lattice.cols)
        touched = min(self.tiles * each, pixels)
        network = self.tiles * self.tile
        reading = touched * self.read
        classifying = touched * self.classify
        slowest = max(network, reading, classifying)
        if self.plan.runtime.device != "cpu":
            return slowest
        on_processor = classifying if _is_remote(self.plan.source.path) else reading + classifying
        return max(slowest, network + on_processor / self.threads)


def _step(axis: Axis) -> float:
    """Raster px from a tile to the next one along an axis."""
    return float(max(axis.tile - axis.overlap, 1) * axis.scale)


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
        drawing = POLYGONS * pixels + POLYGON_EDGES * _edges(plan)
        seconds["polygons"] = drawing * (GENERALIZE if targets.merges else 1)
    after = {name: slowed * (value + AT_ONCE[name]) for name, value in seconds.items()}
    return {"segment": segment + slowed * AT_ONCE["segment"], **after}


def _edges(plan: Plan) -> float:
    """Raster px along one side of each of the model's px: what the borders of polygons are made of."""
    rows, cols = plan.lattice.rows.scale, plan.lattice.cols.scale
    pixels = plan.within.rows.size * plan.within.cols.size
    return float(pixels / (rows * cols) * max(rows, cols, 1.0))


def _file_bytes(plan: Plan, targets: Targets, edge_bytes: float) -> dict[str, float]:
    pixels = plan.within.rows.size * plan.within.cols.size
    files = {"output": MAP_BYTES * pixels}
    if targets.confidence:
        files["confidence"] = CONFIDENCE_BYTES * pixels
    if targets.polygons:
        files["polygons"] = PACKAGE_BYTES + edge_bytes * _edges(plan)
    return files


def _rooms(plan: Plan, targets: Targets) -> list[Room]:
    """What is written where."""
    pixels = plan.within.rows.size * plan.within.cols.size
    likely, most = (_file_bytes(plan, targets, each) for each in (EDGE_BYTES, MOST_EDGE_BYTES))
    flat = FLAT_BYTES * pixels
    # Flat files lie beside the map, until everything is done; what an earlier run left of them is used again.
    beside = max(flat * (2 if targets.confidence else 1) - taken_bytes(folder_of(targets.output)), 0)
    rooms = [Room(targets.output.parent, beside + LEAST_BYTES * pixels, beside + likely["output"], beside + flat)]
    if targets.confidence:
        rooms.append(Room(targets.confidence.parent, LEAST_BYTES * pixels, likely["confidence"], flat))
    if targets.polygons:
        # Other formats are copied from a GeoPackage.
        times = 1 if targets.polygons.suffix.lower() == ".gpkg" else 2
        rooms.append(Room(targets.polygons.parent, 0, times * likely["polygons"], times * most["polygons"]))
    return rooms


def check_space(forecast: Forecast, reporter: Reporter) -> None:
    """Refuse a run that cannot end for lack of space, and warn of one that may not.

    Raises:
        OutputError: a disk has less room than the run takes, whatever the map shows.
    """
    for room in _by_volume(forecast.rooms):
        free, folder = free_bytes(room.folder), os.path.abspath(room.folder)
        if free is None or free >= room.most:
            continue
        if free < room.least:
            raise OutputError(
                f"The run needs about {in_words(room.likely)} in {folder}, where {in_words(free)} are free; free"
                f" some space, choose another folder, or map a smaller extent."
            )
        reporter.warning(
            f"The run may need up to {in_words(room.most)} in {folder}, where {in_words(free)} are free; about"
            f" {in_words(room.likely)} are likely."
        )


def _by_volume(rooms: Sequence[Room]) -> list[Room]:
    """What is needed on each disk, named by the first folder there."""
    found: dict[Any, Room] = {}
    for room in rooms:
        key = volume(room.folder)
        known = found.get(key)
        found[key] = (
            room
            if known is None
            else Room(known.folder, known.least + room.least, known.likely + room.likely, known.most + room.most)
        )
    return list(found.values())


def tell(forecast: Forecast, reporter: Reporter) -> None:
    """Say what a run will take: a warning, with advice, if it is long."""
    if forecast.total_seconds > LONG:
        reporter.warning(
            f"About {duration(forecast.total_seconds)} for {_pixels(forecast.pixels)} ({_tiles(forecast.tiles)} of the"
            f" network) on {forecast.where}, and {in_words(forecast.working_bytes)} of disk space meanwhile; choose a"
            f" smaller extent or a larger pixel size (--pixel-size) to try it first."
        )
        return
    reporter.message(
        f"{_pixels(forecast.pixels)}, {_tiles(forecast.tiles)}; about {duration(forecast.total_seconds)} on"
        f" {forecast.where}."
    )


def _pixels(count: int) -> str:
    if count < 1_000_000:
        return "1 pixel" if count == 1 else f"{count:,} pixels"
    millions = count / 1e6
    return f"{millions:.1f} million pixels" if millions < 10 else f"{millions:,.0f} million pixels"


def _tiles(count: int) -> str:
    return "1 tile" if count == 1 else f"{count:,} tiles"


def duration(seconds: float) -> str:
    """Time as people say it, no more exact than a forecast is: ``8 s``, ``12 min``, ``2 h 10 min``, ``3 days``."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    tens = round(minutes / 10)
    hours, rest = divmod(tens, 6)
    if hours < 48:
        return f"{hours} h {10 * rest} min" if rest else f"{hours} h"
    return f"{round(seconds / 86400)} days"
