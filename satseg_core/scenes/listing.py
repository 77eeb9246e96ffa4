"""What lies in a folder, in an archive file, or in a folder of a bucket."""

from __future__ import annotations

import os
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from satseg_core.errors import RasterError
from satseg_core.outputs import PARTIAL
from satseg_core.remote import join, objects

ARCHIVES = (".zip", ".tar")
"""Endings of the archive files that are looked into, in lower case."""

_PACKED = (".tar.gz", ".tgz", ".tar.bz2", ".gz", ".7z", ".rar")
_DEEPEST = 6
_UNFINISHED = ".satseg-unfinished"


@dataclass(frozen=True)
class Entry:
    """A file.

    Attributes:
        name: relative to the folder, with ``/`` between folders.
        address: what GDAL opens, or a URL.
        size: bytes, if that is known.
        changed: time of its last change in ns, or what a store calls the version; None if nothing is known.
    """

    name: str
    address: str
    size: int | None = None
    changed: int | str | None = None

    @property
    def folder(self) -> str:
        """The folder that it is in, relative like the name; empty for the first."""
        return self.name.rpartition("/")[0]

    @property
    def file(self) -> str:
        """Its name without folders."""
        return self.name.rpartition("/")[2]


def suffix(name: str) -> str:
    """The ending of a file's name with its dot, in lower case; without the query of a URL."""
    return PurePosixPath(name.partition("?")[0].replace("\\", "/")).suffix.lower()


def is_packed(name: str) -> bool:
    """Whether a file is an archive that would have to be unpacked whole."""
    return name.lower().endswith(_PACKED)


def in_folder(root: Path, deepest: int = _DEEPEST) -> Iterator[Entry]:
    """All files in a folder and in those in it, without the scratch of runs.

    Raises:
        RasterError: a folder cannot be read.
    """
    waiting = [(str(root), "", 0)]
    while waiting:
        folder, inside, depth = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            raise RasterError(
                f"The folder {folder} cannot be read ({error.strerror}); check the permissions."
            ) from error
        for entry in entries:
            if entry.is_dir():
                if depth < deepest and not is_scratch(entry.name):
                    waiting.append((entry.path, f"{inside}{entry.name}/", depth + 1))
            else:
                status = entry.stat()
                yield Entry(inside + entry.name, entry.path, status.st_size, status.st_mtime_ns)


def is_scratch(folder: str) -> bool:
    """Whether a folder holds the unfinished work of a run, by its name."""
    return PARTIAL in folder or folder.endswith(_UNFINISHED)


def in_archive(path: Path) -> Iterator[Entry]:
    """All files in a .zip or .tar, by GDAL's names for them.

    Raises:
        RasterError: it is damaged.
    """
    changed = path.stat().st_mtime_ns
    try:
        if suffix(path.name) == ".zip":
            with zipfile.ZipFile(path) as packed:
                found = [(info.filename, info.file_size) for info in packed.infolist() if not info.is_dir()]
        else:
            with tarfile.open(path, "r:") as packed_tar:
                found = [(info.name, info.size) for info in packed_tar if info.isfile()]
    except (OSError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise RasterError(f"{path} is damaged ({error}); copy or download it again.") from error
    handler = "/vsizip/" if suffix(path.name) == ".zip" else "/vsitar/"
    for name, size in found:
        plain = name.removeprefix("./")
        yield Entry(plain, f"{handler}{{{path.absolute()}}}/{name}", size, changed)


def in_bucket(root: str) -> Iterator[Entry]:
    """All objects of a folder of an object store.

    Raises:
        OutputError: the store does not answer, or refuses.
    """
    for listed in objects.listing(root):
        yield Entry(listed.name, join(root, listed.name), listed.size, listed.version)
