"""Work side by side: what comes next is made ready, and what is done is put away, while the network runs.

Threads are enough: GDAL, numpy and the runtimes let go of Python's lock while they work. Queues are bounded, so
nothing piles up in memory, and results come in the order of their items, so they do not depend on who was faster.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Callable, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(items: Iterable[Item], depth: int) -> Generator[Item, None, None]:
    """The same items; up to ``depth`` of them are made in a thread before they are asked for.

    An error while making an item is raised where that item would have come. Close the iterator (or run it to its
    end) to end the thread; items that were being made are finished first.

    Args:
        items: iterated in one thread that is not the caller's.
        depth: most items that wait, 1 or more.
    """
    iterator, end = iter(items), object()
    with ThreadPoolExecutor(1, thread_name_prefix="satseg-ahead") as pool:
        waiting: deque[Future[object]] = deque(pool.submit(next, iterator, end) for _ in range(depth))
        try:
            while True:
                item = waiting.popleft().result()
                if item is end:
                    return
                waiting.append(pool.submit(next, iterator, end))
                yield item  # type: ignore[misc]
        finally:
            pool.shutdown(cancel_futures=True)


def side_by_side(
    function: Callable[[Item], Result], items: Iterable[Item], at_once: int
) -> Generator[Result, None, None]:
    """What a function gives for each item, in their order; one more item waits, so that threads need not.

    An error of the function is raised where its result would have come. Close the iterator (or run it to its end) to
    end the threads; what is being done is finished first.

    Args:
        function: called in threads that are not the caller's.
        items: iterated in the caller's thread.
        at_once: calls at a time, 1 or more.
    """
    with ThreadPoolExecutor(at_once, thread_name_prefix="satseg-side") as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > at_once:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


class Behind(Generic[Item]):
    """Hands items to a function that runs in a thread, one after the other, while the caller goes on.

    Use as a context manager; it waits for what is under way, and for what was put before unless an error passes.

    Args:
        function: called with each item, in one thread that is not the caller's.
        depth: most items that wait; `put` waits while there are more.
    """

    def __init__(self, function: Callable[[Item], None], depth: int) -> None:
        self._function = function
        self._depth = depth
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="satseg-behind")
        self._waiting: deque[Future[None]] = deque()

    def put(self, item: Item) -> None:
        """Hand over an item.

        Raises:
            Exception: whatever the function raised for an item before this one.
        """
        self._waiting.append(self._pool.submit(self._function, item))
        self._wait(self._depth)

    def __enter__(self) -> Behind[Item]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._wait(0)
        finally:
            self._pool.shutdown(cancel_futures=True)

    def _wait(self, most: int) -> None:
        while len(self._waiting) > most:
            self._waiting.popleft().result()
