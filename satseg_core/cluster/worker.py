"""SatSeg inside of Dask's workers: a plugin that holds the model and the raster of a run, and the task that asks it."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import threading
import uuid
from typing import Any

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from satseg_core.cluster.task import BlockDone, BlockMaker, PackedBlock, RemoteJob
from satseg_core.errors import RuntimeUnavailableError, SatSegError
from satseg_core.raster.grid import Block
from satseg_core.version import __version__


class RunPlugin(WorkerPlugin):  # type: ignore[misc]
    """What a worker keeps for a run; Dask gives it to every worker, those that come later too.

    A job as the input of a task would be dropped between two blocks and fetched again, from a worker that may have
    hung.

    Args:
        job: of the run.
        ours: the worker was started for this run, on this machine.

    Attributes:
        name: of the run, unlike all others.
    """

    idempotent = True

    def __init__(self, job: RemoteJob, ours: bool) -> None:
        self.name = f"satseg-{uuid.uuid4().hex[:12]}"
        self.ours = ours
        self._job = job
        self._maker: BlockMaker | None = None
        self._lock: Any = None
        self._over: Any = None
        self._threads = 1

    def setup(self, worker: Any) -> None:
        """Called by the worker; the model is loaded when the first block is asked for, as that may fail."""
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads = int(worker.state.nthreads)
        if self.ours:
            leave_ctrl_c()

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 -- Dask's signature
        """Called when the run is over, or the worker goes."""
        self._over.set()
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
                self._maker = BlockMaker(self._checked(), self._over)
        done = self._maker.make(block)
        return done if self.ours else done.packed()

    def _checked(self) -> RemoteJob:
        """The job, with as many threads as Dask says that this worker may use, if it names none."""
        job = self._job
        check_version(job.version)
        if job.choice.threads is not None:
            return job
        return dataclasses.replace(job, choice=dataclasses.replace(job.choice, threads=self._threads))


def check_version(command: str) -> None:
    """Refuse what the command asks of this worker if it has another SatSeg, of version ``command``.

    Raises:
        RuntimeUnavailableError: it has.
    """
    if command != __version__:
        raise RuntimeUnavailableError(
            f"A worker has SatSeg {__version__} and the command {command}; install the same everywhere."
        )


def leave_ctrl_c() -> None:
    """Ctrl-C in a terminal is for the command, which ends its workers; this process does not hear of it."""
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def make_block(name: str, block: Block) -> BlockDone | PackedBlock:
    """The task of a block, for the run ``name``.

    Raises:
        SatSegError: the model or the raster cannot be used on this worker.
    """
    plugin: RunPlugin = get_worker().plugins[name]
    try:
        return plugin.make(block)
    except SatSegError as error:
        failure = type(error)(str(error))
    raise failure  # without the errors that it comes from: they may be of a kind that cannot travel
