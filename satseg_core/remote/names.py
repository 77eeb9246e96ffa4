"""Names of rasters and outputs that lie elsewhere: URLs, and GDAL's ``/vsi...`` for the same things."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from urllib.parse import urlsplit

from satseg_core.errors import UsageError

_HTTP = ("http", "https", "ftp")

_HANDLERS = {
    "s3": "vsis3",
    "s3a": "vsis3",
    "gs": "vsigs",
    "gcs": "vsigs",
    "az": "vsiaz",
    "abfs": "vsiaz",
    "abfss": "vsiaz",
    "adl": "vsiadls",
    "oss": "vsioss",
    "swift": "vsiswift",
}
"""Schemes of object stores, and what GDAL calls their file systems."""

_STORES = {"vsis3": "s3", "vsigs": "gs", "vsiaz": "az", "vsiadls": "az"}
"""GDAL's file systems that outputs can be written to, and the schemes that fsspec knows them by."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9]*)://")
_NETWORK = re.compile(r"/vsi(?:curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)(?:_streaming)?[/?]")


def is_remote(name: str) -> bool:
    """Whether a name means something that is reached over a network, by URL or through GDAL's ``/vsi...``."""
    return _scheme(name) is not None or _NETWORK.search(name) is not None


def is_elsewhere(name: str) -> bool:
    """Whether a name is none of a plain file: remote, or inside of an archive or of memory (``/vsizip/...``)."""
    return is_remote(name) or name.startswith("/vsi")


def gdal_name(name: str) -> str:
    """The name that GDAL opens for a URL; others stay as they are.

    GDAL's own names leave the credentials to GDAL, which knows more kinds of them than rasterio does.
    """
    scheme = _scheme(name)
    if scheme is None:
        return name
    if scheme in _HTTP:
        return f"/vsicurl/{name}"
    bucket, key = _bucket_and_key(name)
    return f"/{_HANDLERS[scheme]}/{bucket}/{key}" if key else f"/{_HANDLERS[scheme]}/{bucket}"


def store_url(name: str) -> str:
    """The URL of an object that can be written: ``s3://``, ``gs://`` or ``az://``.

    Raises:
        UsageError: the name is of something that cannot be written to.
    """
    handler, _, rest = gdal_name(name)[1:].partition("/")
    bucket, _, key = rest.partition("/")
    if handler not in _STORES or not bucket or not key or key.endswith("/"):
        raise UsageError(
            f"{name} cannot be written to; give the name of a file on this machine or in a bucket (s3://, gs://, az://)."
        )
    return f"{_STORES[handler]}://{rest}"


def join(folder: str, name: str) -> str:
    """The name of a file in a folder, here or elsewhere; the query of a URL (a signature) stays at its end."""
    if not is_elsewhere(folder):
        return str(Path(folder) / name)
    if _scheme(folder) in _HTTP:
        place, mark, query = folder.partition("?")
        return f"{place.rstrip('/')}/{name}{mark}{query}"
    return f"{folder.rstrip('/')}/{name}"


def last_part(name: str) -> str:
    """The name without its folders, and without the query of a URL."""
    if is_elsewhere(name):
        return name.partition("?")[0].rstrip("/").rpartition("/")[2]
    return Path(name).name


def folded(name: str) -> str:
    """A name in the form that it shares with those that some system takes for the same: in other case, say."""
    return unicodedata.normalize("NFC", name).casefold()


def same_place(name: str) -> str:
    """Text that two names of the same file share: of a path, or of a URL and GDAL's name for it."""
    return gdal_name(name) if is_elsewhere(name) else str(Path(name).resolve())


def without_secrets(name: str) -> str:
    """A name that may be written down: a URL without its password, and without the signature in its query."""
    hidden = re.sub(r"(?<=://)[^/?#\s]*@(?=[^/?#]*(?:[/?#]|$))", "", name) if _HTTP_URL.search(name) else name
    if not _SECRET.search(hidden):
        return hidden
    return hidden.partition("?")[0]


_HTTP_URL = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)
_SECRET = re.compile(r"[?&](?:x-amz-|x-goog-|sig=|signature=|[a-z_-]*token=|[a-z_-]*key=)", re.IGNORECASE)


def _scheme(name: str) -> str | None:
    """The scheme of a URL that is remote, in small letters."""
    found = _SCHEME.match(name)
    scheme = found.group(1).lower() if found else None
    return scheme if scheme in _HTTP or scheme in _HANDLERS else None


def _bucket_and_key(url: str) -> tuple[str, str]:
    """Bucket (container) and key; Azure's may name the account, too: ``abfs://container@account.host/key``."""
    _, _, rest = url.partition("://")
    bucket, _, key = rest.partition("/")
    return bucket.partition("@")[0], key


def account_of(url: str) -> str | None:
    """The account that an Azure URL names (``abfs://container@account.dfs.core.windows.net/key``), if it does."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    return host.partition(".")[0] if _scheme(url) in ("abfs", "abfss") and "@" in url else None
