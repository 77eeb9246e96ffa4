"""Scenes on a Dask cluster: one scene is one task, and a worker has one at a time."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import time
import uuid
from collections import Counter, deque
from collections.abc import Generator, Iterable
from concurrent import futures
from dataclasses import dataclass, replace
from typing import Any, Callable

from distributed import Client, Future
from distributed.scheduler import KilledWorker

from satseg_core.cluster.connect import SILENCE_VARIABLE, Connection, not_installed, silence_seconds
from satseg_core.cluster.fetch import Fetched, Fetcher
from satseg_core.cluster.run import WORKERS_SECONDS, explained
from satseg_core.cluster.sent_model import SentModel
from satseg_core.cluster.telling import LOOK_SECONDS, tell_workers
from satseg_core.errors import CancelledError, RuntimeUnavailableError
from satseg_core.many.one import Outcome, SceneFailed, SceneTask, failed
from satseg_core.many.worker import ScenesPlugin, scene_in_worker
from satseg_core.model.store import ModelFile

MOST_SILENCES = 3
"""So many workers may fall silent over one scene."""

LEAVE_SECONDS = 10.0
"""How long is waited at the end for workers to hear that the run is over, s."""

_KILLED_SECONDS = 1.0
"""A worker that was killed has let go of its files after so long, s."""

_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # which is the same on Windows


@dataclass
class _Asked:
    """A scene that somebody was asked for.

    Attributes:
        task: the scene.
        attempt: name of this attempt at it.
        worker: that was asked, or that has begun.
        heard: when something was last heard of it.
        process: of the worker that has begun; None while none has.
        fraction: that is done.
    """

    task: SceneTask
    attempt: str
    worker: str
    heard: float
    process: int | None = None
    fraction: float = 0.0

    def again(self) -> SceneTask:
        """The same for another worker, which may replace what this one has written."""
        return replace(self.task, replace=self.task.replace or self.fraction > 0)


class ScenesOnCluster:
    """Scenes of one run on a cluster.

    Args:
        connection: to the cluster.
        model: that they are mapped with; sent to workers that may not see it.
    """

    def __init__(self, connection: Connection, model: ModelFile) -> None:
        self._client: Client = connection.client
        self._ours = connection.ours
        self._name = f"satseg-{uuid.uuid4().hex[:12]}"
        sent = SentModel(()) if connection.ours else SentModel.unless_shipped(model)
        self._plugin = ScenesPlugin(self._name, sent, connection.threads, connection.ours)
        self._silence = silence_seconds()
        self._fetcher: Fetcher[Outcome] = Fetcher(self._silence, _as_it_is)
        self._told: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._workers: list[str] = []
        self._looked = 0.0
        self._waiting: deque[SceneTask] = deque()
        self._later: list[tuple[float, SceneTask]] = []
        self._asked: dict[Future, _Asked] = {}
        self._silent: set[str] = set()
        self._silences: Counter[str] = Counter()

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
            RuntimeUnavailableError: the cluster is gone, or cannot do it.
        """
        self._waiting.extend(tasks)
        self._tell(lambda: self._client.register_plugin(self._plugin, name=self._name), self._silence)
        self._client.subscribe_topic(self._name, lambda event: self._told.put(event[1]))
        try:
            with self._fetcher:
                while self._waiting or self._later or self._asked:
                    check()
                    self._hear(tell)
                    yield from self._look()
                    self._ask()
                    outcome = self._next()
                    if outcome is not None:
                        yield outcome
        finally:
            self._leave()

    def _hear(self, tell: Callable[[str, float], None]) -> None:
        """What workers have told since."""
        attempts = {asked.attempt: asked for asked in self._asked.values()}
        with contextlib.suppress(queue.Empty):
            while True:
                told = self._told.get_nowait()
                asked = attempts.get(told["attempt"])
                if asked is None:
                    continue  # it was given up
                asked.heard = time.monotonic()
                asked.worker, asked.process, asked.fraction = told["worker"], told["process"], told["fraction"]
                self._silent.discard(asked.worker)
                tell(asked.task.scene.name, asked.fraction)

    def _look(self) -> list[SceneFailed]:
        """Now and then: who is there, who has fallen silent, and what has waited; gives what is given up for good."""
        now = time.monotonic()
        stopped = now - self._looked > WORKERS_SECONDS + self._silence / 2  # this process itself was held up
        if now - self._looked < WORKERS_SECONDS:
            return []
        self._looked = now
        self._workers = self._present()
        self._silent &= set(self._workers)
        due = [task for when, task in self._later if when <= now]
        self._later = [(when, task) for when, task in self._later if when > now]
        self._waiting.extend(due)
        if stopped:
            for asked in self._asked.values():
                asked.heard = now
        return self._give_up_silent(now)

    def _present(self) -> list[str]:
        try:
            return sorted(self._client.ncores())
        except OSError as error:
            raise _lost() from error

    def _ask(self) -> None:
        """Give every worker that has nothing a scene."""
        busy = {asked.worker for asked in self._asked.values()} | self._silent
        for worker in [worker for worker in self._workers if worker not in busy]:
            if not self._waiting:
                return
            task = self._waiting.popleft()
            attempt = f"{self._name}-{task.scene.name}-{uuid.uuid4().hex[:6]}"
            options: dict[str, Any] = {"workers": [worker], "allow_other_workers": True, "pure": False}
            future = self._client.submit(scene_in_worker, self._name, attempt, task, key=attempt, **options)
            self._asked[future] = _Asked(task, attempt, worker, time.monotonic())
            self._fetcher.watch(future)

    def _next(self) -> Outcome | None:
        """An outcome that has come; None where none has for a while, or it had been given up."""
        found = self._fetcher.next(LOOK_SECONDS)
        asked = self._asked.pop(found[0], None) if found else None
        if found is None or asked is None:
            return None
        return self._outcome(found[1], asked)

    def _outcome(self, fetched: Fetched[Outcome], asked: _Asked) -> Outcome | None:
        """What a worker gave; None where another one is asked."""
        name = asked.task.scene.name
        if not isinstance(fetched, Exception):
            self._silent.discard(asked.worker)
            if isinstance(fetched, SceneFailed) and not self._ours and 0 < self._silences[name] <= MOST_SILENCES:
                # The worker that kept silent may still have its hands on the outputs, until Dask ends it.
                self._silences[name] += 1
                self._later.append((time.monotonic() + self._silence, asked.task))
                return None
            return fetched
        if isinstance(fetched, (TimeoutError, futures.CancelledError)):
            if self._client.status != "running":
                raise _lost() from fetched
            self._waiting.append(asked.again())
            return None
        return failed(asked.task.scene, _reason(fetched))

    def _give_up_silent(self, now: float) -> list[SceneFailed]:
        """Ask others for scenes of which nothing was heard for too long: the worker hangs, or its network does."""
        if not self._ours and len(self._workers) < 2:
            return []  # nobody else is there
        late = [future for future, asked in self._asked.items() if now - asked.heard > self._silence]
        ended = [outcome for future in late if (outcome := self._give_up(future, now)) is not None]
        if self._silent.issuperset(self._workers):
            self._silent.clear()  # they cannot all have hung: something holds them up
        return ended

    def _give_up(self, future: Future, now: float) -> SceneFailed | None:
        """Have a scene done by another worker, or by nobody if several have failed at it."""
        asked = self._asked.pop(future)
        self._client.cancel([future], force=True)
        self._silent.add(asked.worker)
        if asked.process is None:  # it waits for its turn there, and nothing of it is in anybody's hands
            self._waiting.appendleft(asked.task)
            return None
        if self._ours:
            with contextlib.suppress(OSError):  # gone by now
                os.kill(asked.process, _KILL)  # Dask starts another one in its place
        scene = asked.task.scene
        self._silences[scene.name] += 1
        if self._silences[scene.name] > MOST_SILENCES:
            return failed(
                scene,
                f"Several workers fell silent over it for {self._silence:g} s each; see what holds them up, or give"
                f" them longer with the variable {SILENCE_VARIABLE}.",
            )
        self._later.append((now + (_KILLED_SECONDS if self._ours else 0.0), asked.again()))
        return None

    def _leave(self) -> None:
        """Nothing of the run stays on the cluster."""
        if self._client.status != "running":
            return
        with contextlib.suppress(Exception):  # a cluster that fails now has done its work
            self._client.cancel(list(self._asked), force=True)
            self._client.unsubscribe_topic(self._name)
            self._tell(lambda: self._client.unregister_worker_plugin(self._name), min(self._silence, LEAVE_SECONDS))

    def _tell(self, call: Callable[[], object], seconds: float) -> None:
        try:
            tell_workers(call, seconds)
        except Exception as error:  # of Dask or of a worker
            raise explained(error) from error


def _as_it_is(outcome: Outcome) -> Outcome:
    return outcome


def _lost() -> RuntimeUnavailableError:
    return RuntimeUnavailableError(
        "The connection to the Dask scheduler is lost; see to it, and run the same command again."
    )


def _reason(error: Exception) -> str:
    """Why a scene failed, whose worker gave an error.

    Raises:
        RuntimeUnavailableError: the workers cannot do any.
    """
    if isinstance(error, KilledWorker):
        return "Several workers have died over it, most often for lack of memory; give workers more, or have fewer."
    if isinstance(error, ModuleNotFoundError):
        raise not_installed(error) from error
    if isinstance(error, CancelledError):
        return "Its worker was told to stop; run the same command again."
    return f"A worker failed ({type(error).__name__}: {' '.join(str(error).split())[:300]})."
