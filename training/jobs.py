"""Run child processes side by side, unattended: logs, time left, and an orderly end.

A child has its own log file. Its standard input stays open while the parent lives: `cancel_at_eof` in the child ends
it when the parent closes that pipe or dies, on any system. Standard library only.
"""

from __future__ import annotations

import _thread
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Callable

Say = Callable[[str], None]

POLL_SECONDS = 0.2
SAY_SECONDS = 60.0
"""Seconds between two lines on how far the running jobs are."""

GRACE_SECONDS = 30.0
"""Seconds that a child gets to end by itself, to write its checkpoint."""

_STEP = re.compile(rb"\bstep (\d+)/(\d+)")
_PIECE = 4096


@dataclass(frozen=True)
class Job:
    """A child process to run.

    Attributes:
        name: for people.
        command: program and arguments.
        log: file that gets everything it says; added to where it exists.
        cost: how long it should take beside the other jobs, any unit.
        environment: variables that it gets besides the parent's.
    """

    name: str
    command: tuple[str, ...]
    log: Path
    cost: float = 1.0
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """A job that ended with an exit code other than 0; ``reason`` is its log's last line."""

    job: Job
    code: int
    reason: str


class _Child:
    """A job that runs."""

    def __init__(self, job: Job) -> None:
        self.job = job
        job.log.parent.mkdir(parents=True, exist_ok=True)
        self._log = job.log.open("ab")
        self._start = self._log.tell()
        # A session of its own: Ctrl-C in the terminal reaches the parent alone, which ends its children in order.
        self.process = subprocess.Popen(  # nosec B603 # commands are made by this program, without a shell
            job.command,
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **job.environment},
            start_new_session=True,
        )

    def fraction(self) -> float:
        """Share of the job done since it was started here, from the ``step N/M`` of its log."""
        first, last = _steps(self._read(0)), _steps(self.tail())
        if not last:
            return 0.0
        begin = first[0][0] - 1  # where a resumed run goes on
        done, total = last[-1]
        return (done - begin) / max(1, total - begin)

    def tail(self) -> bytes:
        """The end of what it has said so far."""
        return self._read(max(0, self.job.log.stat().st_size - self._start - _PIECE))

    def _read(self, offset: int) -> bytes:
        """A piece of what it has said."""
        with self.job.log.open("rb") as log:
            log.seek(self._start + offset)
            return log.read(_PIECE)

    def ended(self) -> int | None:
        """Exit code, or None while it runs."""
        code = self.process.poll()
        if code is not None:
            self._close()
        return code

    def ask_to_end(self) -> None:
        """Close its standard input, which `cancel_at_eof` notices."""
        if self.process.stdin is not None:
            self.process.stdin.close()

    def end(self, seconds: float) -> None:
        """Wait for it, at most so many s, and kill it then, with its own children where the system can."""
        try:
            self.process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            if sys.platform == "win32":
                self.process.kill()
            else:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._close()

    def _close(self) -> None:
        self.ask_to_end()
        self._log.close()


def run_jobs(
    jobs: Sequence[Job],
    at_once: int,
    say: Say,
    grace: float = GRACE_SECONDS,
    after: Callable[[Job], None] = lambda _: None,
) -> list[Failure]:
    """Run jobs, some at a time, and go on when one fails.

    Args:
        jobs: what to run, in this order.
        at_once: how many run side by side.
        say: hears one line at a time.
        grace: s that running children get to end by themselves when this is interrupted.
        after: called with each job that has ended well.

    Returns:
        The jobs that failed.

    Raises:
        KeyboardInterrupt: the user interrupted; all children have ended.
    """
    crew = _Crew(jobs, say)
    try:
        while crew.busy:
            crew.start(at_once)
            time.sleep(POLL_SECONDS)
            for job in crew.collect():
                after(job)
            crew.report()
    finally:
        crew.dismiss(grace)
    return crew.failures


class _Crew:
    """The children of one `run_jobs`, and how far they are."""

    def __init__(self, jobs: Sequence[Job], say: Say) -> None:
        self._waiting = list(jobs)
        self._total = len(jobs)
        self._running: list[_Child] = []
        self._say = say
        self._began = self._said = time.monotonic()
        self._finished_cost = 0.0
        self._done = 0
        self.failures: list[Failure] = []

    @property
    def busy(self) -> bool:
        return bool(self._waiting or self._running)

    def start(self, at_once: int) -> None:
        """Start jobs until enough run."""
        while self._waiting and len(self._running) < at_once:
            child = _Child(self._waiting.pop(0))
            self._running.append(child)
            self._say(f"{child.job.name}: started, log in {child.job.log}")

    def collect(self) -> list[Job]:
        """Take note of the children that have ended; gives the jobs of those that ended well."""
        good = []
        for child in list(self._running):
            code = child.ended()
            if code is None:
                continue
            self._running.remove(child)
            self._done += 1
            self._finished_cost += child.job.cost
            if code:
                self.failures.append(Failure(child.job, code, last_line(child.tail())))
            else:
                good.append(child.job)
            word = f"FAILED ({self.failures[-1].reason})" if code else "done"
            self._say(f"{child.job.name}: {word}; {self._summary()}")
        return good

    def report(self) -> None:
        """Say how far everything is, once in a while."""
        if time.monotonic() - self._said < SAY_SECONDS:
            return
        self._said = time.monotonic()
        parts = [f"{child.job.name} {child.fraction():.0%}" for child in self._running]
        self._say(f"{', '.join(parts)}; {self._summary()}")

    def dismiss(self, grace: float) -> None:
        """End the children that still run."""
        for child in self._running:
            child.ask_to_end()
        deadline = time.monotonic() + grace
        for child in self._running:
            child.end(deadline - time.monotonic())

    def _summary(self) -> str:
        left = self._seconds_left()
        text = "" if left is None or not self.busy else f", about {show_time(left)} left"
        return f"{self._done} of {self._total} ended{text}"

    def _seconds_left(self) -> float | None:
        """What is left at the pace so far, in s; None while there is no pace."""
        under_way = sum(child.fraction() * child.job.cost for child in self._running)
        done = self._finished_cost + under_way
        ahead = sum(job.cost for job in self._waiting) + sum(child.job.cost for child in self._running) - under_way
        return ahead * (time.monotonic() - self._began) / done if done > 0 else None


def _steps(text: bytes) -> list[tuple[int, int]]:
    """Every ``step N/M`` of a piece of a log."""
    return [(int(done), int(total)) for done, total in _STEP.findall(text)]


def last_line(text: bytes) -> str:
    """The last line of a log that says something."""
    lines = [line.strip() for line in text.decode("utf-8", "replace").replace("\r", "\n").splitlines()]
    return next((line for line in reversed(lines) if line), "it said nothing")


def show_time(seconds: float) -> str:
    """A duration in s as people say it: ``40 s``, ``12 min``, ``1 h 05 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def cancel_at_eof() -> None:
    """In a child: interrupt the main thread, as Ctrl-C does, once the parent closes standard input or dies."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # what a shell leaves to jobs in its background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_wait_for_eof, daemon=True, name="end-of-stdin").start()


def _wait_for_eof() -> None:
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:  # a real signal also wakes a thread that waits for something
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


@contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """While it lasts SIGTERM does what Ctrl-C does, so that children are ended whoever ends the parent."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous: Any = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
