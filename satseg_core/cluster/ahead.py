"""A cluster that starts while its run is planned, and ends while its map is finished: both take seconds."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from typing import Callable

from satseg_core.cluster.connect import Connection
from satseg_core.cluster.telling import await_looking
from satseg_core.errors import CancelledError


class StartedAhead:
    """A connection on its way; a context manager that ends it.

    Args:
        connect: makes the connection; called at once, in a thread. Takes what raises an error when it is not needed.
    """

    def __init__(self, connect: Callable[[Callable[[], None]], AbstractContextManager[Connection]]) -> None:
        self._opened = ExitStack()
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="satseg-cluster")
        self._entering = self._pool.submit(lambda: self._opened.enter_context(connect(self._check)))
        self._leaving: Future[None] | None = None

    def connection(self, check: Callable[[], None]) -> Connection:
        """The connection, as soon as it is there.

        Args:
            check: raises an error if the user has cancelled.

        Raises:
            SatSegError: there is none.
        """
        return await_looking(self._entering, check)

    def release(self) -> None:
        """It is not needed any more: begin to end it."""
        self._over.set()
        if self._leaving is None:
            self._leaving = self._pool.submit(self._opened.close)

    def _check(self) -> None:
        if self._over.is_set():
            raise CancelledError

    def __enter__(self) -> StartedAhead:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._pool.shutdown(wait=True)
