"""Files on this machine that list rasters elsewhere: GDAL's virtual rasters (VRT) and tile indexes (GTI)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from satseg_core.remote.names import is_remote

_BEGINNING = 1024
"""Bytes in which a virtual raster says that it is one."""

_TEXT = re.compile(r">([^<>]+)<")

_INDEX_ENDS = (".gti.gpkg", ".gti.fgb", ".gti.parquet")

VIRTUAL = "<VRTDataset"
"""Beginning of a virtual raster that is given as a text instead of a name."""

_DEEPEST = 8
"""Virtual rasters in one another that are looked into."""


def listed_elsewhere(name: str) -> tuple[str, ...]:
    """Names of the rasters elsewhere that a file on this machine lists, itself or in the files that it lists.

    Args:
        name: of a raster; or the text of a virtual raster.

    Returns:
        Names as they are written; none for what is no list, is not here, or lists what is here alone.
    """
    if name.startswith(VIRTUAL):
        return tuple(dict.fromkeys(_in_text(name)))
    path = Path(name.removeprefix("GTI:"))
    try:
        status = path.stat()
    except (OSError, ValueError):
        return ()
    is_index = name.startswith("GTI:") or name.lower().endswith(_INDEX_ENDS)
    return _listed(path, is_index, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _listed(path: Path, is_index: bool, _changed_ns: int, _size: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_in_index(path) if is_index else _in_virtual(path, _DEEPEST)))


def _in_virtual(path: Path, deep: int) -> Iterator[str]:
    try:
        with path.open("rb") as stream:
            if b"<VRTDataset" not in stream.read(_BEGINNING):
                return
        content = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    yield from _in_text(content)
    for found in _TEXT.finditer(content):
        text = html.unescape(found.group(1)).strip()
        if deep and not is_remote(text) and text.lower().endswith(".vrt"):
            yield from _in_virtual(path.parent / text, deep - 1)


def _in_text(content: str) -> Iterator[str]:
    """Names elsewhere in the text of a virtual raster."""
    texts = (html.unescape(found.group(1)).strip() for found in _TEXT.finditer(content))
    return (text for text in texts if is_remote(text))


def _in_index(path: Path) -> Iterator[str]:
    import pyogrio

    try:
        columns = pyogrio.raw.read(path, read_geometry=False)[3]
    except (RuntimeError, ValueError):
        return
    for column in columns:
        if column.dtype.kind in "OU":
            yield from (text for text in column if isinstance(text, str) and is_remote(text))
