"""How long a job takes on how many cores: a model whose parameters are measured, and worked examples.

    python -m benchmarks.scale [--page docs/scale.md]

Reads what ``make bench`` and ``python -m benchmarks.cluster`` have written, and puts the tables into the page between
its marks.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cluster import table
from satseg_core import scores
from satseg_core.cluster.lanes import cut
from satseg_core.memory import Budget
from satseg_core.model.store import find_model
from satseg_core.raster.grid import Block, Lattice, Span

BENCH_CORES = 2
"""Of the machine that ``make bench`` ran on."""

BLOCK_PX = 2048**2

PRICE = 0.04
"""Dollars for an hour of a core, about what clouds take: an assumption."""

BYTES_PX = 0.5
"""Of imagery as JPEG in Cloud Optimized GeoTIFFs, for each px of three bands: an assumption."""

WORKER_BANDWIDTH = 50e6
"""Bytes a second that a core reads from an object store: an assumption."""

OWN, SHARED = "network, one thread", "network, two threads"
"""The bare network in the figures of `benchmarks.cluster`."""

PARTED = ((16_384, 2.44), (40_000, 2.44), (100_000, 2.44), (100_000, 0.5))
"""Sides and px of rasters whose tiles are counted, px and m."""

PARTS = (2, 4, 16, 64)
"""Workers among whom they are shared."""

MOST_ENLARGED = 4.0
"""Times that coarser px are enlarged (`satseg_core.prediction.MOST_ENLARGED`)."""


@dataclass(frozen=True)
class Parameters:
    """What a job costs.

    Attributes:
        start: seconds of a command before its first tile.
        workers: seconds to start and end workers.
        tile: core-seconds of the network for one tile, where each core has a network of its own.
        shared_tile: the same where a network has `BENCH_CORES` cores.
        pixel: core-seconds to read, classify and write a raster px.
        finish: seconds to finish a map, a px, and to measure its areas.
        command: seconds of the one process that takes all blocks, a block.
        scheduler: the same of Dask's.
        step: model px from tile to tile.
        border: tiles that both parts run where two workers meet, for each tile along the border.
        model_pixel: m.
    """

    start: float
    workers: float
    tile: float
    shared_tile: float
    pixel: float
    finish: float
    command: float
    scheduler: float
    step: int
    border: float
    model_pixel: float

    @classmethod
    def measured(cls, bench: dict[str, Any], cluster: dict[str, Any]) -> Parameters:
        """From the figures of the two benchmarks."""
        card = find_model().card
        network, large = bench["native network"][0], "size 32768"
        bench_tile = BENCH_CORES * _median(bench, "native network") / network["tiles"]
        pixels, tiles = 32768**2, bench[large][0]["tiles"]
        seconds, ran = cluster["real"]["seconds"], cluster["real"]["tiles"]
        own, shared = (statistics.median(seconds[way]) / ran[way] for way in (OWN, SHARED))
        segment = statistics.median(run["stages"]["segment"] for run in bench[large])
        finish = statistics.median(run["stages"]["finish"] + run["stages"]["areas"] for run in bench[large])
        busiest = [row for row in cluster["fast"] if row["workers"] == max(r["workers"] for r in cluster["fast"])]
        return cls(
            start=_median(bench, "start"),
            workers=statistics.median(seconds["tiny, one worker"]) - statistics.median(seconds["tiny"]),
            tile=own,
            shared_tile=BENCH_CORES * shared,
            pixel=(BENCH_CORES * segment - tiles * bench_tile) / pixels,
            finish=finish / pixels,
            command=busiest[0]["command_cpu"],
            scheduler=busiest[0]["scheduler_cpu"],
            step=card.tile_size - card.overlap,
            border=card.tile_size / (card.tile_size - card.overlap),
            model_pixel=card.pixel_size,
        )


@dataclass(frozen=True)
class Job:
    """A raster to map.

    Attributes:
        name: for people.
        square_km: of ground.
        pixel: m.
    """

    name: str
    square_km: float
    pixel: float

    @property
    def pixels(self) -> float:
        """Raster px."""
        return self.square_km * 1e6 / self.pixel**2

    def tiles(self, parameters: Parameters) -> float:
        """Tiles of the network."""
        model_pixel = max(parameters.model_pixel, self.pixel / MOST_ENLARGED)
        return self.square_km * 1e6 / (model_pixel * parameters.step) ** 2


JOBS = (
    Job("an orthophoto, 4 km² at 20 cm", 4, 0.2),
    Job("a county, 2,000 km² at 20 cm", 2_000, 0.2),
    Job("a country, 350,000 km² at 50 cm", 350_000, 0.5),
    Job("the planet's land, 149 million km² at 10 m", 149e6, 10.0),
)


def tiles_run(tiles: float, workers: float, parameters: Parameters) -> float:
    """Tiles that several workers run together: each has a part that is about square, and runs all tiles that touch it.

    Args:
        tiles: of the raster.
        workers: that share it.
        parameters: see `Parameters`.
    """
    return (math.sqrt(tiles) + (math.sqrt(max(workers, 1.0)) - 1.0) * parameters.border) ** 2


def tiles_counted(side: int, pixel: float, workers: int) -> tuple[int, int]:
    """Tiles of a square raster, and those that workers run whose parts are cut from the order of a real run.

    Args:
        side: of the raster, px.
        pixel: m.
        workers: that share it.
    """
    card = find_model().card
    zoom = card.pixel_size / pixel
    lattice = Lattice.plan((side, side), (zoom, zoom), card.tile_size, card.overlap, card.score_stride)
    whole, memory = Block(Span(0, side), Span(0, side)), Budget.of().scores
    order = scores.ordered_blocks(lattice, whole, lattice.block_size(), len(card.legend), memory, workers)
    # The raster is square, so its lines of tiles are the same down and across.
    lines = {block.rows: lattice.rows.tiles_of(lattice.rows.cells_of(block.rows)) for block in order}
    parts = (
        {place for block in part for place in itertools.product(lines[block.rows], lines[block.cols])}
        for part in cut(order, workers)
    )
    return lattice.tiles, sum(map(len, parts))


def core_seconds(job: Job, parameters: Parameters, workers: float = 1) -> float:
    """Of workers that share a map, for reading, the network and classifying."""
    return tiles_run(job.tiles(parameters), workers, parameters) * parameters.tile + job.pixels * parameters.pixel


def one_map(job: Job, parameters: Parameters, cores: int) -> tuple[float, str]:
    """Seconds for one map of all of it, and what bounds them.

    Blocks are made by workers with one core each, and one process takes them, finishes the map and measures it.
    """
    blocks = job.pixels / BLOCK_PX
    parts = {
        "the workers": core_seconds(job, parameters, min(cores, blocks)) / cores,
        "reading": job.pixels * BYTES_PX / (WORKER_BANDWIDTH * cores),
        "the process that writes": blocks * parameters.command if cores > BENCH_CORES else 0.0,
        "the scheduler": blocks * parameters.scheduler if cores > BENCH_CORES else 0.0,
    }
    longest = max(parts, key=lambda part: parts[part])
    start = parameters.start + parameters.workers
    return start + parts[longest] + job.pixels * parameters.finish, longest


def many_maps(job: Job, parameters: Parameters, cores: int) -> float:
    """Seconds for scenes that are mapped each by itself (``segment-many``): the workers finish their maps, too."""
    finishing = job.pixels * parameters.finish * BENCH_CORES
    working = (core_seconds(job, parameters) + finishing) / cores
    return parameters.start + parameters.workers + max(working, job.pixels * BYTES_PX / (WORKER_BANDWIDTH * cores))


def main() -> int:
    """Write the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=Path, default=Path("docs/scale.md"))
    parser.add_argument("--bench", type=Path, default=Path("docs/benchmarks.json"))
    parser.add_argument("--cluster", type=Path, default=Path("docs/cluster-benchmark.json"))
    options = parser.parse_args()
    cluster = json.loads(options.cluster.read_text(encoding="utf-8"))
    parameters = Parameters.measured(json.loads(options.bench.read_text(encoding="utf-8")), cluster)
    text = options.page.read_text(encoding="utf-8")
    for mark, content in (
        ("parameters", parameter_table(parameters)),
        ("real", real_table(cluster, parameters)),
        ("parts", parts_table(parameters)),
        ("check", check_table(cluster)),
        ("examples", example_table(parameters)),
    ):
        text = re.sub(
            rf"(<!-- {mark} -->\n).*?(<!-- end -->)", lambda m, c=content: m[1] + c + "\n" + m[2], text, flags=re.DOTALL
        )
    options.page.write_text(text, encoding="utf-8")
    return 0


