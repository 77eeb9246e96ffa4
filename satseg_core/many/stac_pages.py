"""The pages of a STAC server's answer: a link leads from each to the next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from satseg_core.errors import UsageError
from satseg_core.remote.addresses import absolute
from satseg_core.remote.web import is_web

MOST_PAGES = 10_000
"""Of one answer; with as many items a page as servers like to give, these are more than a million."""


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        address: of a file or a page.
        body: JSON that is sent to the server; None to ask for the page alone.
    """

    address: str
    body: str | None = None


def next_page(links: Iterable[Mapping[str, Any]], request: Request) -> Request | None:
    """What to ask for after a page; None where it is the last.

    Args:
        links: of the page; see the STAC API on paging.
        request: that gave the page.

    Raises:
        UsageError: the link cannot be followed.
    """
    link = next((link for link in links if link.get("rel") == "next" and link.get("href")), None)
    if link is None:
        return None
    href, base = str(link["href"]), request.address
    address = urljoin(base, href) if is_web(base) else absolute(href, base)
    method = str(link.get("method") or "GET").upper()
    if method == "GET":
        return Request(address)
    body = link.get("body") or {}
    # Of a page in a file nobody knows what was asked for.
    lost = bool(link.get("merge")) and request.body is None
    if method != "POST" or not is_web(address) or not isinstance(body, dict) or lost:
        raise UsageError(
            f"The page after {base} cannot be asked for; save the whole answer as one item collection, or give the"
            " address of a search, such as https://…/search?collections=…"
        )
    before = json.loads(request.body or "{}") if link.get("merge") else {}
    return Request(address, json.dumps({**before, **body}, sort_keys=True))


class Pages:
    """Keeps the pages of an answer from going round for ever."""

    def __init__(self) -> None:
        self._count = 0
        self._known: set[int] = set()

    def turn(self, features: Sequence[Mapping[str, Any]], address: str) -> None:
        """Take down a page that another one follows.

        Args:
            features: of the page.
            address: of the page.

        Raises:
            UsageError: there has been such a page before, or there are too many.
        """
        self._count += 1
        content = hash(tuple((feature.get("collection"), feature.get("id")) for feature in features))
        if features and content in self._known:
            raise UsageError(f"The pages of {address} go round; save the whole answer as one item collection.")
        if self._count > MOST_PAGES:
            raise UsageError(
                f"{address} has more than {MOST_PAGES:,} pages; ask for larger ones (limit=1000) or for less."
            )
        self._known.add(content)
