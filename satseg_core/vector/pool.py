"""Blocks through worker processes, in their order, or through this one where there are few."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from typing import Any, Callable, Optional

from satseg_core.memory import few_arenas
from satseg_core.vector.block import BlockResult, BlockWorker, Job, Task

FEW = 8
"""So many blocks are done sooner than processes would have started."""

AHEAD = 2
"""Blocks under way or done for each process, at most."""

RunBlocks = Callable[[Job, Sequence[Task]], Optional[Generator[BlockResult, None, None]]]
"""Others that do all tasks of a job, and give the results in their order; None if they cannot."""

_workers: list[BlockWorker] = []
"""One, if this process is a worker."""


def run_blocks(job: Job, tasks: Sequence[Task], workers: int) -> Generator[BlockResult, None, None]:
    """The results of all tasks, in their order, whatever the number of processes.

    Args:
        job: what to do.
        tasks: the blocks.
        workers: processes; 1 for this one alone.

    Raises:
        RasterError: as `BlockWorker.run`.
    """
    remaining, undone = iter(tasks), deque[Task]()
    if multiprocessing.current_process().daemon:
        workers = 1  # a worker of somebody else's pool, who must not start processes
    if workers > 1 and len(tasks) > FEW:
        yield from _in_processes(job, remaining, min(workers, len(tasks)), undone)
    with BlockWorker(job) as worker:
        yield from map(worker.run, chain(undone, remaining))


def _in_processes(job: Job, tasks: Iterator[Task], workers: int, undone: deque[Task]) -> Iterator[BlockResult]:
    """As far as the processes go: where one dies, for want of memory, say, ``undone`` has the tasks they had."""
    # Not forked: GDAL, GEOS and the runtimes have threads and open files.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _start, (job,))
    waiting: deque[Future[BlockResult]] = deque()

    def first() -> BlockResult:
        result = waiting[0].result()
        waiting.popleft()
        undone.popleft()
        return result

    try:
        for task in tasks:
            undone.append(task)
            waiting.append(pool.submit(_run, task))
            if len(waiting) > AHEAD * workers:
                yield first()
        while waiting:
            yield first()
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(cancel_futures=True)


def _start(job: Job) -> None:
    """Make this process a worker that ends with the one that began it, even where that is killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    # Ctrl+C goes to all of a terminal's processes; the main one knows what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    few_arenas()
    _workers.append(BlockWorker(job))


def _end_with(parent: Any) -> None:
    """Wait for a process to end, however it does, and then end this one."""
    parent.join()
    os._exit(1)


def _run(task: Task) -> BlockResult:
    return _workers[-1].run(task)
