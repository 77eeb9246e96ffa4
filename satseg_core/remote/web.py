"""Asking a web server for text."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException
from socket import gaierror

from satseg_core.remote.patience import FOR_A_MOMENT, insist

SECONDS = 60
"""A web server that keeps silent for so long is given up."""

_ACCEPT = "application/geo+json, application/json;q=0.9, */*;q=0.5"


def is_web(address: str) -> bool:
    """Whether an address is of a web server."""
    return address.lower().startswith(("https://", "http://"))


def ask(address: str, body: str | None = None) -> str:
    """What a web server answers; it is asked again where it fails for a moment.

    Args:
        address: begins with ``http://`` or ``https://``.
        body: JSON to send (POST); None to ask for the page alone (GET).

    Raises:
        OSError: it does not answer.
        ValueError: the answer is no text in UTF-8.
    """
    headers = {"Accept": _ACCEPT, **({"Content-Type": "application/json"} if body is not None else {})}
    data = None if body is None else body.encode()
    request = urllib.request.Request(address, data, headers)

    def answer() -> bytes:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # nosec B310 # is_web was asked
            content: bytes = response.read()
        return content

    try:
        return insist(answer, _is_hopeless, errors=(OSError, HTTPException)).decode("utf-8")
    except HTTPException as error:
        raise OSError(f"the answer was cut off: {type(error).__name__}") from error


def _is_hopeless(error: Exception) -> bool:
    if isinstance(error, urllib.error.HTTPError):
        return error.code not in FOR_A_MOMENT
    reason = getattr(error, "reason", error)
    return isinstance(reason, (ConnectionRefusedError, gaierror))
