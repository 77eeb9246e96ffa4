"""How far a run over many scenes is, and what it says of each."""

from __future__ import annotations

from collections.abc import Sequence

from satseg_core.errors import CancelledError
from satseg_core.events import Event, Message, Progress, Reporter, Stage
from satseg_core.many.one import Outcome, SceneDone, SceneFailed, SceneTask
from satseg_core.many.scenes import Found

MOST_WARNINGS = 20
"""So many are shown; the rest are in the run records."""


def weight(found: Found) -> float:
    """How much there is to do, in Mpx or what is likely to be one."""
    if found.pixels:
        return found.pixels / 1e6
    return max(found.size or 0, 10_000) / 3e6


class Tally:
    """Progress over all scenes, weighted by their sizes.

    Args:
        tasks: all scenes.
        stage: their weights are its steps.
        reporter: hears of each scene that has come to its end.
    """

    def __init__(self, tasks: Sequence[SceneTask], stage: Stage, reporter: Reporter) -> None:
        self._weights = {task.scene.name: weight(task.scene.found) for task in tasks}
        self._stage = stage
        self._reporter = reporter
        self._done = 0.0
        self._under_way: dict[str, float] = {}
        self._finished = 0
        self._warnings = 0
        self._heard = False

    def reporter_of(self, task: SceneTask) -> Reporter:
        """A scene's own reporter: its progress is part of all."""
        name = task.scene.name

        def listen(event: Event) -> None:
            if isinstance(event, Progress):
                self.at(name, event.fraction)
            elif isinstance(event, Message) and event.level == "info":
                self._hear(event.text)

        return Reporter(listen, self._cancelled)

    def at(self, name: str, fraction: float) -> None:
        """A scene has come so far."""
        if name in self._weights:
            self._under_way[name] = self._weights[name] * min(fraction, 1.0)
            self._stage.reach(self._done + sum(self._under_way.values()))

    def finish(self, outcome: Outcome) -> None:
        """A scene has come to its end."""
        self._under_way.pop(outcome.name, None)
        self._done += self._weights.pop(outcome.name, 0.0)
        self._finished += 1
        number = f"{self._finished:,} of {self._finished + len(self._weights):,}"
        if isinstance(outcome, SceneFailed):
            self._reporter.warning(f"{number}: {outcome.name} failed: {outcome.reason}")
        elif isinstance(outcome, SceneDone):
            self._reporter.message(f"{number}: {outcome.name}")
            for sentence in outcome.warnings:
                self._warn(f"{outcome.name}: {sentence}")
        else:
            self._reporter.message(f"{number}: {outcome.name} lies outside of the mask")
        self._stage.reach(self._done + sum(self._under_way.values()))

    def _hear(self, sentence: str) -> None:
        """What a scene says of itself: the first sentence of the first is of all, which runtime does it and why."""
        if not self._heard:
            self._heard = True
            self._reporter.message(sentence)

    def _cancelled(self) -> bool:
        try:
            self._reporter.check()
        except CancelledError:
            return True
        return False

    def _warn(self, sentence: str) -> None:
        self._warnings += 1
        if self._warnings <= MOST_WARNINGS:
            self._reporter.warning(sentence)
        elif self._warnings == MOST_WARNINGS + 1:
            self._reporter.warning("Further warnings are in the run records of the scenes.")
