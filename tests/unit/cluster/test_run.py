"""Blocks are shared out among the workers that there are, and anew when many more have come."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from distributed import Client, LocalCluster

from satseg_core.cluster.run import ClusterRun
from satseg_core.cluster.task import BlockDone
from satseg_core.cluster.worker import RunPlugin
from satseg_core.events import Reporter
from satseg_core.raster.grid import Block, Span

BLOCKS = [Block(Span(row, row + 1), Span(0, 1)) for row in range(40)]


class Instant(RunPlugin):
    """Makes blocks out of nothing."""

    def __init__(self) -> None:
        self.name = f"instant-{time.time_ns()}"
        self.ours = False

    def setup(self, worker: Any) -> None:
        """Nothing to open."""

    def teardown(self, worker: Any) -> None:
        """Nothing is open."""

    def make(self, block: Block) -> Any:
        time.sleep(0.05)
        return BlockDone(block, (np.full(block.shape, block.rows.start, np.uint8), None), 1).packed()


def test_blocks_are_shared_out_anew_for_many_more_workers_and_come_once() -> None:
    asked: list[int] = []

    def arrange(workers: int) -> list[Block]:
        asked.append(workers)
        return BLOCKS[::-1] if workers > 1 else BLOCKS

    found: list[BlockDone] = []
    threads = LocalCluster(1, processes=False, threads_per_worker=1, dashboard_address=None)
    with threads as cluster, Client(cluster) as client, Reporter().stage("segment", len(BLOCKS)) as stage:
        for done in ClusterRun(client, Instant(), arrange).blocks(stage):
            found.append(done)
            if len(found) == 3:
                cluster.scale(3)
                client.wait_for_workers(3, timeout=30)
                time.sleep(1.1)  # so often is looked who is there
    assert [workers for workers in asked if workers > 1] in ([3], [2])
    assert sorted(done.block for done in found) == BLOCKS
    assert all((done.rasters[0] == done.block.rows.start).all() for done in found)
    late = [done.block for done in found[12:18]]
    assert max(late) > BLOCKS[30]
