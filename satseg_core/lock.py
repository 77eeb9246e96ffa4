"""A file that one process at a time has: the system lets go of it when the process ends, however it ends.

Standard library only: the plugin uses it, too.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO


def take(path: Path) -> IO[bytes] | None:
    """Take a file for this process until it is closed; None where another one has it.

    Args:
        path: the file; it is made where there is none, and what is in it does not matter.

    Raises:
        OSError: it cannot be made.
    """
    file = path.open("ab")
    if _lock(file) and _is_at(path, file):
        return file
    file.close()
    return None


def let_go(file: IO[bytes], path: Path) -> None:
    """Give back what `take` gave, and remove the file."""
    if sys.platform == "win32":  # which removes no file that is open
        file.close()
        with suppress(OSError):
            path.unlink()
    else:  # while it is ours: later it may be another's
        with suppress(OSError):
            path.unlink()
        file.close()


def _lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_at(path: Path, file: IO[bytes]) -> bool:
    """Whether nobody has removed the file between its opening and its locking: a lock on it would keep nobody out."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except OSError:
        return False
