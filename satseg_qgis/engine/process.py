"""Runs the engine, reads its events and cancels it; never blocks for longer than `POLL_SECONDS`."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess  # nosec B404 # running the engine is what this module is for
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, Callable, Optional

from satseg_core.errors import CancelledError, SatSegError
from satseg_qgis.engine.environment import child_environment
from satseg_qgis.engine.find import window_options
from satseg_qgis.engine.words import tr

POLL_SECONDS = 0.1
"""How often cancellation is asked for while the engine is silent, s."""

GRACE_SECONDS = 10.0
"""Time that the engine has to clean up after a cancel before it is ended, s."""

LINGER_POLLS = 20
"""Polls without a line after the engine's end: a process that it started may hold its streams open."""

TAIL_LINES = 20
"""Lines of stderr that an error quotes."""

CANCELLED_CODE = 130
"""Exit code of a cancelled engine."""

Event = Mapping[str, Any]
Listener = Callable[[Event], None]
Line = tuple[str, Optional[str]]
"""Name of a stream and one line of it; None at its end."""


class EngineFailedError(SatSegError):
    """The engine ended without doing its job."""


def run_engine(
    command: Sequence[str],
    listener: Listener,
    cancelled: Callable[[], bool],
    environ: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Run the engine to its end.

    Args:
        command: the whole command line, see `commands.for_qgis`.
        listener: called in this thread with every event; lines of stderr come as ``{"event": "log", "text": ...}``.
        cancelled: asked ten times a second.
        environ: environment to derive the engine's from; None is ``os.environ``.

    Returns:
        The values of the engine's ``result`` event.

    Raises:
        CancelledError: the user cancelled, and the engine is gone.
        EngineFailedError: the engine failed, crashed or cannot be started.
    """
    child = _Child(command, environ)
    try:
        for event in child.events(cancelled):
            listener(event)
    finally:
        child.end()
    return child.outcome()


class _Child:
    """A running engine and what it has said so far."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str] | None) -> None:
        self._process = _start(command, environ)
        self._lines: queue.Queue[Line] = queue.Queue()
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._result: dict[str, Any] | None = None
        self._error: str | None = None
        self._deadline: float | None = None
        self._readers = [self._reader("stdout", self._process.stdout), self._reader("stderr", self._process.stderr)]

    def _reader(self, name: str, stream: IO[bytes] | None) -> threading.Thread:
        thread = threading.Thread(target=_read, args=(name, stream, self._lines), daemon=True)
        thread.start()
        return thread

    @property
    def code(self) -> int | None:
        return self._process.returncode

    def events(self, cancelled: Callable[[], bool]) -> Iterator[Event]:
        """Events until both streams have ended; cancels on the way if asked to."""
        open_streams = len(self._readers)
        silent_after_death = 0
        while open_streams and silent_after_death < LINGER_POLLS:
            if cancelled():
                self._cancel()
            try:
                name, line = self._lines.get(timeout=POLL_SECONDS)
            except queue.Empty:
                silent_after_death += self._process.poll() is not None
                continue
            if line is None:
                open_streams -= 1
            elif line.strip():
                yield self._event(name, line)

    def _event(self, name: str, line: str) -> Event:
        event = parse_event(line) if name == "stdout" else None
        if event is None:
            self._tail.append(line)
            return {"event": "log", "text": line}
        if event["event"] == "result":
            self._result = dict(event)
        elif event["event"] == "error":
            self._error = str(event.get("text", ""))
        return event

    def _cancel(self) -> None:
        """End of file on its stdin asks the engine to clean up and go; after the grace it is ended."""
        if self._deadline is None:
            self._deadline = time.monotonic() + GRACE_SECONDS
            self._close_stdin()
        elif time.monotonic() > self._deadline:
            kill_tree(self._process)

    def _close_stdin(self) -> None:
        try:
            if self._process.stdin:
                self._process.stdin.close()
        except OSError:
            return  # it is gone already

    def end(self) -> None:
        """Make sure that nothing is left running, whatever happened."""
        self._close_stdin()
        try:
            self._process.wait(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            kill_tree(self._process)
        for thread, stream in zip(self._readers, (self._process.stdout, self._process.stderr)):
            thread.join(timeout=1.0)
            if stream and not thread.is_alive():
                stream.close()

    def outcome(self) -> dict[str, Any]:
        """The result; it also counts where the cancel came after the outputs were in place."""
        if self.code == 0 and self._result is not None:
            return self._result
        if self._deadline is not None or self.code == CANCELLED_CODE:
            raise CancelledError
        if self._error:
            raise EngineFailedError(self._error)
        raise EngineFailedError(describe_failure(self.code or 0, list(self._tail)))


def _start(command: Sequence[str], environ: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # nosec B603 # a probed interpreter with the plugin's own arguments, no shell
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=child_environment(os.environ if environ is None else environ),
            start_new_session=sys.platform != "win32",
            **window_options(),
        )
    except OSError as error:
        sentence = tr("The engine could not be started ({program}: {why}).")
        raise EngineFailedError(sentence.format(program=command[0], why=error.strerror or error)) from error


def _read(name: str, stream: IO[bytes], lines: queue.Queue[Line]) -> None:
    """Body of a reader thread: the stream's lines, then None."""
    for raw in stream:
        lines.put((name, raw.decode("utf-8", "replace").rstrip("\r\n")))
    lines.put((name, None))


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """End the engine and the workers it started, which share its session."""
    try:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()


def parse_event(line: str) -> dict[str, Any] | None:
    """One line of the engine's stdout as an event, None where it is something else."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def describe_failure(code: int, tail: list[str]) -> str:
    """One sentence on an engine that said nothing itself, and the last of its stderr.

    Args:
        code: exit code; negative for a signal, a large number for a crash on Windows.
        tail: the last lines of stderr.
    """
    quoted = "\n".join(["", *tail]) if tail else ""
    if code in (-signal.SIGTERM, -9):
        what = tr(
            "The engine was ended from outside, most often for lack of memory; close other programs or map a part."
        )
    elif code < 0 or code > 0x80000000:
        sentence = tr("The engine crashed ({signal}); run `satseg doctor` with its Python to see what is installed.")
        what = sentence.format(signal=_crash_name(code))
    elif code == 0:
        what = tr("The engine ended without a result; please report this with the log.")
    else:
        what = tr("The engine failed with code {code}.").format(code=code)
    return what + quoted


def _crash_name(code: int) -> str:
    if code > 0:
        return f"0x{code:08X}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
