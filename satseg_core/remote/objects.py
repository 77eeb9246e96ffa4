"""What lies in a folder of an object store, and the small files in it that are read and written whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from satseg_core.errors import OutputError, SatSegError
from satseg_core.remote.names import join, store_url
from satseg_core.remote.store import _store

_AT_ONCE = 500
"""Objects that are asked for together."""

_PART = 2**22


@dataclass(frozen=True)
class Listed:
    """An object in a listing.

    Attributes:
        name: relative to the folder, with ``/`` between folders.
        size: bytes.
        version: what the store says to tell one content from another; None if it says nothing.
    """

    name: str
    size: int
    version: str | None


def listing(folder: str) -> Iterator[Listed]:
    """All objects in a folder and the folders in it; none if there is no such folder.

    Raises:
        OutputError: the store does not answer, or refuses.
        RuntimeUnavailableError: the store's library is not installed.
    """
    root = _root(folder)
    for path, info in _asked(folder, lambda store: store.find(root, detail=True)).items():
        name = path.rpartition("://")[2].removeprefix(root.rpartition("://")[2]).lstrip("/")
        tag = info.get("ETag") or info.get("etag") or info.get("md5Hash")
        yield Listed(name, int(info.get("size") or 0), str(tag).strip('"') if tag else None)


def read_all(folder: str, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The contents of objects of a folder, many at a time; those that are not there are left out.

    Raises:
        OutputError: the store does not answer, or refuses.
    """
    for start in range(0, len(names), _AT_ONCE):
        part = {store_url(join(folder, name)).partition("://")[2]: name for name in names[start : start + _AT_ONCE]}
        found = _asked(folder, lambda store, part=part: store.cat(list(part), on_error="return"))
        for path, content in found.items():
            if isinstance(content, bytes):
                yield part[path.rpartition("://")[2]], content
            elif not isinstance(content, FileNotFoundError):
                raise OutputError(_refused(join(folder, part[path.rpartition("://")[2]]), content))


def measure(target: str) -> tuple[int, str]:
    """Size of an object in bytes and its SHA-256, by reading it back.

    Raises:
        OutputError: it cannot be read.
    """

    def read(store: Any) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        with store.open(store_url(target), "rb", block_size=_PART) as stream:
            for part in iter(lambda: stream.read(_PART), b""):
                digest.update(part)
                size += len(part)
        return size, digest.hexdigest()

    found: tuple[int, str] = _asked(target, read)
    return found


def remove(target: str) -> None:
    """Remove an object, if it is there.

    Raises:
        OutputError: the store refuses.
    """

    def delete(store: Any) -> None:
        try:
            store.rm_file(store_url(target))
        except FileNotFoundError:
            return

    _asked(target, delete)


def _root(folder: str) -> str:
    """The URL of a folder, which may be a whole bucket."""
    return store_url(join(folder, "x")).removesuffix("x").rstrip("/")


def _asked(target: str, question: Any) -> Any:
    """Ask the store that a name belongs to, and say in a sentence what it refuses."""
    try:
        return question(_store(join(target, "x")))
    except SatSegError:
        raise
    except FileNotFoundError as error:
        raise OutputError(f"{target} is not there; check the name.") from error
    except Exception as error:
        raise OutputError(_refused(target, error)) from error


def _refused(target: str, error: Exception) -> str:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return f"{target} cannot be reached ({reason}); check the name and the credentials, and try again."
