"""Runs the blocks of a job on a Dask cluster, and hands them over as they come.

Dask has the processes, the ways between them and what goes on in a worker. This module says which worker makes a
block, as only it knows who has the block's neighbours; keeps a few blocks a worker on their way and no more, so that a
slow writer slows the cluster down instead of filling its memory; and asks another where a worker is gone or silent.
"""

from __future__ import annotations

import contextlib
import statistics
import time
import uuid
from collections import Counter, deque
from collections.abc import Generator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, Callable

from distributed import Client, Future

from satseg_core.cluster.connect import not_installed, silence_seconds
from satseg_core.cluster.fetch import Fetched, Fetcher
from satseg_core.cluster.lanes import Lanes
from satseg_core.cluster.task import BlockDone, PackedBlock
from satseg_core.cluster.telling import LOOK_SECONDS, tell_workers
from satseg_core.cluster.worker import RunPlugin, make_block
from satseg_core.errors import RuntimeUnavailableError, SatSegError
from satseg_core.events import Stage
from satseg_core.raster.grid import Block

BLOCKS_A_WORKER = 3
"""Blocks that a worker has or will have next: two at work, and one so that it need not wait for us."""

WORKERS_SECONDS = 1.0
"""How often is asked which workers there are, s."""

SILENCE_TIMES = 10.0
"""A worker has hung if it has a block for `connect.silence_seconds`, and so many times as long as others take, too."""

MORE_WORKERS = 2
"""Blocks are arranged anew when there are so many times as many workers as they were arranged for."""

MOST_DEATHS = 3
"""So many workers may die over one block."""

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
        plugin: what makes blocks on the workers.
        arrange: gives the blocks in an order in which neighbours follow each other, to be cut for so many workers.
    """

    def __init__(self, client: Client, plugin: RunPlugin, arrange: Callable[[int], Sequence[Block]]) -> None:
        self._client = client
        self._plugin = plugin
        self._name = plugin.name
        self._silence = silence_seconds()
        self._workers = self._present()
        self._looked = time.monotonic()
        self._arrange = arrange
        self._waiting = set(arrange(1))
        self._asked: dict[Future, _Asked] = {}
        self._share_out()
        self._fetcher = Fetcher(self._silence, _unpacked)
        self._silent: set[str] = set()
        self._deaths: Counter[Block] = Counter()
        self._seconds: deque[float] = deque(maxlen=100)

    def blocks(self, stage: Stage) -> Generator[BlockDone, None, None]:
        """Blocks as they are done, each once.

        Args:
            stage: asked whether the user cancelled.

        Raises:
            CancelledError: the user cancelled; nothing is left on the cluster.
            SatSegError: a worker cannot do it; the sentence says what to do.
        """
        self._tell(lambda: self._client.register_plugin(self._plugin, name=self._name))
        try:
            with self._fetcher:
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
            if len(self._workers) >= MORE_WORKERS * self._shared:
                self._share_out()
            self._lanes.keep(self._workers)
            self._give_up_gone()
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

    def _share_out(self) -> None:
        """Give each worker a part of what nobody was asked for yet."""
        self._shared = max(len(self._workers), 1)
        left = self._waiting - {asked.block for asked in self._asked.values()}
        order = [block for block in self._arrange(self._shared) if block in left]
        self._lanes: Lanes[Block, str] = Lanes(order, self._workers)

    def _submit(self, block: Block, worker: str) -> None:
        rows, cols = block
        key = f"{self._name}-{rows.start}-{cols.start}-{uuid.uuid4().hex[:6]}"
        # No other worker: Dask would move the block to whoever looks idle, who is the one that hangs.
        options: dict[str, Any] = {"workers": [worker], "pure": False, "retries": RETRIES}
        future = self._client.submit(make_block, self._name, block, key=key, **options)
        self._asked[future] = _Asked(block, worker, time.monotonic())
        self._fetcher.watch(future)

    def _next(self) -> BlockDone | None:
        """A block that has come; None where none has for a while, or it had come before."""
        found = self._fetcher.next(LOOK_SECONDS)
        asked = self._asked.pop(found[0], None) if found else None
        if found is None or asked is None:
            return None  # or it was given up, as its worker kept silent
        done = self._checked(found[1], asked)
        if done is None or asked.block not in self._waiting:
            return None
        self._waiting.remove(asked.block)
        self._silent.discard(asked.worker)
        self._seconds.append(time.monotonic() - asked.when)
        return done

    def _checked(self, fetched: Fetched[BlockDone], asked: _Asked) -> BlockDone | None:
        """What a worker gave; None where it is to be asked for again.

        Raises:
            SatSegError: nobody needs to be asked again.
        """
        if isinstance(fetched, BlockDone):
            return fetched
        if not isinstance(fetched, (TimeoutError, CancelledError)):
            raise explained(fetched) from fetched
        if self._client.status != "running":
            raise RuntimeUnavailableError(
                "The connection to the Dask scheduler is lost; see to it, and go on with --resume."
            ) from fetched
        self._lanes.put_back(asked.block)  # its worker died, or hung, with the result
        return None

    def _give_up_gone(self) -> None:
        """Ask others for what a worker had when it died.

        Raises:
            RuntimeUnavailableError: several have died over the same block.
        """
        gone = [future for future, asked in self._asked.items() if asked.worker not in self._workers]
        for asked in self._give_up(gone):
            self._deaths[asked.block] += 1
            if self._deaths[asked.block] > MOST_DEATHS:
                raise RuntimeUnavailableError(
                    "Several workers have died over the same block, most often for lack of memory; give workers more,"
                    " or say with --memory how much there is."
                )

    def _give_up_silent(self) -> None:
        """Ask others for what a worker has had for far too long: it hangs, or its network does."""
        if not self._seconds or len(self._workers) < 2:
            return  # nobody is faster
        limit = max(self._silence, SILENCE_TIMES * statistics.median(self._seconds))
        late = [future for future, asked in self._asked.items() if time.monotonic() - asked.when > limit]
        self._silent.update(asked.worker for asked in self._give_up(late))
        talking = [worker for worker in self._workers if worker not in self._silent]
        if not talking:
            self._silent.clear()  # they cannot all have hung: something holds them up
        self._lanes.keep(talking or self._workers)

    def _give_up(self, futures: Sequence[Future]) -> list[_Asked]:
        """Have blocks made by others."""
        given_up = [self._asked.pop(future) for future in futures]
        for asked in given_up:
            if asked.block in self._waiting:
                self._lanes.put_back(asked.block)
        if futures:
            self._client.cancel(list(futures), force=True)
        return given_up

    def _present(self) -> list[str]:
        return sorted(self._client.ncores())

    def _leave(self) -> None:
        """Nothing of the run stays on the cluster."""
        if self._plugin.ours or self._client.status != "running":
            return
        self._client.cancel(list(self._asked), force=True)
        with contextlib.suppress(Exception):
            self._tell(lambda: self._client.unregister_worker_plugin(self._name))

    def _tell(self, call: Callable[[], object]) -> None:
        """Tell all workers something, without waiting for ever for one that does not answer."""
        try:
            tell_workers(call, self._silence)
        except Exception as error:  # of Dask or of a worker
            raise explained(error) from error


def _unpacked(result: BlockDone | PackedBlock) -> BlockDone:
    return result.unpacked()


def explained(error: Exception) -> SatSegError:
    """What a worker's failure means."""
    if isinstance(error, SatSegError):
        return error
    if isinstance(error, ModuleNotFoundError):
        return not_installed(error)
    return RuntimeUnavailableError(f"A worker failed ({type(error).__name__}: {error}).")
