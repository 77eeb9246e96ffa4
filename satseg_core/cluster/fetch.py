"""Brings results from the workers to this process: several at a time, and never more than fit."""

from __future__ import annotations

import asyncio
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Generic, TypeVar, Union

from distributed import Future

Result = TypeVar("Result")

AT_ONCE = 4
"""Results on their way at a time: a way there and back takes longer than a block takes to be written."""

WAITING = 4
"""Results that wait to be written, at most; others stay with their workers."""

CLOSED_SECONDS = 0.2
"""How often a thread that waits for room looks whether the run is over, s."""

Fetched = Union[Result, Exception]
"""What a task gave, or why it gave nothing."""


class Fetcher(Generic[Result]):
    """Fetches results as soon as they are there; a context manager.

    Args:
        seconds: a result that has not come after so long is given up, with a ``TimeoutError``.
        unpack: makes what is wanted of what a task gave; called in several threads.
    """

    def __init__(self, seconds: float, unpack: Callable[[Any], Result]) -> None:
        self._seconds = seconds
        self._unpack = unpack
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="satseg-fetch")
        self._fetched: queue.Queue[tuple[Future, Fetched[Result]]] = queue.Queue(WAITING)
        self._closed = threading.Event()

    def watch(self, future: Future) -> None:
        """Fetch a result when it is there."""
        future.add_done_callback(self._done)

    def next(self, seconds: float) -> tuple[Future, Fetched[Result]] | None:
        """A task that is over, and its result unpacked or its error; None where none has come for so many seconds."""
        try:
            return self._fetched.get(timeout=seconds)
        except queue.Empty:
            return None

    def _done(self, future: Future) -> None:
        """In a thread of Dask's."""
        if not self._closed.is_set():
            self._pool.submit(self._fetch, future)

    def _fetch(self, future: Future) -> None:
        fetched: Fetched[Result]
        try:
            fetched = self._unpack(future.result(timeout=self._seconds))
        except asyncio.TimeoutError as error:  # which is not Python's own before 3.11
            fetched = TimeoutError(str(error))
        except Exception as error:  # noqa: BLE001 -- whoever takes it decides
            fetched = error
        while not self._closed.is_set():
            try:
                self._fetched.put((future, fetched), timeout=CLOSED_SECONDS)
            except queue.Full:
                continue
            return

    def __enter__(self) -> Fetcher[Result]:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
