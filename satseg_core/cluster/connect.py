"""A Dask cluster: processes on this machine that live as long as the run, or a cluster that is running elsewhere."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable
from urllib.parse import urlsplit

from satseg_core import memory
from satseg_core.cluster.telling import waited_for
from satseg_core.crew import threads_each
from satseg_core.errors import RuntimeUnavailableError, UsageError
from satseg_core.remote.patience import nobody_cancels

if TYPE_CHECKING:
    from distributed import Client

BLOCKS_AT_ONCE = 2
"""Threads of a worker here: one block is read and classified while the other has the network."""

_OURS = {
    # Looking at every thread's stack a hundred times a second takes a sixth of the time.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "5s",
    # Each part of Dask measures fifty times a second how late it is, and looks for work to move, which ours may not be.
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "1m",
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
    # Dask would have the C library give memory back at once, and the network's arrays be made anew for each tile; and
    # `memory.few_arenas` comes too late in a process whose threads are running.
    "distributed.nanny.pre-spawn-environ": {"MALLOC_ARENA_MAX": memory.ARENAS},
}
"""Dask's settings for workers on this machine."""

_SET_BY_DASK = ("MALLOC_ARENA_MAX", "PYTHONHASHSEED", "__DASK_PARENT_PID")
"""Variables that Dask sets before it starts workers, and leaves."""

PATIENCE_VARIABLE = "SATSEG_PATIENCE"
"""Environment variable with the seconds to wait for a scheduler, and for a first worker; `PATIENCE` if not set."""

PATIENCE = 30.0

PAGES_SECONDS = 1.0
"""How long is waited for Dask's pages, s."""

SILENCE_VARIABLE = "SATSEG_SILENCE"
"""Environment variable with the seconds that a worker may keep silent; `SILENCE_SECONDS` if not set."""

SILENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Connection:
    """A cluster to work with.

    Attributes:
        client: Dask's.
        ours: the workers are processes that were started for this run.
        threads: of the network in each worker; None for what Dask says that the worker may use.
        dashboard: address of Dask's pages, or empty.
    """

    client: Client
    ours: bool
    threads: int | None
    dashboard: str


def check_possible(workers: int | None) -> None:
    """Refuse what cannot be, without starting anything.

    Args:
        workers: processes to start on this machine; None for none.

    Raises:
        RuntimeUnavailableError: Dask is not installed.
        UsageError: there is no such number of workers.
    """
    if workers is not None and workers < 1:
        raise UsageError(f"A run needs at least one worker, not {workers}.")
    if importlib.util.find_spec("distributed") is None:
        raise RuntimeUnavailableError(
            "--workers and --scheduler need Dask; install it with: pip install 'satseg[cluster]' (or distributed)."
        )


@contextmanager
def connect(
    workers: int | None,
    scheduler: str | None,
    threads: int | None,
    on_cards: bool = False,
    check: Callable[[], None] = nobody_cancels,
) -> Iterator[Connection]:
    """Start workers, or connect to those that are there.

    Args:
        workers: processes to start on this machine.
        scheduler: address of a scheduler, such as ``tcp://10.0.0.1:8786``, or the file that it wrote it to, instead.
        threads: of all workers on this machine together; None for all processors.
        on_cards: the workers here share NVIDIA's graphics cards out among them.
        check: raises an error if the user has cancelled; called while a scheduler is waited for.

    Raises:
        RuntimeUnavailableError: Dask is not installed, or nobody answers.
        UsageError: there is no such number of workers.
    """
    check_possible(workers)
    with _connected(scheduler, check) if scheduler else _started(workers or 1, threads, on_cards) as connection:
        yield connection


