"""What the progress line says, and how seldom: every new text also becomes a line of the log."""

from __future__ import annotations

import time
from typing import Callable

from satseg_core.events import STAGES

SECONDS_BETWEEN = 15.0
"""Least time between two texts of the same stage, s."""

LEAST_SECONDS = 5.0
"""Less than this is not worth saying, s."""


def time_left(seconds: float) -> str:
    """A rough duration in words: nobody needs the seconds of an hour.

    Args:
        seconds: s, `LEAST_SECONDS` or more.
    """
    if seconds < 50:
        return f"{5 * round(seconds / 5)} s"
    if seconds < 3600 - 30:
        return f"{max(1, round(seconds / 60))} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min"


class ProgressText:
    """Turns progress into a line of text, None where the last one is still good enough."""

    def __init__(self, tr: Callable[[str], str] = str, clock: Callable[[], float] = time.monotonic) -> None:
        self._tr = tr
        self._clock = clock
        self._stage: str | None = None
        self._shown = 0.0
        self._timed = False

    def line(self, stage: str, seconds_left: float | None) -> str | None:
        """The text for this moment, or None.

        Args:
            stage: the engine's name of what it does.
            seconds_left: of the whole run, s; None where it is not known yet.
        """
        first_time = seconds_left is not None and not self._timed
        due = self._clock() - self._shown >= SECONDS_BETWEEN and seconds_left is not None
        if stage == self._stage and not first_time and not due:
            return None
        self._stage, self._shown, self._timed = stage, self._clock(), seconds_left is not None
        title = self._tr(STAGES.get(stage, stage))
        if seconds_left is None or seconds_left < LEAST_SECONDS:
            return title
        return self._tr("{stage}, about {time} left").format(stage=title, time=time_left(seconds_left))
