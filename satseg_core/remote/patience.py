"""Trying again what fails for a moment: some times, with pauses that grow, and not for ever."""

from __future__ import annotations

import time
from random import SystemRandom
from typing import Callable, TypeVar

Value = TypeVar("Value")

ATTEMPTS = 8
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 10.0
"""Seconds; each pause is twice the one before, less some chance, so that many workers do not come back at once."""

LONGEST = 120.0
"""Seconds after which nothing is tried again, however few attempts that were."""

FOR_A_MOMENT = frozenset({408, 425, 429, *range(500, 600)} - {501, 505})
"""Statuses of web servers that may be others the next time."""

_GLANCE = 0.1
"""Seconds between looks at whether the user has cancelled."""

_chance = SystemRandom()


def nobody_cancels() -> None:
    """For those whom nobody can cancel."""


def insist(
    action: Callable[[], Value],
    hopeless: Callable[[Exception], bool],
    check: Callable[[], None] = nobody_cancels,
    errors: tuple[type[Exception], ...] = (Exception,),
) -> Value:
    """Do something that may fail for a moment.

    Args:
        action: what to do; it begins anew each time.
        hopeless: whether an error will be the same the next time.
        check: raises an error if the user has cancelled; called while waiting.
        errors: of which classes errors may pass; others end it at once.

    Raises:
        Exception: the last error of ``action``, or what ``check`` raises.
    """
    began = time.monotonic()
    for attempt in range(ATTEMPTS):
        try:
            return action()
        except errors as error:
            if attempt == ATTEMPTS - 1 or time.monotonic() - began > LONGEST or hopeless(error):
                raise
        _pause(min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE) * _chance.uniform(0.5, 1.0), check)
    raise AssertionError("the last attempt returns or raises")


def _pause(seconds: float, check: Callable[[], None]) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        check()
        time.sleep(min(left, _GLANCE))
