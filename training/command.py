"""What every command line of training does around its work: one line for a mistake, and the right exit code."""

from __future__ import annotations

import sys
import warnings
from typing import Callable

from rasterio.errors import NotGeoreferencedWarning

from satseg_core.errors import CancelledError, SatSegError


def run_command(work: Callable[[], int | None], interrupted: str = "Interrupted.") -> int:
    """Do the work of a command line.

    Args:
        work: gives the exit code; None is 0.
        interrupted: what to say after Ctrl-C.

    Returns:
        The exit code.
    """
    with warnings.catch_warnings():
        # Images without a place on the ground are inputs like any other: their set says how large their px are.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            return work() or 0
        except SatSegError as error:
            print(f"error: {error}", file=sys.stderr)
            return error.exit_code
        except KeyboardInterrupt:
            print(interrupted, file=sys.stderr)
            return CancelledError.exit_code
