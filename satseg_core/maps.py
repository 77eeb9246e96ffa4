"""From a planned run to its maps: the blocks are done, here or by helpers, written, and finished."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from satseg_core.classify import Classified
from satseg_core.crew import Crew
from satseg_core.events import Reporter
from satseg_core.model.runtime import usable_processors
from satseg_core.model.store import ModelFile
from satseg_core.pipeline import Behind
from satseg_core.prediction import Plan, PredictedBlock, Prediction
from satseg_core.raster.classified import MapWriter
from satseg_core.raster.grid import Block
from satseg_core.raster.overviews import average
from satseg_core.unfinished import Unfinished

if TYPE_CHECKING:
    from satseg_core.cluster.ahead import StartedAhead
    from satseg_core.cluster.connect import Connection

PutBlock = Callable[[Block, Classified], None]
"""Takes a finished block: codes, and percent or None."""

BLOCKS_BEHIND = 1
"""So many blocks wait to be classified and written while the network runs on."""


def write_maps(
    plan: Plan, output: Path, confidence: Path | None, unfinished: Unfinished, reporter: Reporter, helpers: Helpers
) -> tuple[int, int]:
    """Write the classified raster, and the confidence raster if asked for.

    Args:
        plan: of the run.
        output: map to write.
        confidence: raster of percent to write, or None.
        unfinished: where the work lies until then, and what an earlier run has done of it.
        reporter: hears of the stages ``segment``, ``finish`` and ``confidence``.
        helpers: who does the blocks.

    Returns:
        Number of tiles run, and of blocks that an earlier run had done.

    Raises:
        SatSegError: a raster cannot be read or written, or the helpers cannot do it.
    """
    with ExitStack() as stack:
        flat = unfinished.folder / "map.flat"
        writers = [stack.enter_context(MapWriter(output, flat, plan.source, plan.within, plan.card.legend))]
        if confidence:
            flat = unfinished.folder / "confidence.flat"
            writer = MapWriter(confidence, flat, plan.source, plan.within, halve=average)
            writers.append(stack.enter_context(writer))
        counts = _run_blocks(plan, writers, unfinished, reporter, helpers)
        for writer, name in zip(writers, ("finish", "confidence")):
            with reporter.stage(name) as stage:
                writer.finish(stage)
    return counts


def _run_blocks(
    plan: Plan, writers: Sequence[MapWriter], unfinished: Unfinished, reporter: Reporter, helpers: Helpers
) -> tuple[int, int]:
    """Read, predict, blend and write, block by block.

    Returns:
        Number of tiles run, and of blocks that an earlier run had done.
    """
    done = _done_blocks(writers, unfinished)
    if done:
        reporter.message(f"Going on with an interrupted run: {len(done)} blocks are done.")
    temperature = plan.card.temperature if len(writers) > 1 else None

    def put(block: Block, rasters: Classified) -> None:
        sums = [writer.write(block, values) for writer, values in zip(writers, rasters) if values is not None]
        unfinished.note(block, tuple(sums))

    run = helpers.run if helpers.wanted else _run_here
    return run(plan, done, temperature, put, reporter), len(done)


def _run_here(plan: Plan, done: frozenset[Block], temperature: float | None, put: PutBlock, reporter: Reporter) -> int:
    """Do the blocks in this process; gives the number of tiles run."""
    prediction = Prediction(plan, done)

    def write(predicted: PredictedBlock) -> None:
        put(predicted.block, predicted.classify(plan.card.legend.codes, temperature))

    classifying = reporter.stage("segment", prediction.tiles)
    with classifying as stage, closing(prediction.blocks(stage)) as blocks, Behind(write, BLOCKS_BEHIND) as writing:
        for predicted in blocks:
            writing.put(predicted)
    return prediction.tiles_run


class Helpers:
    """Other processes that do the blocks, if any are wanted; they start at once, and end with this context manager.

    Args:
        model: that is run.
        workers: processes to start on this machine, or None.
        scheduler: address of a Dask scheduler instead, or None.
        threads: of all workers on this machine together; None for all processors.
        memory: MB of each worker; None for the usual.
        on_cards: workers on this machine share NVIDIA's graphics cards out among them.
        only_ask: nothing will be run: no worker is started, and a scheduler is asked for those it has.

    Attributes:
        wanted: whether there are any.

    Raises:
        RuntimeUnavailableError: Dask is not installed.
        UsageError: there is no such number of workers.
    """

    def __init__(
        self,
        model: ModelFile,
        workers: int | None,
        scheduler: str | None,
        threads: int | None,
        memory: int | None,
        on_cards: bool,
        only_ask: bool = False,
    ) -> None:
        self._model = model
        self._workers = workers
        self._threads = threads
        self._memory = memory
        self._on_cards = on_cards
        self.wanted = workers is not None or scheduler is not None
        self._started = ExitStack()
        self._cluster: StartedAhead | None = None
        if self.wanted:
            from satseg_core.cluster.ahead import StartedAhead
            from satseg_core.cluster.connect import check_possible, connect

            check_possible(workers)
            if scheduler is not None or not only_ask:
                start = partial(connect, workers, scheduler, threads, on_cards)
                self._cluster = self._started.enter_context(StartedAhead(start))

    def __enter__(self) -> Helpers:
        return self

    def __exit__(self, *_: object) -> None:
        self._started.close()

    def wait(self, check: Callable[[], None]) -> Connection | None:
        """The connection to them, as soon as they are there; None where none are started or asked for.

        Args:
            check: raises an error if the user has cancelled.

        Raises:
            RuntimeUnavailableError: no scheduler answers, or it has no workers.
        """
        return self._cluster.connection(check) if self._cluster else None

    def crew(self, check: Callable[[], None]) -> Crew:
        """Who does the blocks, for a forecast; see `wait`."""
        connection = self.wait(check)
        if connection and not connection.ours:
            client = connection.client
            return Crew.of_scheduler(client.scheduler.address, client.nthreads().values(), self._memory)
        if self._workers is None:
            return Crew.alone(self._threads or usable_processors(), self._memory)
        from satseg_core.cluster.connect import BLOCKS_AT_ONCE, count_cards

        cards = count_cards() if self._on_cards else 1
        return Crew.here(self._workers, self._threads, BLOCKS_AT_ONCE, self._memory, cards)

    def run(
        self, plan: Plan, done: frozenset[Block], temperature: float | None, put: PutBlock, reporter: Reporter
    ) -> int:
        """Have the blocks done; gives the number of tiles run.

        Raises:
            SatSegError: the helpers cannot do it.
            ValueError: there are none.
        """
        from satseg_core.cluster.mapping import map_blocks

        if self._cluster is None:
            raise ValueError("There are no helpers.")
        try:
            connection = self._cluster.connection(reporter.check)
            return map_blocks(connection, plan, self._model, self._memory, done, temperature, put, reporter)
        finally:
            self._cluster.release()


def _done_blocks(writers: Sequence[MapWriter], unfinished: Unfinished) -> frozenset[Block]:
    """Blocks that an earlier run has written and that are still what they were."""
    return frozenset(
        block
        for block, sums in unfinished.done.items()
        if len(sums) == len(writers) and all(writer.has(block, value) for writer, value in zip(writers, sums))
    )
