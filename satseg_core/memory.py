"""How much memory a run may take, and what it is spent on."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from dataclasses import dataclass
from typing import Any

from satseg_core.errors import UsageError
from satseg_core.remote.settings import gdal_settings

DEFAULT_MB = 768
"""Megabytes (10^6 bytes) of a run where nothing else is asked for."""

FIXED_MB = 400
"""What a run takes before anything is kept: Python, libraries, the network at work, a block. ``make bench`` has it."""

SMALLEST_MB = FIXED_MB + 64

_MOST_CACHED_MB = 2048
"""More than this brings nothing: a row of tiles fits."""


ARENAS = 2
"""Heaps of the C library that the threads of a process share."""

_M_ARENA_MAX = -8  # malloc.h


def few_arenas() -> None:
    """Let this process' threads share the C library's heaps, where it is glibc; to be called before they start.

    It gives each thread a heap of its own otherwise, and what one has freed is no use to another: a run on 268 Mpx
    peaked at 535 MB instead of 460.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # musl has no mallopt
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)


@dataclass(frozen=True)
class Budget:
    """Shares of a run's memory, bytes.

    Attributes:
        gdal: GDAL's cache of blocks of files.
        pieces: the raster at the model's px, for tiles to come.
        scores: scores of tiles that later blocks need.
    """

    gdal: int
    pieces: int
    scores: int

    @classmethod
    def of(cls, megabytes: int | None = None) -> Budget:
        """Divide a run's memory.

        Args:
            megabytes: most that the process should hold, 10^6 bytes; None for `DEFAULT_MB`.

        Raises:
            UsageError: it is too little.
        """
        whole = DEFAULT_MB if megabytes is None else megabytes
        if whole < SMALLEST_MB:
            raise UsageError(f"A run needs {SMALLEST_MB} MB of memory at least, not {whole}; give --memory more.")
        free = min(whole - FIXED_MB, _MOST_CACHED_MB) * 10**6
        return cls(gdal=free // 3, pieces=free // 12, scores=free // 3)

    def gdal_options(self, *names: str | None) -> dict[str, Any]:
        """GDAL's settings for a run; rasterio takes the cache in bytes.

        Args:
            names: of what is read: some settings are for files elsewhere alone.
        """
        options = {"GDAL_CACHEMAX": self.gdal, "GDAL_NUM_THREADS": "ALL_CPUS", "GDAL_PAM_ENABLED": "YES"}
        return {**options, **gdal_settings(*names)}
