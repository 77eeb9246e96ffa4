"""Telling all workers something, where one of them may never answer."""

from __future__ import annotations

import threading
from typing import Callable


def tell_workers(call: Callable[[], object], seconds: float) -> None:
    """Call something in a thread of its own, and wait for it no longer than so many seconds.

    Raises:
        Exception: what ``call`` raised in this time.
    """
    errors: list[Exception] = []

    def run() -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 -- raised where it is waited for
            errors.append(error)

    telling = threading.Thread(target=run, name="satseg-tell", daemon=True)
    telling.start()
    telling.join(seconds)
    if errors:
        raise errors[0]
