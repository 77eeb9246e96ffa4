"""A simulated cluster: workers that sleep for as long as a block takes, to find what does not grow with them.

What is real: Dask's scheduler, its connections, `satseg_core.cluster.run.ClusterRun`, results of the size of true ones,
and the writer with its checksums. All workers are threads of one process; the scheduler and the command have one each.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask
import numpy as np
import psutil
import rasterio
from distributed import Client, Scheduler, Worker
from rasterio.transform import from_origin

from satseg_core.cluster.run import ClusterRun
from satseg_core.cluster.task import BlockDone, PackedBlock
from satseg_core.cluster.worker import RunPlugin
from satseg_core.events import Reporter
from satseg_core.legend import LAND_COVER
from satseg_core.pipeline import Behind
from satseg_core.raster.area_of_interest import whole
from satseg_core.raster.classified import MapWriter
from satseg_core.raster.grid import Block, Span
from satseg_core.raster.source import open_source

SIDE = 2048
"""Px of a block."""

PLACES = 4
"""The writer has a map of so many by so many blocks, and writes each of them again and again."""

FIELD = 37
"""Side of the fields of the made blocks, px: their codes take about as many bytes compressed as those of true maps."""


class SleepPlugin(RunPlugin):
    """Makes blocks by waiting.

    Args:
        seconds: for each block.
    """

    def __init__(self, seconds: float) -> None:
        self.name = f"simulated-{time.time_ns()}"
        self.ours = False
        self._seconds = seconds
        self._packed: PackedBlock | None = None

    def setup(self, worker: Any) -> None:  # noqa: ARG002 -- Dask's signature
        """One block is made before the clock runs."""
        self._packed = make_codes(Block(Span(0, SIDE), Span(0, SIDE))).packed()

    def teardown(self, worker: Any) -> None:
        """Nothing is open."""

    def make(self, block: Block) -> PackedBlock:
        """The same codes, always."""
        time.sleep(self._seconds)
        assert self._packed
        return PackedBlock(block, self._packed.rasters, 0)


def make_codes(block: Block) -> BlockDone:
    """A block of fields."""
    rng = np.random.default_rng(1)
    rows, cols = block.shape
    fields = rng.integers(0, 7, (rows // FIELD + 1, cols // FIELD + 1), np.uint8)
    codes = np.kron(fields, np.ones((FIELD, FIELD), np.uint8))[:rows, :cols]
    return BlockDone(block, (np.ascontiguousarray(codes), None), 0)


def simulate(workers: int, blocks: int, seconds: float) -> dict[str, float]:
    """Run so many blocks.

    Args:
        workers: that sleep.
        blocks: to make.
        seconds: for each.

    Returns:
        ``workers``, ``blocks`` and ``block_seconds`` as asked for; ``seconds`` of the whole; ``ideal``, if nothing but
        sleeping took time; and processor seconds for each block, of the command and of the scheduler.
    """
    with sleepers(workers) as cluster, Client(cluster.address) as client, tempfile.TemporaryDirectory() as folder:
        client.wait_for_workers(workers, timeout=300)
        order = [Block(Span(row * SIDE, (row + 1) * SIDE), Span(0, SIDE)) for row in range(blocks)]
        with written(Path(folder)) as put, Reporter().stage("segment", blocks) as stage:
            began, here, there = time.perf_counter(), time.process_time(), _cpu(cluster.scheduler)
            with Behind(put, 1) as writing:
                for done in ClusterRun(client, SleepPlugin(seconds), lambda _: order).blocks(stage):
                    writing.put(done)
                    stage.advance(1)
            took = time.perf_counter() - began
            used = (time.process_time() - here, _cpu(cluster.scheduler) - there)
    return {
        "workers": workers,
        "blocks": blocks,
        "block_seconds": seconds,
        "seconds": took,
        "ideal": blocks * seconds / workers,
        "command_cpu": used[0] / blocks,
        "scheduler_cpu": used[1] / blocks,
    }


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def written(folder: Path) -> Iterator[Any]:
    """What writes blocks into a map, as a run does."""
    raster = folder / "in.tif"
    profile = {"driver": "GTiff", "count": 3, "height": PLACES * SIDE, "width": PLACES * SIDE, "dtype": "uint8"}
    transform = from_origin(5e5, 5e6, 0.5, 0.5)
    with rasterio.open(raster, "w", crs="EPSG:32633", transform=transform, SPARSE_OK=True, **profile):
        pass
    with ExitStack() as stack:
        source = stack.enter_context(open_source(str(raster), ("red", "green", "blue"), (1, 2, 3)))
        flat = folder / "map.flat"
        writer = stack.enter_context(MapWriter(folder / "map.tif", flat, source, whole(source), LAND_COVER))

        def put(done: BlockDone) -> None:
            place = done.block.rows.start // SIDE % PLACES**2
            row, col = place // PLACES * SIDE, place % PLACES * SIDE
            writer.write(Block(Span(row, row + SIDE), Span(col, col + SIDE)), done.rasters[0])

        yield put


@dataclass(frozen=True)
class Sleepers:
    """A simulated cluster.

    Attributes:
        address: of its scheduler.
        scheduler: its process.
    """

    address: str
    scheduler: psutil.Process


@contextmanager
def sleepers(count: int) -> Iterator[Sleepers]:
    """A scheduler in a process of its own, and all workers in another."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    scheduler = context.Process(target=_schedule, args=(theirs,), daemon=True)
    scheduler.start()
    address = ours.recv()
    workers = context.Process(target=_sleep, args=(address, count), daemon=True)
    workers.start()
    try:
        yield Sleepers(address, psutil.Process(scheduler.pid))
    finally:
        for process in (workers, scheduler):
            process.kill()
            process.join()


def _schedule(pipe: Any) -> None:
    async def run() -> None:
        async with Scheduler(host="127.0.0.1", port=0, dashboard=False) as scheduler:
            pipe.send(scheduler.address)
            await scheduler.finished()

    _quiet()
    asyncio.run(run())


def _sleep(address: str, count: int) -> None:
    async def run() -> None:
        waiting = [Worker(address, nthreads=1, memory_limit=0, dashboard=False) for _ in range(count)]
        await asyncio.gather(*waiting)
        await waiting[0].finished()

    _quiet()
    # So many workers in one process would spend its time on looking at themselves.
    looking = {"distributed.worker.profile.enabled": False, "distributed.admin.system-monitor.interval": "1h"}
    with dask.config.set(looking):
        asyncio.run(run())


def _quiet() -> None:
    logging.disable(logging.CRITICAL)
