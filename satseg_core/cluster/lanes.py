"""In which order blocks are offered to workers: neighbours share tiles, so each worker goes along a lane of its own.

Dask schedules; this only says which block comes next and where its tiles are likely to be. A block's result is the
same wherever it is made.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Worker = TypeVar("Worker", bound=Hashable)


def cut(items: Sequence[Item], parts: int) -> list[Sequence[Item]]:
    """Items in so many runs of neighbours, as long as each other."""
    cuts = [round(len(items) * number / parts) for number in range(parts + 1)]
    return [items[start:stop] for start, stop in zip(cuts, cuts[1:])]


class Lanes(Generic[Item, Worker]):
    """Items that wait, in runs of neighbours.

    Args:
        items: in an order in which neighbours follow each other.
        workers: among whom they are shared at first.
    """

    def __init__(self, items: Sequence[Item], workers: Sequence[Worker]) -> None:
        self._lanes: dict[Worker, deque[Item]] = dict(zip(workers, map(deque, cut(items, len(workers) or 1))))
        self._orphans: list[deque[Item]] = [] if workers else [deque(items)]

    def __len__(self) -> int:
        return sum(map(len, (*self._lanes.values(), *self._orphans)))

    def keep(self, workers: Iterable[Worker]) -> None:
        """Say who is there: what was in the lane of a worker that is gone waits for whoever comes for it."""
        present = set(workers)
        for worker in [worker for worker in self._lanes if worker not in present]:
            self._orphans.append(self._lanes.pop(worker))

    def put_back(self, item: Item) -> None:
        """An item that has to be done again; it comes next."""
        self._orphans.insert(0, deque([item]))

    def take(self, worker: Worker) -> Item | None:
        """The next item for a worker; None where nothing waits.

        One whose lane is empty takes over a lane that nobody has, or the second half of the longest.
        """
        lane = self._lanes.setdefault(worker, deque())
        if not lane:
            self._orphans = [orphan for orphan in self._orphans if orphan]
            if self._orphans:
                lane = self._lanes[worker] = self._orphans.pop(0)
            else:
                lane = self._lanes[worker] = _second_half(max(self._lanes.values(), key=len))
        return lane.popleft() if lane else None


def _second_half(lane: deque[Item]) -> deque[Item]:
    """Cut a lane in two; what is left of the given one is the first half, or nothing where it had one item."""
    half: deque[Item] = deque()
    for _ in range((len(lane) + 1) // 2):
        half.appendleft(lane.pop())
    return half
