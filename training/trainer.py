"""The loop: from step to step, with figures, checkpoints and a way to stop."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from satseg_core.errors import CancelledError, SatSegError
from satseg_core.legend import Legend
from satseg_core.model.network import DeepLabV3Plus
from training.checkpoints import BEST, save_checkpoint, write_weights
from training.config import ScheduleConfig, TrainingConfig
from training.curve import History
from training.data.scenes import Scene
from training.held_out import NetworkRuntime, measure, working_card
from training.learner import Learner
from training.logs import Log, Pictures
from training.parallel import Group, crops_of

READ_BACK = {"cpu": 1, "cuda": 10}
"""Steps between two looks at the loss and at requests to stop; a GPU must wait for each."""


class TrainingError(SatSegError):
    """Learning went wrong."""


class Stop:
    """Whether the run was asked to stop."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        """True once it was."""
        return self.asked


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Let Ctrl-C and SIGTERM ask to stop after the present step; a second time, stop at once."""
    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        del number, frame
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True

    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's
        yield stop
        return
    # What is ignored stays so: a shell does that for jobs in its background.
    heard = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, ask) for number in heard}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class StepSampler(Sampler[list[int]]):
    """Numbers of the crops that a process learns from, one list a step.

    Args:
        schedule: of the run.
        group: the processes.
        begin: first step, counted from 0.
    """

    def __init__(self, schedule: ScheduleConfig, group: Group, begin: int) -> None:
        self._schedule, self._group, self._begin = schedule, group, begin

    def __len__(self) -> int:
        """How many steps are to come."""
        return self._schedule.steps - self._begin

    def __iter__(self) -> Iterator[list[int]]:
        for step in range(self._begin, self._schedule.steps):
            yield [number for part in crops_of(step, self._schedule, self._group) for number in part]


def make_loader(
    crops: Dataset[tuple[Tensor, Tensor]], config: TrainingConfig, group: Group, begin: int
) -> DataLoader[tuple[Tensor, Tensor]]:
    """This process' crops of each step from ``begin`` on: ``(N, B, H, W) float32`` and ``(N, H, W) int64``."""
    return DataLoader(
        crops,
        batch_sampler=StepSampler(config.schedule, group, begin),
        num_workers=config.data.workers,
        pin_memory=group.device.type == "cuda",
        worker_init_fn=_ignore_interrupts,
    )


def _ignore_interrupts(worker: int) -> None:
    """Ctrl-C reaches every process of a terminal; the workers' parent ends them in order."""
    del worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Trainer:
    """A run, in one of its processes.

    Args:
        config: of the run.
        legend: of the model.
        learner: what learns.
        crops: what it learns from.
        held_out: scenes to measure on; none, to measure nothing.
        group: the processes of the run.
        stop: asked often.

    Attributes:
        history: the steps so far.
        seconds: that they took, over all sittings.
        log: where to show how it goes; None in all processes but the first.
        pictures: of predictions, to show there.
    """

    def __init__(
        self,
        config: TrainingConfig,
        legend: Legend,
        learner: Learner,
        crops: Dataset[tuple[Tensor, Tensor]],
        held_out: Sequence[Scene],
        group: Group,
        stop: Stop,
    ) -> None:
        self.history, self.seconds = History(), 0.0
        self.log: Log | None = None
        self.pictures: Pictures | None = None
        self._config, self._folder = config, Path(config.output)
        self._learner, self._crops, self._held_out = learner, crops, held_out
        self._group, self._stop = group, stop
        self._runtime = NetworkRuntime(learner.averaged, group.device)
        self._card = working_card(config, legend)
        self._unread: list[Tensor] = []
        self._rates: list[float] = []

    @property
    def result(self) -> DeepLabV3Plus:
        """The averaged network."""
        return self._learner.averaged

    def restore(self, checkpoint: Mapping[str, Any]) -> None:
        """Go on from where a checkpoint was made."""
        self._learner.restore(checkpoint["learner"])
        self.history, self.seconds = History(**checkpoint["history"]), checkpoint["seconds"]

    def run(self) -> None:
        """Make all steps that are left.

        Raises:
            CancelledError: the run was asked to stop; a checkpoint holds its last step.
            TrainingError: the loss is not finite.
            SatSegError: an image or a file cannot be read or written.
        """
        self._measure_if_due()  # an older sitting may have ended while it measured
        began = time.monotonic()
        for images, labels in make_loader(self._crops, self._config, self._group, self.history.steps):
            step = self.history.steps + len(self._unread)
            self._rates.append(self._learner.rate)
            self._unread.append(self._learner.learn(images, labels, crops_of(step, self._config.schedule, self._group)))
            self.seconds += time.monotonic() - began
            self._after_step(step + 1)
            began = time.monotonic()

    def _after_step(self, done: int) -> None:
        schedule = self._config.schedule
        pause = self._measure_due(done) or done % schedule.save_every == 0 or done == schedule.steps
        if not pause and done % READ_BACK[self._group.device.type]:
            return
        stopped = self._read_back()
        if pause or stopped:
            self.save()
        if stopped and done < schedule.steps:
            raise CancelledError(f"Stopped after step {done} of {schedule.steps}; go on with --resume.")
        self._measure_if_due()

    def _read_back(self) -> bool:
        """Note the losses of the last steps; True if any of the processes was asked to stop."""
        asked = torch.tensor(float(self._stop()), device=self._group.device)
        *losses, stopped = self._group.sum(torch.stack([*self._unread, asked])).tolist()
        for loss, rate in zip(losses, self._rates):
            self.history.losses.append(loss)
            self.history.rates.append(rate)
            if not math.isfinite(loss):
                raise TrainingError(
                    f"The loss is {loss} at step {self.history.steps}; lower schedule.learning_rate, "
                    "or take precision fp32."
                )
            if self.log:
                self.log.step(self.history)
        self._unread.clear()
        self._rates.clear()
        return bool(stopped)

    def save(self) -> None:
        """Write a checkpoint."""
        if self._group.first:
            state = {"learner": self._learner.state(), "history": self.history.state(), "seconds": self.seconds}
            save_checkpoint(self._folder, self._config, state)

    def _measure_due(self, done: int) -> bool:
        every = self._config.schedule.measure_every
        if not self._held_out or every < 0:
            return False
        return done == self._config.schedule.steps or bool(every and done % every == 0)

    def _measure_if_due(self) -> None:
        """Take figures on the held-out scenes, keep the best weights, and draw."""
        done = self.history.steps
        if not done or not self._measure_due(done) or self.history.latest():
            return
        began = time.monotonic()
        figures = self._measure()
        self.history.measured.append({"step": done, **figures})
        if self._group.first and self.history.best() is self.history.measured[-1]:
            write_weights(self._folder / BEST, self.result)
        self.save()
        if self.log:
            self.log.measured(self.history.measured[-1], time.monotonic() - began)
            if self.pictures:
                self.log.picture(self.pictures.draw(self.result), done)

    def _measure(self) -> dict[str, float]:
        alone = self._group.size == 1  # several must agree, and do so after the next step

        def cancelled() -> bool:
            return alone and self._stop()

        try:
            return measure(self._runtime, self._card, self._held_out, self._group, cancelled)
        except CancelledError as error:
            message = f"Stopped while measuring after step {self.history.steps}; go on with --resume."
            raise CancelledError(message) from error
