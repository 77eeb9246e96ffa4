"""Waiting for Dask where it may never answer: in a thread of its own, which can be left alone."""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from typing import Callable, TypeVar

Result = TypeVar("Result")

LOOK_SECONDS = 0.2
"""How often somebody who waits looks whether the user has cancelled, s."""


def tell_workers(call: Callable[[], object], seconds: float) -> None:
    """Call something, and wait for it no longer than so many seconds.

    Raises:
        Exception: what ``call`` raised in this time.
    """
    telling = _in_a_thread(call)
    wait([telling], seconds)
    if telling.done():
        telling.result()


def waited_for(call: Callable[[], Result], check: Callable[[], None], too_late: Callable[[Result], object]) -> Result:
    """What a call gives that takes as long as it likes.

    Args:
        call: to be waited for.
        check: raises an error when nobody wants it any more; ``call`` is left alone then.
        too_late: is given what comes after that.

    Raises:
        Exception: what ``call`` or ``check`` raises.
    """
    calling = _in_a_thread(call)
    try:
        return await_looking(calling, check)
    except BaseException:
        calling.add_done_callback(lambda late: late.exception() or too_late(late.result()))
        raise


def await_looking(future: Future[Result], check: Callable[[], None]) -> Result:
    """The result of a future, when it is done; ``check`` raises an error when nobody wants it any more."""
    while not future.done():
        check()
        wait([future], LOOK_SECONDS)
    return future.result()


def _in_a_thread(call: Callable[[], Result]) -> Future[Result]:
    """A call that does not keep the process alive."""
    future: Future[Result] = Future()

    def run() -> None:
        try:
            result = call()
        except Exception as error:  # noqa: BLE001 -- raised where it is waited for
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name="satseg-tell", daemon=True).start()
    return future
