"""What lies in a folder of an object store, and the small files in it that are read and written whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Callable

from satseg_core.errors import OutputError
from satseg_core.remote.libraries import store_of
from satseg_core.remote.names import join, store_url
from satseg_core.remote.store import Value, insist_on

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


def beginning_with(start: str) -> list[str] | None:
    """Names, in their folder, of the objects whose addresses have a beginning; None where nobody may look.

    Args:
        start: address of an object without the end of its name.

    Raises:
        OutputError: the store does not answer.
    """
    folder, _, begin = store_url(start).rpartition("/")

    def find(store: Any) -> list[str] | None:
        try:
            return [str(path) for path in store.find(folder, prefix=begin)]
        except FileNotFoundError:
            return []
        except PermissionError:
            return None  # who may write need not be allowed to look

    found, inside = _asked(folder, find), folder.partition("://")[2] + "/"
    if found is None:
        return None
    names = [path.rpartition("://")[2].removeprefix(inside) for path in found]
    return [name for name in names if "/" not in name]


def read_all(folder: str, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The contents of objects of a folder, many at a time; those that are not there are left out.

    Raises:
        OutputError: the store does not answer, or refuses.
    """
    for start in range(0, len(names), _AT_ONCE):
        part = {store_url(join(folder, name)).partition("://")[2]: name for name in names[start : start + _AT_ONCE]}
        for path, content in _contents(folder, list(part)).items():
            if isinstance(content, bytes):
                yield part[path.rpartition("://")[2]], content
            elif not isinstance(content, FileNotFoundError):
                name = join(folder, part[path.rpartition("://")[2]])
                raise OutputError(f"{name} cannot be read ({content}); try again later.")


def _contents(folder: str, paths: Sequence[str]) -> dict[str, Any]:
    """Contents or errors by paths."""
    return _asked(folder, lambda store: dict(store.cat(paths, on_error="return")))


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

    return _asked(target, read)


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

    _asked(target, delete, "be removed")


def _root(folder: str) -> str:
    """The URL of a folder, which may be a whole bucket."""
    return store_url(join(folder, "x")).removesuffix("x").rstrip("/")


def _asked(target: str, question: Callable[[Any], Value], what: str = "be read") -> Value:
    """Ask the store that a name belongs to, more than once if it has to be."""
    return insist_on(lambda: question(store_of(join(target, "x"))), target, what)
