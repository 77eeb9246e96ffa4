"""Addresses that a file or a page gives, and small texts that lie at them."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlparse
from urllib.request import url2pathname

from satseg_core.remote import objects
from satseg_core.remote.names import is_elsewhere, is_remote
from satseg_core.remote.web import ask, is_web


def is_local(text: str) -> bool:
    """Whether a name is one of this system's files, as far as its form tells."""
    return not is_elsewhere(text) and not re.match(r"[A-Z][A-Z0-9_]+:", text)


def absolute(href: str, base: str) -> str:
    """An address that is relative to the file or URL ``base``, as one that can be opened."""
    if href.startswith("file://"):
        return url2pathname(unquote(urlparse(href).path))
    if not is_local(href) or Path(href).is_absolute():
        return href
    if not is_local(base):
        scheme, _, rest = base.rpartition("://")
        host, _, folder = (rest.partition("?")[0] if is_web(base) else rest).partition("/")
        parts = os.path.normpath(PurePosixPath("/") / PurePosixPath(folder).parent / href)
        return f"{scheme}://{host}{Path(parts).as_posix()}"
    return os.path.normpath(Path(base).absolute().parent / href)


def read_text(address: str) -> str:
    """The text of a file, of an object in a bucket, or of a page of a web server.

    Raises:
        OSError: there is none, or it cannot be read.
        ValueError: it is no text in UTF-8.
    """
    if is_web(address):
        return ask(address)
    if is_remote(address):
        place, _, name = address.rpartition("/")
        for _, stored in objects.read_all(place, [name]):
            return stored.decode("utf-8")
        raise FileNotFoundError(errno.ENOENT, "no such object", address)
    return Path(address).read_text(encoding="utf-8")
