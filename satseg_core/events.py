"""Progress, messages and cancellation: what the command line's bar, the JSON lines and QGIS all hang on.

The engine talks to one `Reporter`. The reporter turns stages into one overall fraction and a time
left, and hands `Progress`, `Message` and `Result` events to a listener that shows them.
Standard library only.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Callable, Union

from satseg_core.errors import CancelledError, SatSegError

STAGES = {
    "segment": "Classifying",
    "finish": "Writing the map",
    "confidence": "Writing the confidence",
    "areas": "Measuring areas",
    "polygons": "Drawing polygons",
}
"""What the stages of a run are called on screen; others are shown by their name."""


@dataclass(frozen=True)
class Progress:
    """How far a run is: ``fraction`` of the whole job in 0 to 1, ``seconds_left`` in s once it can be told."""

    stage: str
    fraction: float
    seconds_left: float | None


@dataclass(frozen=True)
class Message:
    """One sentence for the user; ``level`` is ``info`` or ``warning``."""

    text: str
    level: str = "info"


@dataclass(frozen=True)
class Result:
    """What a finished command gives back: plain JSON values (paths as text, areas in m²)."""

    values: Mapping[str, Any] = field(default_factory=dict)


Event = Union[Progress, Message, Result]
Listener = Callable[[Event], None]


def _ignore(event: Event) -> None:
    """The listener of a silent run."""


def _never() -> bool:
    return False


class Reporter:
    """Collects what a run has to say and passes it to a listener.

    Args:
        listener: called with every event, in the thread that reports it.
        cancelled: asked often; once it is true the next report raises `CancelledError`.
        clock: seconds, for the time left (replaced in tests).
    """

    def __init__(
        self,
        listener: Listener = _ignore,
        cancelled: Callable[[], bool] = _never,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._listener = listener
        self._cancelled = cancelled
        self._clock = clock
        self._weights: dict[str, float] = {}
        self._finished = 0.0
        self._began = clock()
        self._said: set[str] = set()
        self._word: Callable[[str], str] = str
        self.seconds: dict[str, float] = {}
        """Wall time of each stage so far, in s; goes into the run record."""

    def plan(self, weights: Mapping[str, float]) -> None:
        """Announce the stages to come and the share of the time that each should take (any unit)."""
        total = sum(weights.values()) or 1.0
        self._weights = {name: weight / total for name, weight in weights.items()}
        self._finished = 0.0
        self._began = self._clock()

    @contextmanager
    def stage(self, name: str, total: float = 1.0) -> Iterator[Stage]:
        """Run one stage of ``total`` steps; gives a `Stage` whose ``advance`` reports progress.

        Raises:
            CancelledError: the user cancelled.
        """
        self.check()
        began = self._clock()
        weight = self._weights.get(name, 0.0)
        stage = Stage(self, name, total)
        self._tell(name, 0.0)
        try:
            yield stage
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self._clock() - began
        self._finished += weight
        self._tell(name, 0.0, finished=True)

    def message(self, text: str) -> None:
        """Say something that the user may want to know."""
        self._listener(Message(self._word(text)))

    def warning(self, text: str) -> None:
        """Say something that the user should know; the same sentence is said once."""
        text = self._word(text)
        if text not in self._said:
            self._said.add(text)
            self._listener(Message(text, "warning"))

    @contextmanager
    def worded(self, word: Callable[[str], str]) -> Iterator[None]:
        """While the block lasts, sentences are put in other words: files have the names that the user knows.

        Raises:
            SatSegError: what the block raises, in these words.
        """
        before = self._word
        self._word = lambda text: before(word(text))
        try:
            yield
        except SatSegError as error:
            error.args = (word(str(error)),)
            raise
        finally:
            self._word = before

    def result(self, values: Mapping[str, Any]) -> None:
        """Hand over what the command produced."""
        self._listener(Result(values))

    def check(self) -> None:
        """Stop here if the user cancelled.

        Raises:
            CancelledError: the user cancelled.
        """
        if self._cancelled():
            raise CancelledError

    def _tell(self, name: str, fraction: float, finished: bool = False) -> None:
        weight = 0.0 if finished else self._weights.get(name, 0.0)
        overall = min(1.0, self._finished + weight * fraction)
        self._listener(Progress(name, overall, self._seconds_left(overall)))

    def _seconds_left(self, overall: float) -> float | None:
        """Remaining time if the rest goes as fast as what is done; None while that is a guess."""
        if overall < 0.01:
            return None
        elapsed = self._clock() - self._began
        return elapsed / overall * (1.0 - overall)


class Stage:
    """A running stage: counts its steps."""

    def __init__(self, reporter: Reporter, name: str, total: float) -> None:
        self._reporter = reporter
        self._name = name
        self._total = max(total, 1e-9)
        self._done = 0.0

    def advance(self, steps: float = 1.0) -> None:
        """Report ``steps`` more of the stage's total.

        Raises:
            CancelledError: the user cancelled.
        """
        self.reach(self._done + steps)

    def reach(self, done: float) -> None:
        """Report that ``done`` of the stage's total steps are behind us; going back is ignored.

        Raises:
            CancelledError: the user cancelled.
        """
        self._reporter.check()
        self._done = max(self._done, min(done, self._total))
        self._reporter._tell(self._name, self._done / self._total)
