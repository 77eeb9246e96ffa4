"""What a Dask worker has of a run over many scenes: a plugin with its model, and the task that asks it for a scene."""

from __future__ import annotations

import dataclasses
import math
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Callable

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from satseg_core.cluster.sent_model import SentModel
from satseg_core.cluster.worker import check_version, leave_ctrl_c
from satseg_core.errors import RuntimeUnavailableError
from satseg_core.events import Event, Progress, Reporter
from satseg_core.many.one import Outcome, SceneTask, do_scene, failed
from satseg_core.memory import few_arenas
from satseg_core.model.keeper import RuntimeKeeper
from satseg_core.version import __version__

TELL_SECONDS = 1.0
"""A worker tells how far it is at most this often, s."""


class ScenesPlugin(WorkerPlugin):  # type: ignore[misc]
    """What a worker keeps for a run; Dask gives it to every worker, those that come later too.

    Args:
        name: of the run, and of what its workers tell.
        model: files that workers need; none where they have the model.
        threads: of the network; None for what Dask says that a worker may use.
        ours: the worker was started for this run, on this machine.
    """

    idempotent = True

    def __init__(self, name: str, model: SentModel, threads: int | None, ours: bool) -> None:
        self.name = name
        self._model = model
        self._threads = threads
        self._ours = ours
        self._version = __version__
        self._over: Any = None
        self._runtimes: Any = None
        self._folder: str | None = None
        self._file: str | None = None

    def setup(self, worker: Any) -> None:
        """Called by the worker."""
        self._over = threading.Event()
        self._runtimes = RuntimeKeeper()
        self._threads = self._threads or worker.state.nthreads
        few_arenas()
        if self._ours:
            leave_ctrl_c()
        if self._model.files:
            self._folder = tempfile.mkdtemp(prefix="satseg-model-")
            self._file = str(self._model.unpack(Path(self._folder)))

    def teardown(self, worker: Any) -> None:  # noqa: ARG002
        """Called when the run is over, or the worker goes: a scene that is being done stops."""
        self._over.set()
        self._runtimes.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def do(self, task: SceneTask, tell: Callable[[float], None]) -> Outcome:
        """A scene.

        Args:
            task: the scene.
            tell: called with the fraction that is done, at once and as long as the scene goes on.

        Raises:
            CancelledError: the run is over.
        """
        try:
            check_version(self._version)
        except RuntimeUnavailableError as error:
            return failed(task.scene, str(error))
        telling = _Telling(tell)
        template = dataclasses.replace(task.template, threads=self._threads, model=self._file or task.template.model)

        def over() -> bool:
            telling.go_on()  # who can be cancelled has not hung, however long a file is on its way
            return bool(self._over.is_set())

        telling.go_on()
        return do_scene(dataclasses.replace(task, template=template), Reporter(telling.listen, over), self._runtimes)


class _Telling:
    """Tells how far a scene is."""

    def __init__(self, tell: Callable[[float], None]) -> None:
        self._tell = tell
        self._fraction = 0.0
        self._told = -math.inf

    def listen(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._fraction = event.fraction
        self.go_on()

    def go_on(self) -> None:
        now = time.monotonic()
        if now - self._told >= TELL_SECONDS:
            self._told = now
            self._tell(self._fraction)


def scene_in_worker(run: str, attempt: str, task: SceneTask) -> Outcome:
    """The task: one scene, in a worker's thread.

    Args:
        run: name of the run.
        attempt: name of this attempt at the scene: what the worker tells of it has it.
        task: the scene.

    Raises:
        CancelledError: the run is over.
    """
    worker = get_worker()
    plugin: ScenesPlugin = worker.plugins[run]

    def tell(fraction: float) -> None:
        told = {"attempt": attempt, "worker": worker.address, "process": os.getpid(), "fraction": fraction}
        worker.log_event(run, told)

    return plugin.do(task, tell)
