"""What a server says that tells one content of a file from another, without reading it."""

from __future__ import annotations

import base64
import netrc
import os
import re
from collections.abc import Mapping
from email.message import Message
from http.client import HTTPException
from typing import Any, Callable
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from satseg_core.errors import CancelledError, SatSegError
from satseg_core.remote.libraries import store_of
from satseg_core.remote.names import gdal_name, is_remote, store_url
from satseg_core.remote.patience import FOR_A_MOMENT, insist, nobody_cancels
from satseg_core.remote.store import insist_on

SECONDS = 20.0
"""That a server has for its answer."""

_WEB = re.compile(r"/vsicurl/(https?://.+)", re.IGNORECASE)
_STORE = re.compile(r"/vsi(?:s3|gs|az|adls)/")
_ASK_ANOTHER_WAY = (400, 401, 403, 405, 501)
"""Statuses of servers that take no HEAD, or whose signed addresses are for GET alone."""


def identity(name: str, check: Callable[[], None] = nobody_cancels) -> dict[str, Any]:
    """What the server of a file says of its content.

    Args:
        name: URL, or GDAL's ``/vsi...`` for it.
        check: raises an error if the user has cancelled; called while the server is waited for.

    Returns:
        ``bytes`` and ``etag``, or ``bytes`` and ``changed`` where there is no entity tag. Empty for what is not remote,
        and where nobody can be asked: inside of an archive, in a store whose library is not installed.
    """
    if not is_remote(name):
        return {}
    inside = gdal_name(name)
    web = _WEB.fullmatch(inside)
    if web:
        return _of_web(web.group(1), check)
    return _of_store(name, check) if _STORE.match(inside) else {}


def _of_web(address: str, check: Callable[[], None]) -> dict[str, Any]:
    def ask() -> Mapping[str, str]:
        try:
            return _headers(address, "HEAD")
        except HTTPError as error:
            if error.code not in _ASK_ANOTHER_WAY:
                raise
            return _headers(address, "GET")

    try:
        return told(insist(ask, _is_hopeless, check, (OSError, HTTPException, ValueError)))
    except (OSError, HTTPException, ValueError):
        return {}


def told(headers: Mapping[str, str]) -> dict[str, Any]:
    """What headers of an answer tell of a content; their names are in small letters."""
    part = headers.get("content-range")
    size = part.rpartition("/")[2] if part else headers.get("content-length", "")
    found: dict[str, Any] = {"bytes": int(size)} if size.isdigit() else {}
    tag, changed = headers.get("etag"), headers.get("last-modified")
    # A weak tag may be another one on the next of a server's machines.
    if tag and not (changed and tag.startswith("W/")):
        return {**found, "etag": tag}
    return {**found, "changed": changed} if changed else found


def _headers(address: str, method: str) -> dict[str, str]:
    """Headers of an answer about a file; of its first byte, where it has to be read."""
    bare, secrets = _request(address, os.environ)
    headers = {"Accept-Encoding": "identity"}
    if method == "GET":
        headers["Range"] = "bytes=0-0"
    request = Request(bare, None, headers, method=method)
    for name, value in secrets.items():
        request.add_unredirected_header(name, value)  # who it leads to need not know
    with urlopen(request, timeout=SECONDS) as answer:  # nosec B310 # http and https alone come here
        found: Message = answer.headers
        return {name.lower(): value for name, value in found.items()}


def _request(address: str, environ: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """An address without its password, and headers with what GDAL would say to be let in."""
    parts = urlsplit(address)
    user, _, host = parts.netloc.rpartition("@")
    user = unquote(user) or environ.get("GDAL_HTTP_USERPWD", "") or _from_netrc(parts.hostname or "")
    headers = {}
    if user:
        headers["Authorization"] = "Basic " + base64.b64encode(user.encode()).decode("ascii")
    if environ.get("GDAL_HTTP_BEARER"):
        headers["Authorization"] = f"Bearer {environ['GDAL_HTTP_BEARER']}"
    for line in re.split(r"\r?\n|,(?=[A-Za-z-]+:)", environ.get("GDAL_HTTP_HEADERS", "")):
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip()] = value.strip()
    return urlunsplit(parts._replace(netloc=host)), headers


def _from_netrc(host: str) -> str:
    try:
        found = netrc.netrc().authenticators(host)
    except (OSError, netrc.NetrcParseError):
        return ""
    return f"{found[0]}:{found[2]}" if found else ""


def _is_hopeless(error: Exception) -> bool:
    # Whoever cannot be reached in this way is reached by GDAL in another: it has been before.
    if isinstance(error, HTTPError):
        return error.code not in FOR_A_MOMENT
    return not isinstance(error, (TimeoutError, ConnectionResetError, HTTPException))


def _of_store(name: str, check: Callable[[], None]) -> dict[str, Any]:
    try:
        info = insist_on(lambda: store_of(name).info(store_url(name)), name, "be looked at", check)
    except CancelledError:
        raise
    except SatSegError:
        return {}
    found: dict[str, Any] = {"bytes": int(info.get("size") or 0)}
    tag = info.get("ETag") or info.get("etag") or info.get("md5Hash")
    if tag:
        return {**found, "etag": str(tag).strip('"')}
    changed = info.get("LastModified") or info.get("last_modified") or info.get("updated")
    return {**found, "changed": str(changed)} if changed else found
