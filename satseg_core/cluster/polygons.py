"""The blocks of a map's polygons on a Dask cluster whose workers see the map's file."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from satseg_core.cluster.connect import connect, silence_seconds
from satseg_core.errors import SatSegError
from satseg_core.events import Reporter
from satseg_core.raster.layer_names import file_of
from satseg_core.vector.block import BlockResult, BlockWorker, Job, Task
from satseg_core.vector.pool import RunBlocks

if TYPE_CHECKING:
    from distributed import Client, Future

AHEAD = 3
"""Blocks under way or done for each worker, at most: they are taken in their order."""

SEE_SECONDS = 15.0
"""Time for a worker to say whether it sees a file, s."""

_LOCAL = threading.local()
"""In a worker's thread: the job that it was last asked for, and what does its blocks."""


@contextmanager
def polygon_blocks(scheduler: str | None, reporter: Reporter) -> Iterator[RunBlocks | None]:
    """Have the workers of a scheduler do the blocks of polygons.

    Args:
        scheduler: address of Dask's; None for nobody.
        reporter: hears it where the workers do not see the map.

    Yields:
        What `satseg_core.vector.polygons.PolygonOptions.run_blocks` takes.

    Raises:
        RuntimeUnavailableError: nobody answers.
    """
    if scheduler is None:
        yield None
        return
    with connect(None, scheduler, None, check=reporter.check) as connection:

        def run(job: Job, tasks: Sequence[Task]) -> Generator[BlockResult, None, None] | None:
            seeing = _who_sees(connection.client, job)
            if not seeing:
                reporter.warning(
                    "No worker of the cluster sees the map's file, so its polygons are drawn on this machine; write to"
                    " a folder that all of them share."
                )
                return None
            return _run(connection.client, job, tasks, seeing)

        yield run


def _who_sees(client: Client, job: Job) -> list[str]:
    """Workers that can open the files of a job."""
    files = [str(path) for path in (job.labels, job.confidence) if path]
    asked = {worker: client.submit(_sees, files, workers=[worker], pure=False) for worker in client.ncores()}
    return [worker for worker, future in asked.items() if _answer(future)]


def _answer(future: Future) -> bool:
    """What a worker says; one that does not say anything does not see anything."""
    try:
        return bool(future.result(timeout=SEE_SECONDS))
    except (TimeoutError, CancelledError, OSError, ModuleNotFoundError):
        return False


def _sees(files: Sequence[str]) -> bool:
    """On a worker."""
    return all(Path(file_of(file)).is_file() for file in files)


def _run(client: Client, job: Job, tasks: Sequence[Task], workers: list[str]) -> Generator[BlockResult, None, None]:
    """Results in the order of the tasks; Dask repeats what a dying worker had, and what hangs is done here."""
    silence = silence_seconds()
    remaining, waiting = iter(tasks), deque[tuple[Task, "Future"]]()
    with ExitStack() as stack:
        here: BlockWorker | None = None

        def submit() -> None:
            task = next(remaining, None)
            if task is not None:
                future = client.submit(_trace, job, task, workers=workers, pure=False, retries=1)
                waiting.append((task, future))

        try:
            for _ in range(AHEAD * len(workers)):
                submit()
            while waiting:
                task, future = waiting.popleft()
                try:
                    result: BlockResult = future.result(timeout=silence)
                except SatSegError:
                    raise
                except Exception:  # noqa: BLE001 -- whatever a worker has, this machine has the file
                    here = here or stack.enter_context(BlockWorker(job))
                    result = here.run(task)
                submit()
                yield result
        finally:
            client.cancel([future for _, future in waiting], force=True)


def _trace(job: Job, task: Task) -> BlockResult:
    """On a worker: one block."""
    if getattr(_LOCAL, "job", None) != job:
        _leave()
        _LOCAL.opened = ExitStack()
        _LOCAL.worker = _LOCAL.opened.enter_context(BlockWorker(job))
        _LOCAL.job = job
    worker: BlockWorker = _LOCAL.worker
    try:
        return worker.run(task)
    except BaseException:
        _leave()  # GDAL may keep px that it could not read, and give them out the next time
        raise


def _leave() -> None:
    """Close what this thread has open."""
    opened: ExitStack | None = getattr(_LOCAL, "opened", None)
    if opened is not None:
        opened.close()
    _LOCAL.job = _LOCAL.opened = None
