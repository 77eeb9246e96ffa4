"""SatSeg inside a Dask worker: a plugin that holds the model and the raster of a run, and the task that asks it."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import threading
from typing import Any

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from satseg_core.cluster.task import BlockDone, BlockMaker, PackedBlock, RemoteJob
from satseg_core.errors import RuntimeUnavailableError
from satseg_core.raster.grid import Block
from satseg_core.version import __version__


class RunPlugin(WorkerPlugin):  # type: ignore[misc]
    """What a worker keeps for a run; Dask gives it to every worker, those that come later too.

    Args:
        name: of the run.
        job: see `RemoteJob`.
        ours: the worker was started for this run, on this machine.
    """

    idempotent = True

    def __init__(self, name: str, job: RemoteJob, ours: bool) -> None:
        self.name = name
        self._job = job
        self._ours = ours
        self._version = __version__
        self._maker: BlockMaker | None = None
        self._lock: Any = None
        self._threads = 1

    def setup(self, worker: Any) -> None:
        """Called by the worker; the model is loaded when the first block is asked for, as that may fail."""
        self._lock = threading.Lock()
        self._threads = worker.state.nthreads
        if self._ours:
            with contextlib.suppress(ValueError):  # not in the main thread
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command hears Ctrl-C, and ends the workers

    def teardown(self, worker: Any) -> None:  # noqa: ARG002
        """Called when the run is over, or the worker goes."""
        if self._maker is not None:
            self._maker.close()
            self._maker = None

    def make(self, block: Block) -> BlockDone | PackedBlock:
        """One block.

        Raises:
            SatSegError: the model or the raster cannot be used on this worker.
        """
        with self._lock:
            if self._maker is None:
                self._maker = self._made()
        done = self._maker.make(block)
        return done if self._ours else done.packed()

    def _made(self) -> BlockMaker:
        if self._version != __version__:
            raise RuntimeUnavailableError(
                f"A worker has SatSeg {__version__} and this command is of {self._version}; install the same on all."
            )
        choice = self._job.choice
        if choice.threads is None:
            choice = dataclasses.replace(choice, threads=self._threads)  # what Dask says this worker may use
        return BlockMaker(dataclasses.replace(self._job, choice=choice))


def make_block(name: str, block: Block) -> BlockDone | PackedBlock:
    """The task: one block of the run ``name``, in a worker's thread."""
    plugin: RunPlugin = get_worker().plugins[name]
    return plugin.make(block)