@contextmanager
def _started(workers: int, threads: int | None, on_cards: bool) -> Iterator[Connection]:
    import dask
    from distributed import Client, Nanny, Scheduler, SpecCluster

    pages = importlib.util.find_spec("bokeh") is not None
    cards = count_cards() if on_cards else 0
    each = threads_each(workers, threads)
    with _environment_kept(), tempfile.TemporaryDirectory(prefix="satseg-dask-") as folder:
        spec: dict[Any, Mapping[str, Any]] = {
            number: {
                "cls": Nanny,
                "options": {
                    "nthreads": BLOCKS_AT_ONCE,
                    "memory_limit": 0,  # each worker keeps to --memory
                    "local_directory": folder,
                    "env": {"CUDA_VISIBLE_DEVICES": str(number % cards)} if cards > 1 else {},
                    "silence_logs": logging.CRITICAL,
                    "dashboard": False,
                },
            }
            for number in range(workers)
        }
        options = {"host": "127.0.0.1", "dashboard": pages, "dashboard_address": "127.0.0.1:0"}
        head = {"cls": Scheduler, "options": options}
        with dask.config.set(_OURS):
            cluster = SpecCluster(workers=spec, scheduler=head, silence_logs=logging.CRITICAL, name="satseg")
        with cluster, Client(cluster) as client:
            yield Connection(client, True, each, str(client.dashboard_link or "") if pages else "")


@contextmanager
def _environment_kept() -> Iterator[None]:
    """Undo what Dask sets in the environment of this process for its workers."""
    before = {name: os.environ.get(name) for name in _SET_BY_DASK}
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _connected(address: str, check: Callable[[], None]) -> Iterator[Connection]:
    from distributed import Client

    patience = seconds_of(PATIENCE_VARIABLE, PATIENCE)
    address = _address(address)
    # What Dask says of a scheduler that is gone is a traceback; the run ends with a sentence.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        client = waited_for(lambda: Client(address, timeout=patience), check, lambda late: late.close())
    except (OSError, ValueError, TimeoutError) as error:
        raise RuntimeUnavailableError(
            f"No Dask scheduler answers at {address} ({_words(error)}); start one with 'dask scheduler'"
            " and give the address that it prints."
        ) from error
    with client:
        try:
            waited_for(lambda: client.wait_for_workers(1, timeout=patience), check, lambda _: None)
        except TimeoutError as error:
            raise RuntimeUnavailableError(
                f"The Dask scheduler at {address} has no workers; start some with 'dask worker {address}'."
            ) from error
        yield Connection(client, False, None, answering(str(client.dashboard_link or "")))


def _address(text: str) -> str:
    """Of a scheduler, read from the file that ``dask scheduler --scheduler-file`` wrote where ``text`` names one.

    Raises:
        RuntimeUnavailableError: there is no such file, or it is another.
    """
    if not text.endswith(".json"):
        return text
    try:
        return str(json.loads(Path(text).expanduser().read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RuntimeUnavailableError(
            f"{text} does not tell where a Dask scheduler is ({type(error).__name__}); start one with"
            f" 'dask scheduler --scheduler-file {text}'."
        ) from error


def answering(link: str) -> str:
    """A link to Dask's pages if somebody is there: a scheduler gives one also where it has no pages."""
    place = urlsplit(link)
    asking = HTTPConnection(place.hostname or "", place.port or 80, timeout=PAGES_SECONDS)
    with closing(asking), contextlib.suppress(OSError, HTTPException):
        asking.request("HEAD", place.path)
        # Its pages refuse to be asked for their head, 405, and are there; 404 where Bokeh is missing.
        return "" if asking.getresponse().status == 404 else link
    return ""


def silence_seconds() -> float:
    """How long a worker may keep silent over what it was asked for, s; `SILENCE_VARIABLE` sets it."""
    return seconds_of(SILENCE_VARIABLE, SILENCE_SECONDS)


def not_installed(error: ModuleNotFoundError) -> RuntimeUnavailableError:
    """What a worker means that cannot import a module of the task's."""
    return RuntimeUnavailableError(
        f"A worker has no {error.name}; install SatSeg in the environment of the workers (pip install satseg)."
    )


def count_cards() -> int:
    """NVIDIA's cards here, as far as torch tells; 0 without it."""
    if importlib.util.find_spec("torch") is None:
        return 0
    import torch

    return int(torch.cuda.device_count())


def seconds_of(variable: str, default: float) -> float:
    """A duration that an environment variable sets, s.

    Raises:
        UsageError: it is no positive number.
    """
    text = os.environ.get(variable, "")
    try:
        seconds = float(text or default)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise UsageError(f"{variable} is '{text}'; give a number of seconds.")
    return seconds


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:150] or type(error).__name__