def parameter_table(p: Parameters) -> str:
    """What was measured."""
    rows = (
        ("start of a command", f"{p.start:.2f} s", "`make bench`"),
        ("starting and ending workers", f"{p.workers:.1f} s", "`benchmarks.cluster`"),
        ("the network, a tile, one core", f"{1e3 * p.tile:.1f} ms of a core", "`benchmarks.cluster`"),
        ("the same with two cores", f"{1e3 * p.shared_tile:.1f} ms of a core", "`benchmarks.cluster`"),
        ("reading, classifying, writing", f"{1e9 * p.pixel:.0f} ns of a core a px", "`make bench`"),
        ("finishing and measuring a map", f"{1e9 * p.finish:.1f} ns a px", "`make bench`"),
        ("the command, a block of 4.2 Mpx", f"{1e3 * p.command:.1f} ms", "`benchmarks.cluster`"),
        ("Dask's scheduler, a block", f"{1e3 * p.scheduler:.1f} ms", "`benchmarks.cluster`"),
        ("imagery, a px", f"{BYTES_PX:g} bytes", "assumed"),
        ("reading from a store, a core", f"{WORKER_BANDWIDTH / 1e6:.0f} MB/s", "assumed"),
        ("an hour of a core", f"${PRICE:g}", "assumed"),
    )
    return table(("what", "how much", "from"), rows)


