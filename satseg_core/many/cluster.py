"""Scenes on a Dask cluster: one scene is one task, and a worker has one at a time."""

from __future__ import annotations

import dataclasses
import queue
import shutil
import tempfile
import threading
import time
import uuid
from collections import deque
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any, Callable

from distributed import Client, Future, get_worker
from distributed.diagnostics.plugin import WorkerPlugin
from distributed.scheduler import KilledWorker

from satseg_core.cluster.connect import Connection, not_installed
from satseg_core.cluster.sent_model import SentModel
from satseg_core.errors import CancelledError, RuntimeUnavailableError
from satseg_core.events import Event, Progress, Reporter
from satseg_core.many.one import Outcome, SceneTask, do_scene, failed
from satseg_core.memory import few_arenas
from satseg_core.model.keeper import RuntimeKeeper
from satseg_core.model.store import ModelFile
from satseg_core.version import __version__

LOOK_SECONDS = 0.2
"""How often is asked whether the user cancelled, and which workers there are, s."""

TELL_SECONDS = 1.0
"""A worker tells how far it is at most this often, s."""


class ScenesPlugin(WorkerPlugin):  # type: ignore[misc]
    """What a worker keeps for a run; Dask gives it to every worker, those that come later too.

    Args:
        name: of the run, and of what its workers tell.
        model: see `SentModel`.
        threads: of the network; None for what Dask says that a worker may use.
    """

    idempotent = True

    def __init__(self, name: str, model: SentModel, threads: int | None) -> None:
        self.name = name
        self._model = model
        self._threads = threads
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
            tell: called with the fraction that is done.

        Raises:
            CancelledError: the run is over.
        """
        if self._version != __version__:
            reason = f"A worker has SatSeg {__version__} and the command {self._version}; install the same everywhere."
            return failed(task.scene, reason)
        told = time.monotonic()

        def listen(event: Event) -> None:
            nonlocal told
            if isinstance(event, Progress) and time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                tell(event.fraction)

        template = dataclasses.replace(task.template, threads=self._threads)
        if self._file:
            template = dataclasses.replace(template, model=self._file)
        return do_scene(
            dataclasses.replace(task, template=template), Reporter(listen, self._over.is_set), self._runtimes
        )


def scene_in_worker(run: str, task: SceneTask) -> Outcome:
    """The task: one scene, in a worker's thread."""
    worker = get_worker()
    plugin: ScenesPlugin = worker.plugins[run]
    return plugin.do(task, lambda fraction: worker.log_event(run, {"scene": task.scene.name, "fraction": fraction}))


class ScenesOnCluster:
    """Scenes of one run on a cluster.

    Args:
        connection: to the cluster.
        model: see `SentModel`.
    """

    def __init__(self, connection: Connection, model: ModelFile) -> None:
        self._client: Client = connection.client
        self._name = f"satseg-{uuid.uuid4().hex[:12]}"
        # Workers on this machine see what the command sees.
        sent = SentModel(()) if connection.ours else SentModel.unless_shipped(model)
        self._plugin = ScenesPlugin(self._name, sent, connection.threads)
        self._asked: dict[Future, tuple[SceneTask, str]] = {}
        self._finished: queue.SimpleQueue[Future] = queue.SimpleQueue()

    def run(
        self, tasks: Iterable[SceneTask], check: Callable[[], None], tell: Callable[[str, float], None]
    ) -> Generator[Outcome, None, None]:
        """The outcomes of scenes as they come.

        Args:
            tasks: in the order in which workers get them.
            check: called often; raises `CancelledError` where the user cancelled.
            tell: called with a scene's name and how much of it is done.

        Raises:
            CancelledError: the user cancelled; nothing is left on the cluster.
            RuntimeUnavailableError: the cluster is gone.
        """
        waiting = deque(tasks)

        def hear(event: tuple[float, Any]) -> None:
            tell(event[1]["scene"], event[1]["fraction"])

        self._client.register_plugin(self._plugin, name=self._name)
        self._client.subscribe_topic(self._name, hear)
        try:
            while waiting or self._asked:
                check()
                self._ask(waiting)
                outcome = self._next(waiting)
                if outcome is not None:
                    yield outcome
        finally:
            self._leave()

    def _ask(self, waiting: deque[SceneTask]) -> None:
        """Give every worker that has nothing a scene."""
        if not waiting:
            return
        busy = {worker for _, worker in self._asked.values()}
        for worker in sorted(set(self._client.ncores()) - busy):
            if not waiting:
                return
            task = waiting.popleft()
            key = f"{self._name}-{task.scene.name}-{uuid.uuid4().hex[:6]}"
            options: dict[str, Any] = {"workers": [worker], "allow_other_workers": True, "pure": False}
            future = self._client.submit(scene_in_worker, self._name, task, key=key, **options)
            self._asked[future] = (task, worker)
            future.add_done_callback(self._finished.put)

    def _next(self, waiting: deque[SceneTask]) -> Outcome | None:
        """An outcome that has come; None where none has for a while."""
        try:
            future = self._finished.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            return None
        task, _ = self._asked.pop(future)
        if future.status == "cancelled":
            if self._client.status != "running":
                raise RuntimeUnavailableError(
                    "The connection to the Dask scheduler is lost; see to it, and run the same command again."
                )
            waiting.append(task)
            return None
        return self._outcome(future, task)

    def _outcome(self, future: Future, task: SceneTask) -> Outcome:
        try:
            outcome: Outcome = future.result()
        except KilledWorker:
            reason = (
                "Several workers have died over it, most often for lack of memory; give workers more, or have fewer."
            )
        except ModuleNotFoundError as error:
            raise not_installed(error) from error
        except CancelledError:
            reason = "Its worker was told to stop; run the same command again."
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one scene, the others go on
            reason = f"A worker failed ({type(error).__name__}: {' '.join(str(error).split())[:300]})."
        else:
            return outcome
        return failed(task.scene, reason)

    def _leave(self) -> None:
        """Nothing of the run stays on the cluster."""
        if self._client.status != "running":
            return
        self._client.cancel(list(self._asked), force=True)
        self._client.unsubscribe_topic(self._name)
        self._client.unregister_worker_plugin(self._name)
