"""Who listens to a run: a bar on a terminal, JSON lines for a program, or plain lines."""

from __future__ import annotations

import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, TextIO

from tqdm import tqdm

from satseg_core.events import STAGES, Event, Message, Progress, Result

SECONDS_BETWEEN = 0.1
"""JSON progress is sent at most this often (s)."""

_BAR = "{desc:<23}{percentage:3.0f}% |{bar:40}|"


class EventListener(ABC):
    """A listener that may have something to finish."""

    @abstractmethod
    def __call__(self, event: Event) -> None:
        """Take an event."""

    def close(self) -> None:  # noqa: B027 - most have nothing to finish
        """Finish what is shown."""


class TextListener(EventListener):
    """Messages as lines on stderr; no progress."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        """Print messages, ignore the rest."""
        if isinstance(event, Message):
            print(_line(event), file=self._stream)


class JsonListener(EventListener):
    """One JSON object a line."""

    def __init__(self, stream: TextIO, cancel: threading.Event) -> None:
        self._stream = stream
        self._cancel = cancel
        self._last: Progress | None = None
        self._sent = 0.0

    def __call__(self, event: Event) -> None:
        """Send an event; progress not more often than a reader can use."""
        if isinstance(event, Progress) and not self._due(event):
            return
        try:
            send(self._stream, _plain(event))
        except (BrokenPipeError, ValueError, OSError):
            # Whoever listened is gone: nobody waits for the result.
            self._cancel.set()

    def _due(self, event: Progress) -> bool:
        now = time.monotonic()
        new_stage = self._last is None or self._last.stage != event.stage or event.fraction >= 1
        if not new_stage and now - self._sent < SECONDS_BETWEEN:
            return False
        self._last, self._sent = event, now
        return True


def _line(message: Message) -> str:
    return ("Warning: " if message.level == "warning" else "") + message.text


def _plain(event: Event) -> Mapping[str, Any]:
    if isinstance(event, Progress):
        left = None if event.seconds_left is None else round(event.seconds_left, 1)
        return {
            "event": "progress",
            "stage": event.stage,
            "percent": round(100 * event.fraction, 1),
            "seconds_left": left,
        }
    if isinstance(event, Message):
        return {"event": "message", "level": event.level, "text": event.text}
    if isinstance(event, Result):
        return {"event": "result", **event.values}
    raise TypeError(f"not an event: {event!r}")


def send(stream: TextIO, values: Mapping[str, Any]) -> None:
    """Write one event as a line of JSON."""
    stream.write(json.dumps(values, ensure_ascii=False) + "\n")
    stream.flush()


class BarListener(EventListener):
    """Shows one bar over all stages with the time left, and messages above it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: Any | None = None

    def __call__(self, event: Event) -> None:
        """Move the bar or print a message."""
        if isinstance(event, Message):
            tqdm.write(_line(event), file=self._stream)
        elif isinstance(event, Progress):
            self._show(event)

    def _show(self, event: Progress) -> None:
        if self._bar is None:
            self._bar = tqdm(total=100, file=self._stream, bar_format=_BAR, leave=False)
        left = "" if event.seconds_left is None else f" {_clock(event.seconds_left)} left"
        self._bar.bar_format = _BAR + left
        self._bar.set_description_str(STAGES.get(event.stage, event.stage.capitalize()), refresh=False)
        self._bar.update(100 * event.fraction - self._bar.n)

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
