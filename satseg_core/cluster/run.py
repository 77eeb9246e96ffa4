"""Runs the blocks of a job on a Dask cluster, and hands them over as they come.

Dask decides what runs where and repeats what a dying worker had. This module keeps a few blocks a worker on their way
and no more (so a slow writer slows the cluster down instead of filling its memory), says which worker has a block's
neighbours, and asks another worker where one keeps silent.
"""

from __future__ import annotations

import queue
import statistics
import time
import uuid
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from distributed import Client, Future
from distributed.scheduler import KilledWorker

from satseg_core.cluster.lanes import Lanes
from satseg_core.cluster.task import BlockDone, PackedBlock, RemoteJob
from satseg_core.cluster.worker import RunPlugin, make_block
from satseg_core.errors import RuntimeUnavailableError, SatSegError
from satseg_core.events import Stage
from satseg_core.raster.grid import Block

BLOCKS_A_WORKER = 3
"""Blocks that a worker has or will have next: two at work, and one so that it need not wait for us."""

LOOK_SECONDS = 0.2
"""How often is asked whether the user cancelled, s."""

WORKERS_SECONDS = 1.0
"""How often is asked which workers there are, s."""

SILENCE_SECONDS = 120.0
"""A worker that has a block for so long, and `SILENCE_TIMES` as long as the others take, has hung."""

SILENCE_TIMES = 10.0

RETRIES = 2
"""How often Dask repeats a block that failed: files on networks do now and then."""


@dataclass(frozen=True)
class _Asked:
    """A block that somebody was asked for."""

    block: Block
    worker: str
    when: float


class ClusterRun:
    """The blocks of one job on a cluster.

    Args:
        client: Dask's.
        job: see `RemoteJob`.
        order: of the blocks: neighbours follow each other.
        ours: the workers were started for this run.
        silence: see `SILENCE_SECONDS`.
    """

    def __init__(
        self, client: Client, job: RemoteJob, order: Sequence[Block], ours: bool, silence: float = SILENCE_SECONDS
    ) -> None:
        self._client = client
        self._name = f"satseg-{uuid.uuid4().hex[:12]}"
        self._plugin = RunPlugin(self._name, job, ours)
        self._silence = silence
        self._workers = self._present()
        self._looked = time.monotonic()
        self._lanes: Lanes[Block, str] = Lanes(order, self._workers)
        self._waiting = set(order)
        self._asked: dict[Future, _Asked] = {}
        self._finished: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._silent: set[str] = set()
        self._seconds: deque[float] = deque(maxlen=100)

    def blocks(self, stage: Stage) -> Generator[BlockDone, None, None]:
        """Blocks as they are done, each once.

        Args:
            stage: asked whether the user cancelled.

        Raises:
            CancelledError: the user cancelled; nothing is left on the cluster.
            SatSegError: a worker cannot do it; the sentence says what to do.
        """
        self._client.register_plugin(self._plugin, name=self._name)
        try:
            while self._waiting:
                self._ask()
                stage.advance(0)
                done = self._next()
                if done is not None:
                    yield done
        finally:
            self._leave()

    def _ask(self) -> None:
        """Keep every worker busy."""
        if time.monotonic() - self._looked > WORKERS_SECONDS:
            self._looked = time.monotonic()
            self._workers = self._present()
            self._lanes.keep(self._workers)
            self._give_up_silent()
        loads = dict.fromkeys(self._workers, 0)
        for asked in self._asked.values():
            if asked.worker in loads:
                loads[asked.worker] += 1
        for worker, load in sorted(loads.items(), key=lambda pair: pair[1]):
            if worker in self._silent:
                continue
            for _ in range(BLOCKS_A_WORKER - load):
                block = self._lanes.take(worker)
                if block is None:
                    return
                self._submit(block, worker)

    def _submit(self, block: Block, worker: str) -> None:
        rows, cols = block
        key = f"{self._name}-{rows.start}-{cols.start}-{uuid.uuid4().hex[:6]}"
        options: dict[str, Any] = {"workers": [worker], "allow_other_workers": True, "pure": False, "retries": RETRIES}
        future = self._client.submit(make_block, self._name, block, key=key, **options)
        self._asked[future] = _Asked(block, worker, time.monotonic())
        future.add_done_callback(self._finished.put)

    def _next(self) -> BlockDone | None:
        """A block that has come; None where none has for a while, or it had come before."""
        try:
            future = self._finished.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            return None
        asked = self._asked.pop(future, None)
        if asked is None:
            return None  # given up, as its worker kept silent
        done = self._result(future, asked)
        if done is None or asked.block not in self._waiting:
            return None
        self._waiting.remove(asked.block)
        self._silent.discard(asked.worker)
        self._seconds.append(time.monotonic() - asked.when)
        return done.unpacked()

    def _result(self, future: Future, asked: _Asked) -> BlockDone | PackedBlock | None:
        """What a worker gave; None where it is to be asked for again."""
        if future.status == "cancelled":
            if self._client.status != "running":
                raise RuntimeUnavailableError(
                    "The connection to the Dask scheduler is lost; see to it, and go on with --resume."
                )
            self._lanes.put_back(asked.block)
            return None
        try:
            done: BlockDone | PackedBlock = future.result()
        except SatSegError:
            raise
        except KilledWorker as error:
            raise RuntimeUnavailableError(
                "Several workers have died over the same block, most often for lack of memory; give workers more, or"
                " say with --memory how much there is."
            ) from error
        except ModuleNotFoundError as error:
            raise RuntimeUnavailableError(
                f"A worker has no {error.name}; install SatSeg in the environment of the workers (pip install satseg)."
            ) from error
        except Exception as error:
            raise RuntimeUnavailableError(f"A worker failed ({type(error).__name__}: {error}).") from error
        return done

    def _give_up_silent(self) -> None:
        """Ask others for what a worker has had for far too long: it hangs, or its network does."""
        usual = statistics.median(self._seconds) if self._seconds else 0.0
        limit = max(self._silence, SILENCE_TIMES * usual)
        late = [future for future, asked in self._asked.items() if time.monotonic() - asked.when > limit]
        if not late or len(self._workers) < 2:
            return
        for future in late:
            asked = self._asked.pop(future)
            self._silent.add(asked.worker)
            if asked.block in self._waiting:
                self._lanes.put_back(asked.block)
        self._lanes.keep([worker for worker in self._workers if worker not in self._silent])
        self._client.cancel(late, force=True)

    def _present(self) -> list[str]:
        return sorted(self._client.ncores())

    def _leave(self) -> None:
        """Nothing of the run stays on the cluster."""
        if self._client.status != "running":
            return
        self._client.cancel(list(self._asked), force=True)
        self._client.unregister_worker_plugin(self._name)
