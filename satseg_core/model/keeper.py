"""Keeps the runtime that was used last, so that jobs that follow each other load a model once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from satseg_core.model.runtime import LoadRuntime, Runtime, load_runtime
from satseg_core.model.store import ModelFile

_Asked = tuple[object, ...]
"""All that a runtime depends on."""


@dataclass(frozen=True)
class _Loaded:
    """A runtime, and what was asked for when it was loaded."""

    asked: _Asked
    runtime: Runtime


class RuntimeKeeper:
    """Lends a runtime to one job at a time.

    At most one is kept. Jobs at the same time, in several threads, get runtimes of their own: not all can be used by
    two at once. What a job that failed had is let go of, as it may be what failed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: _Loaded | None = None
        self._closed = False

    @contextmanager
    def lent(self) -> Iterator[LoadRuntime]:
        """Gives what to call in place of `load_runtime` while the block lasts; it raises what that raises."""
        with self._lock:
            loan = _Loan(self._kept)
            self._kept = None
        yield loan.load
        with self._lock:
            if not self._closed:
                self._kept = loan.loaded

    def close(self) -> None:
        """Let go of what is kept, and keep nothing more."""
        with self._lock:
            self._kept, self._closed = None, True


class _Loan:
    """What one job has."""

    def __init__(self, loaded: _Loaded | None) -> None:
        self.loaded = loaded

    def load(self, model: ModelFile, *how: Any) -> Runtime:
        """The runtime of this job or the one before it, if that is what is asked for, or a new one.

        Args:
            model: that is to run.
            how: what else `load_runtime` is given.
        """
        asked = (model, how, _state(model.weights), _state(model.onnx))
        if self.loaded is None or self.loaded.asked != asked:
            self.loaded = None  # before another one takes memory
            self.loaded = _Loaded(asked, load_runtime(model, *how))
        return self.loaded.runtime


def _state(path: Path | None) -> tuple[int, int] | None:
    """Size and time of the last change of a file: another one may have come to its place."""
    try:
        status = path.stat() if path else None
    except OSError:
        return None
    return (status.st_size, status.st_mtime_ns) if status else None
