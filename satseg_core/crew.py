"""Who does the blocks of a run: this process, workers beside it, or those of a Dask scheduler."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from satseg_core.memory import DEFAULT_MB
from satseg_core.model.runtime import usable_processors
from satseg_core.space import in_words

START = 2.0
"""Seconds to start and end workers that have a core each (docs/cluster-benchmark.md); more of them share the cores."""

FIRST_BLOCK = 1.0
"""Seconds until workers that are there have the libraries and the model."""


@dataclass(frozen=True)
class Crew:
    """Who does the blocks.

    Attributes:
        workers: processes besides this one, each with a network of its own; 0 where this one does it alone.
        cores: threads of all networks together.
        at_once: blocks that are read and classified at a time.
        memory: MB (10^6 bytes) of each process.
        start: seconds to start and end them.
        scheduler: address of theirs; empty where they are on this machine.
        cards: graphics cards that they share, if the network runs on cards.
    """

    workers: int
    cores: int
    at_once: int
    memory: int
    start: float = 0.0
    scheduler: str = ""
    cards: int = 1

    @classmethod
    def alone(cls, threads: int, memory: int | None = None) -> Crew:
        """This process.

        Args:
            threads: of its network.
            memory: MB; None for the usual.
        """
        return cls(workers=0, cores=threads, at_once=1, memory=memory or DEFAULT_MB)

    @classmethod
    def here(cls, workers: int, threads: int | None, at_once: int, memory: int | None = None, cards: int = 1) -> Crew:
        """Workers on this machine.

        Args:
            workers: how many, 1 or more.
            threads: of all of them together; None for all processors.
            at_once: blocks that each has under way.
            memory: MB of each; None for the usual.
            cards: graphics cards of this machine that they share.
        """
        most = usable_processors()
        return cls(
            workers=workers,
            cores=min(workers * threads_each(workers, threads), max(threads or most, most)),
            at_once=workers * at_once,
            memory=memory or DEFAULT_MB,
            start=START * max(workers / most, 1.0),
            cards=max(min(workers, cards), 1),
        )

    @classmethod
    def of_scheduler(cls, address: str, threads: Collection[int], memory: int | None = None) -> Crew:
        """The workers of a scheduler, on whatever machines.

        Args:
            address: of the scheduler.
            threads: of each worker.
            memory: MB of each; None for the usual.
        """
        count = len(threads)
        return cls(count, sum(threads), sum(threads), memory or DEFAULT_MB, FIRST_BLOCK, address, cards=count)

    def busy(self, blocks: int) -> float:
        """The share of the networks that is at work while so many blocks are done, on average, 0 to 1."""
        networks = max(self.workers, 1)
        rounds = -(-blocks // networks)
        return blocks / (rounds * networks) if rounds else 1.0

    def where(self, runtime: str, device: str, measured: bool) -> str:
        """For people: ``2 cores with onnx``.

        Args:
            runtime: its name.
            device: that it runs on.
            measured: the time of the network was measured on such a device.
        """
        if self.scheduler:
            return self._elsewhere(runtime, device, measured)
        here = f"{_count(self.cores, 'core') if device == 'cpu' else device} with {runtime}"
        if not self.workers:
            return here
        room = f"up to {in_words(self.workers * self.memory * 1e6)} of memory"
        return f"{here}, shared by {_count(self.workers, 'worker')} with {room}{' in all' if self.workers > 1 else ''}"

    def _elsewhere(self, runtime: str, device: str, measured: bool) -> str:
        who = f"the {self.workers} workers" if self.workers > 1 else "the worker"
        there = f"{_count(self.cores, 'thread')} of {who} at {self.scheduler} with {runtime}"
        if device == "cpu" or measured:
            return f"{there}, if they are as fast as this machine"
        return f"{there}, or less, as their {device} cannot be measured here"


def threads_each(workers: int, threads: int | None) -> int:
    """Threads of the network of each of several workers on this machine.

    Args:
        workers: how many.
        threads: of all of them together; None for all processors.
    """
    return max((threads or usable_processors()) // workers, 1)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
