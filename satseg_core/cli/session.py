"""One run of the command line: who listens, who can cancel, and where events go."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TextIO

from satseg_core.cli.listeners import BarListener, EventListener, JsonListener, TextListener, send
from satseg_core.errors import CancelledError, SatSegError
from satseg_core.events import Reporter


class Session:
    """What the commands of one run share."""

    def __init__(self, words: list[str]) -> None:
        self.debug = "--debug" in words
        self.as_json = _progress_word(words) == "json"
        self._cancel = threading.Event()
        self._events: TextIO | None = _reserve_stdout() if self.as_json else None
        self._listener: EventListener | None = None

    @classmethod
    @contextmanager
    def opened(cls, words: list[str]) -> Iterator[Session]:
        """A session that turns SIGINT and SIGTERM into an orderly cancel while it lasts."""
        session = cls(words)
        previous = _on_signals(session._interrupt)
        try:
            yield session
        finally:
            session.close()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def reporter(self, progress: str, cancel_on_eof: bool = False) -> Reporter:
        """The reporter of this run's job.

        Args:
            progress: ``auto``, ``bar``, ``json`` or ``none``.
            cancel_on_eof: the end of stdin cancels: how a parent process stops its child on any system.
        """
        if cancel_on_eof:
            threading.Thread(target=self._cancel_at_eof, daemon=True, name="satseg-stdin").start()
        self._listener = self._choose(progress)
        return Reporter(self._listener, self._cancel.is_set)

    def _choose(self, progress: str) -> EventListener:
        if self._events is not None:
            return JsonListener(self._events, self._cancel)
        if progress == "bar" or (progress == "auto" and sys.stderr.isatty()):
            return BarListener(sys.stderr)
        return TextListener(sys.stderr)

    def fail(self, error: SatSegError) -> int:
        """Say what went wrong on one line, as an event too where events were asked for; returns the exit code."""
        self.close()
        if self._events is not None:
            cancelled = isinstance(error, CancelledError)
            send(self._events, {"event": "cancelled"} if cancelled else {"event": "error", "text": str(error)})
        if self.debug:
            traceback.print_exc()
        print(f"satseg: {error}", file=sys.stderr)
        return error.exit_code

    def close(self) -> None:
        """Finish the bar."""
        if self._listener is not None:
            self._listener.close()

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._cancel.is_set():
            raise KeyboardInterrupt
        self._cancel.set()

    def _cancel_at_eof(self) -> None:
        while True:
            try:
                if not os.read(0, 4096):
                    break
            except OSError:
                break
        self._cancel.set()


def _progress_word(words: list[str]) -> str:
    """The value of ``--progress``, needed before options are parsed: library chatter must not reach stdout."""
    for word, following in zip(words, [*words[1:], ""]):
        if word.startswith("--progress="):
            return word.split("=", 1)[1]
        if word == "--progress":
            return following
    return "auto"


def _reserve_stdout() -> TextIO:
    """Keep stdout for events alone: whatever else prints there goes to stderr."""
    sys.stdout.flush()
    events = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    return events


def _on_signals(handler: Any) -> dict[int, Any]:
    """Install a handler and return what was there. Only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    return {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
