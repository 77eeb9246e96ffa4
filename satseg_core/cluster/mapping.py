"""The blocks of a planned run, done by a cluster: what `satseg_core.segment` calls where workers are wanted."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from functools import partial
from typing import Callable

from satseg_core.classify import Classified
from satseg_core.cluster.connect import Connection
from satseg_core.cluster.sent_model import SentModel
from satseg_core.cluster.task import BlockDone, RemoteJob, RuntimeChoice
from satseg_core.events import Reporter
from satseg_core.model.store import ModelFile
from satseg_core.pipeline import Behind
from satseg_core.prediction import Plan
from satseg_core.raster.grid import Block


def map_blocks(
    connection: Connection,
    plan: Plan,
    model: ModelFile,
    memory: int | None,
    done: Collection[Block],
    temperature: float | None,
    put: Callable[[Block, Classified], None],
    reporter: Reporter,
) -> int:
    """Have the blocks of a run done, and put each as it comes; they come in any order.

    Args:
        connection: to the cluster.
        plan: of the run; its runtime says what the workers use.
        model: the model's files.
        memory: MB of each worker; None for the usual.
        done: blocks that are not needed.
        temperature: of the confidence; None where none is wanted.
        put: takes a block's codes and confidence; called in one thread, one after the other.
        reporter: hears of progress, and can cancel.

    Returns:
        Number of tiles that went through the network, those included that several workers ran.

    Raises:
        SatSegError: the workers cannot do it.
        CancelledError: the user cancelled.
    """
    from satseg_core.cluster.run import ClusterRun
    from satseg_core.cluster.worker import RunPlugin

    arrange = partial(plan.order, done)
    reporter.message(_greeting(connection))
    job = remote_job(plan, model, temperature, connection.threads, memory)

    def write(made: BlockDone) -> None:
        put(made.block, made.rasters)

    with reporter.stage("segment", len(arrange())) as stage:
        run = ClusterRun(connection.client, RunPlugin(job, connection.ours), arrange)
        tiles = 0
        with closing(run.blocks(stage)) as blocks, Behind(write, 1) as writing:
            for made in blocks:
                writing.put(made)
                tiles += made.tiles_run
                stage.advance(1)
    return tiles


def remote_job(
    plan: Plan, model: ModelFile, temperature: float | None, threads: int | None, memory: int | None
) -> RemoteJob:
    """What workers need to know of a run; ``threads`` of each, None for as many as Dask gives it."""
    runtime = plan.runtime
    return RemoteJob(
        input=plan.source.path,
        bands=None if plan.source.palette else plan.source.bands,  # what is named is read as it is
        overrides=plan.source.overrides,
        size=plan.source.shape,
        lattice=plan.lattice,
        within=plan.within,
        block_size=plan.block_size,
        stretch=plan.stretch,
        area=plan.area,
        model=SentModel.of(model, runtime.name),
        choice=RuntimeChoice(runtime.name, runtime.device, runtime.precision, threads),
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
