"""What a GeoPackage holds, told without changing it, and whether another program works on it.

Standard library only, as `satseg_core.outputs`.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from satseg_core.errors import OutputError

STYLE = ("land cover", "The legend's colours")
"""Name and description of the style that SatSeg puts into its GeoPackages."""

MARK = "SATSEG"
"""Metadata that every layer of SatSeg's has: the version that made it."""

SCRATCH = ".satseg-partial-"
"""Part of the name of every scratch folder, so that what a killed run left behind is easy to find and delete."""

_STYLES = "layer_styles"
_INNER = ("gpkg_", "rtree_", "sqlite_", "ogr_")
"""Beginnings of the names of tables that belong to the format, or to GDAL."""

_SIDES = ("-wal", "-journal")
"""Ends of the names of files that hold what is not yet, or no more, in the file itself."""

_SHARED_MEMORY = "-shm"

# Bytes that SQLite locks, and that are never read or written (sqlite.org: os_unix.c, os_win.c). A program that works
# in a write-ahead log holds one of those of the -shm file for as long as it has the file open.
_WRITER = (0x40000000, 2)
_WRITE_AHEAD = (120, 9)


def check_replaceable(path: Path) -> None:
    """Refuse to replace a GeoPackage that holds what SatSeg has not made, or that another program works on.

    Args:
        path: the file; there may be none.

    Raises:
        OutputError: it must not be replaced.
    """
    if not path.is_file():
        return
    if is_worked_on(path):
        raise OutputError(
            f"Another program has {path} open and may write to it; end the editing or close it there and try again, or"
            f" choose another name."
        )
    others = strangers(path)
    if others:
        listing = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        raise OutputError(
            f"{path} holds what SatSeg has not made and would be lost ({listing}); choose another name, or move that"
            f" file away."
        )


def strangers(path: Path) -> list[str]:
    """What a GeoPackage holds that SatSeg has not made: layers, tables, projects and styles, by their names.

    Args:
        path: the file; of one that is no GeoPackage nothing is told.
    """
    try:
        with _contents(path) as database:
            own = _own_layers(database)
            return [*(name for name in _tables(database) if name not in own), *_styles(database)]
    except sqlite3.Error:
        return []


def is_worked_on(path: Path) -> bool:
    """Whether another program is writing to a GeoPackage, or has it open so that it could write at any moment.

    Locks on the file itself are not enough: QGIS, which opens it a second time to read, loses its own thereby.
    """
    shared = path.with_name(path.name + _SHARED_MEMORY)
    return _is_locked(path, *_WRITER) or _is_locked(shared, *_WRITE_AHEAD)


def _is_locked(path: Path, start: int, length: int) -> bool:
    try:
        file = path.open("r+b")
    except OSError:
        return False  # not there, or of no use to those who write either
    with file:
        try:
            if sys.platform == "win32":
                import msvcrt

                file.seek(start)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, length)
                file.seek(start)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, length)
            else:
                import fcntl

                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
                fcntl.lockf(file, fcntl.LOCK_UN, length, start)
        except OSError:
            return True
    return False


@contextmanager
def _contents(path: Path) -> Iterator[sqlite3.Connection]:
    """A GeoPackage to look into, with what lies in a log or a journal beside it; no byte of it changes."""
    with ExitStack() as stack:
        sides = [side for end in _SIDES if _size(side := path.with_name(path.name + end))]
        copy = None
        if sides:
            with suppress(OSError):  # no room, or no permission: what is in the file itself can be told
                copy = _copied(path, sides, stack)
        how = "mode=rw" if copy else "immutable=1"
        address = f"file:{quote((copy or path).absolute().as_posix())}?{how}"
        yield stack.enter_context(closing(sqlite3.connect(address, uri=True)))


def _copied(path: Path, sides: list[Path], stack: ExitStack) -> Path:
    """A copy with its log or journal: SQLite works these in, and removes them, when it opens and closes a file."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=path.name + SCRATCH, dir=path.parent)))
    for part in (path, *sides):
        shutil.copyfile(part, folder / part.name)
    return folder / path.name


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _tables(database: sqlite3.Connection) -> list[str]:
    """Names of the layers, and of all other tables that are not of the format itself."""
    tables = database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    found = [str(name) for (name,) in tables]
    layers: set[str] = set()
    if "gpkg_contents" in found:
        layers = {str(name) for (name,) in database.execute("SELECT table_name FROM gpkg_contents")}
    return [name for name in found if name != _STYLES and (name in layers or not name.lower().startswith(_INNER))]


def _own_layers(database: sqlite3.Connection) -> set[str]:
    """Names of the layers whose metadata say that SatSeg has made them."""
    try:
        rows = database.execute(
            "SELECT r.table_name, m.metadata FROM gpkg_metadata_reference r JOIN gpkg_metadata m ON m.id = r.md_file_id"
        ).fetchall()
    except sqlite3.OperationalError:  # no such table: no layer has any
        return set()
    return {str(name) for name, text in rows if f'<MDI key="{MARK}">' in str(text)}


def _styles(database: sqlite3.Connection) -> list[str]:
    """Styles that somebody has saved in the file."""
    try:
        rows = database.execute("SELECT styleName, description FROM layer_styles").fetchall()
    except sqlite3.OperationalError:  # there are none
        return []
    return [f"the style {name}" for name, description in rows if (name, description) != STYLE]
