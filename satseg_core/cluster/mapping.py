"""The blocks of a planned run, done by a cluster: what `satseg_core.segment` calls where workers are wanted."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from typing import Callable

from satseg_core import scores
from satseg_core.classify import Classified
from satseg_core.cluster.connect import Connection, connect
from satseg_core.cluster.task import BlockDone, ModelBytes, RemoteJob, RuntimeChoice
from satseg_core.events import Reporter
from satseg_core.model.store import ModelFile
from satseg_core.pipeline import Behind
from satseg_core.prediction import Plan
from satseg_core.raster.grid import Block


@dataclass(frozen=True)
class Cluster:
    """Which workers, and what they may take.

    Attributes:
        workers: processes to start on this machine, or None.
        scheduler: address of a Dask scheduler instead.
        threads: of all workers on this machine together; None for all processors.
        memory: MB of each worker; None for the usual.
    """

    workers: int | None
    scheduler: str | None
    threads: int | None = None
    memory: int | None = None


def map_blocks(
    cluster: Cluster,
    plan: Plan,
    model: ModelFile,
    done: Collection[Block],
    temperature: float | None,
    put: Callable[[Block, Classified], None],
    reporter: Reporter,
) -> int:
    """Have the blocks of a run done, and put each as it comes; they come in any order.

    Args:
        cluster: see `Cluster`.
        plan: of the run; its runtime says what the workers use.
        model: the model's files.
        done: blocks that are not needed.
        temperature: of the confidence; None where none is wanted.
        put: takes a block's codes and confidence; called in one thread, one after the other.
        reporter: hears of progress, and can cancel.

    Returns:
        Number of tiles that went through the network, those included that several workers ran.

    Raises:
        SatSegError: there is no cluster, or its workers cannot do it.
        CancelledError: the user cancelled.
    """
    order = _order(plan, done)
    with (
        reporter.stage("segment", len(order)) as stage,
        connect(cluster.workers, cluster.scheduler, cluster.threads, _cards(plan)) as connection,
    ):
        from satseg_core.cluster.run import ClusterRun
        from satseg_core.cluster.worker import RunPlugin

        reporter.message(_greeting(connection))
        job = _job(plan, model, temperature, connection, cluster.memory)
        run = ClusterRun(connection.client, RunPlugin(job, connection.ours), order)
        tiles = 0
        with closing(run.blocks(stage)) as blocks, Behind(_putter(put), 1) as writing:
            for done_block in blocks:
                writing.put(done_block)
                tiles += done_block.tiles_run
                stage.advance(1)
    return tiles


def _putter(put: Callable[[Block, Classified], None]) -> Callable[[BlockDone], None]:
    return lambda done: put(done.block, done.rasters)


def _order(plan: Plan, done: Collection[Block]) -> list[Block]:
    classes = len(plan.card.legend)
    every = scores.ordered_blocks(plan.lattice, plan.within, plan.block_size, classes, plan.budget.scores)
    return [block for block in every if block not in done]


def _job(
    plan: Plan, model: ModelFile, temperature: float | None, connection: Connection, memory: int | None
) -> RemoteJob:
    runtime = plan.runtime
    return RemoteJob(
        input=plan.source.path,
        bands=plan.source.bands,
        size=plan.source.shape,
        lattice=plan.lattice,
        stretch=plan.stretch,
        area=plan.area,
        model=ModelBytes.of(model, runtime.name),
        choice=RuntimeChoice(runtime.name, runtime.device, runtime.precision, connection.threads),
        temperature=temperature,
        memory=memory,
    )


def _greeting(connection: Connection) -> str:
    count = len(connection.client.ncores())
    workers = f"{count} worker" if count == 1 else f"{count} workers"
    if connection.ours:
        words = f"{workers} on this machine, {connection.threads} threads each."
    else:
        words = f"{workers} of the Dask scheduler at {connection.client.scheduler.address}."
    return f"{words} Dashboard: {connection.dashboard}" if connection.dashboard else words


def _cards(plan: Plan) -> int:
    """How many graphics cards the workers here share out among them; 0 where they run on the processor."""
    if plan.runtime.device != "cuda":
        return 0
    import torch

    return int(torch.cuda.device_count())