def real_table(cluster: dict[str, Any], p: Parameters) -> str:
    """The model beside runs on this machine."""
    pixels, tiles = cluster["real"]["pixels"], cluster["real"]["tiles"]["plain"]
    ways = (("plain", 0, p.shared_tile), ("one worker", 1, p.shared_tile), ("two workers", 2, p.tile))
    rows = []
    for way, workers, tile in ways:
        working = (tiles_run(tiles, workers, p) * tile + pixels * p.pixel) / BENCH_CORES
        predicted = p.start + (p.workers if workers else 0) + working + pixels * p.finish
        took = statistics.median(cluster["real"]["seconds"][way])
        rows.append((way, f"{predicted:.1f} s", f"{took:.1f} s", f"{took / predicted:.2f}"))
    return table(("way", "the model says", "it took", "ratio"), rows)


def parts_table(p: Parameters) -> str:
    """Tiles that are run twice, counted, and what the model says."""
    rows = []
    for side, pixel in PARTED:
        cells = [f"{side:,} px of {pixel:g} m"]
        for workers in PARTS:
            tiles, run = tiles_counted(side, pixel, workers)
            cells.append(f"{run / tiles - 1:.0%} ({tiles_run(tiles, workers, p) / tiles - 1:.0%})")
        rows.append(cells)
    return table(("a side", *(f"{workers} workers" for workers in PARTS)), rows)


def check_table(cluster: dict[str, Any]) -> str:
    """The model beside the simulated cluster."""
    rows = []
    for row in (*cluster["simulated"], *cluster["fast"]):
        each = max(row["block_seconds"] / row["workers"], row["command_cpu"], row["scheduler_cpu"])
        predicted = row["blocks"] * each + row["block_seconds"]
        rows.append(
            (
                f"{row['workers']:.0f}",
                f"{row['block_seconds']:g} s",
                f"{row['blocks']:,.0f}",
                f"{predicted:.0f} s",
                f"{row['seconds']:.0f} s",
                f"{row['seconds'] / predicted:.2f}",
            )
        )
    return table(("workers", "a block", "blocks", "the model says", "it took", "ratio"), rows)


def example_table(p: Parameters) -> str:
    """Jobs on a laptop, a server and a cluster."""
    rows = []
    for job in JOBS:
        work = core_seconds(job, p) / 3600
        hours = [one_map(job, p, cores) for cores in (2, 64, 1024)]
        rows.append(
            (
                job.name,
                f"{job.pixels / 1e9:,.1f} Gpx",
                _millions(job.tiles(p)),
                f"{work:,.2f} h" if work < 1 else f"{work:,.0f} h",
                *(f"{_duration(seconds)} ({what})" for seconds, what in hours),
                _duration(many_maps(job, p, 1024)),
                f"${work * PRICE:,.2f}",
            )
        )
    head = ("job", "px", "tiles", "core-hours", "one map, 2 cores", "64", "1,024", "many maps, 1,024", "about")
    return table(head, rows)


def _millions(count: float) -> str:
    return f"{count / 1e6:,.1f} million" if count >= 1e6 else f"{count:,.0f}"


def _duration(seconds: float) -> str:
    for unit, length in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:.1f} s"


def _median(bench: dict[str, Sequence[dict[str, Any]]], case: str) -> float:
    return float(statistics.median(run["seconds"] for run in bench[case]))


if __name__ == "__main__":
    raise SystemExit(main())
