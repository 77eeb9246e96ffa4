"""Who waits for Dask can stop waiting."""

from __future__ import annotations

import threading
import time

import pytest

from satseg_core.cluster.ahead import StartedAhead
from satseg_core.cluster.telling import tell_workers, waited_for
from satseg_core.errors import CancelledError
from satseg_core.remote.patience import nobody_cancels


def test_what_a_call_gives_is_given_on() -> None:
    assert waited_for(lambda: 7, nobody_cancels, print) == 7


def test_what_a_call_raises_is_raised() -> None:
    def fail() -> int:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        waited_for(fail, nobody_cancels, print)
    with pytest.raises(OSError, match="no"):
        tell_workers(fail, 60)


def test_workers_that_do_not_answer_are_left_alone() -> None:
    answer = threading.Event()
    began = time.monotonic()
    tell_workers(answer.wait, 0.1)
    assert time.monotonic() - began < 10
    answer.set()


def test_who_cancels_does_not_wait_and_what_comes_later_is_cleared_away() -> None:
    come, cleared = threading.Event(), threading.Event()
    late: list[bool] = []

    def clear(result: bool) -> None:
        late.append(result)
        cleared.set()

    def cancel() -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        waited_for(lambda: come.wait(60), cancel, clear)
    assert not late
    come.set()
    assert cleared.wait(60)
    assert late == [True]


def test_a_connection_that_is_not_needed_any_more_is_not_waited_for() -> None:
    class Never:
        def __init__(self, check: object) -> None:
            self.check = check

        def __enter__(self) -> object:
            while True:
                self.check()
                time.sleep(0.01)

        def __exit__(self, *_: object) -> None:
            """Never entered."""

    def cancel() -> None:
        raise CancelledError

    with pytest.raises(CancelledError), StartedAhead(Never) as ahead:
        ahead.connection(cancel)
