"""Room on disks: how much is free where a run will write, and what a run takes at the very least.

Standard library only: QGIS asks before it starts the engine.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

FLAT_BYTES = 4 / 3
"""Bytes a px that a run writes beside each raster it makes, however well that compresses: a flat file, a byte a px, and
its overviews, which take a third of it."""


def least_bytes(pixels: int, rasters: int) -> int:
    """Bytes that a run needs in the folder of its map, whatever the map shows.

    Args:
        pixels: of the raster, or of the part of it that is asked for; those outside of a mask count.
        rasters: the map, and the confidence where it is asked for: 1 or 2.
    """
    return int(pixels * rasters * FLAT_BYTES)


def existing_folder(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    folder = Path(os.path.abspath(folder))
    return next((one for one in (folder, *folder.parents) if one.is_dir()), folder)


def free_bytes(folder: Path) -> int | None:
    """Bytes that this user may still write in a folder, which may be yet to be made; None where nobody can tell."""
    try:
        return shutil.disk_usage(existing_folder(folder)).free
    except OSError:
        return None


def volume(folder: Path) -> int | None:
    """A number that folders on the same volume share; None where nobody can tell."""
    try:
        return existing_folder(folder).stat().st_dev
    except OSError:
        return None


def taken_bytes(folder: Path) -> int:
    """Bytes of the files in a folder as they lie on the disk, without holes; 0 where there is no such folder."""
    total = 0
    try:
        for path in folder.iterdir():
            status = path.stat()
            total += getattr(status, "st_blocks", -(-status.st_size // 512)) * 512
    except OSError:
        return total
    return total


def in_words(count: float) -> str:
    """Bytes as people say them: ``850 kB``, ``12 MB``, ``3.4 GB``."""
    for name, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            value = count / size
            return f"{value:.1f} {name}" if value < 10 else f"{value:,.0f} {name}"
    return f"{max(count / 1e3, 1):.0f} kB"
