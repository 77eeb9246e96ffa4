"""The pages of a STAC server's answer are followed to the last, and no further."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from satseg_core.errors import CancelledError, UsageError
from satseg_core.many import stac_pages
from satseg_core.many.scenes import find_scenes

SCENES = 7
A_PAGE = 3


def item(number: int) -> dict[str, Any]:
    asset = {"href": f"../files/{number}.tif", "type": "image/tiff; application=geotiff", "roles": ["data"]}
    return {"type": "Feature", "id": f"scene-{number}", "properties": {}, "assets": {"image": asset}}


def page(start: int) -> dict[str, Any]:
    features = [item(number) for number in range(start, min(start + A_PAGE, SCENES))]
    return {"type": "FeatureCollection", "features": features, "links": [{"rel": "self", "href": "somewhere"}]}


class Api(ThreadingHTTPServer):
    """A STAC server of `SCENES` items.

    Attributes:
        link: makes the link to the page that begins at an item.
        failures: so many requests are answered with status 503 first.
        asked: path and body of each request.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.link: Callable[[int], dict[str, Any]] = lambda start: {"href": f"?token=a/b&start={start}"}
        self.endless = False
        self.failures = 0
        self.asked: list[tuple[str, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str, body: Any) -> dict[str, Any]:
        self.asked.append((path, body))
        query = parse_qs(urlsplit(path).query)
        start = int((body or {}).get("start", query.get("start", ["0"])[0]))
        found = page(start % SCENES if self.endless else start)
        if start + A_PAGE < SCENES or self.endless:
            found["links"].append({"rel": "next", **self.link(start + A_PAGE)})
        return found


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def log_message(self, *_words: object) -> None:
        """Silence."""

    def _answer(self, body: Any) -> None:
        status = 200
        if self.server.failures:
            self.server.failures -= 1
            status = 503
        content = json.dumps(self.server.answer(self.path, body) if status == 200 else {}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def found(address: str, tmp_path: Path) -> list[str]:
    return [scene.source for scene in find_scenes([address], str(tmp_path / "maps"))]


def files(api: Api, numbers: range = range(SCENES)) -> list[str]:
    return [f"{api.url}/files/{number}.tif" for number in numbers]


@pytest.mark.parametrize("path", ["/stac/search?bbox=1,2/3,4", "/stac/items"])
def test_links_relative_to_the_page_are_followed(api: Api, path: str, tmp_path: Path) -> None:
    assert found(api.url + path, tmp_path) == files(api)
    assert len(api.asked) == 3
    assert api.asked[1][0] == f"{path.partition('?')[0]}?token=a/b&start=3"


def test_links_with_a_body(api: Api, tmp_path: Path) -> None:
    api.link = lambda start: {"href": f"{api.url}/stac/search", "method": "POST", "body": {"start": start, "q": 1}}
    assert found(f"{api.url}/stac/search", tmp_path) == files(api)
    assert [body for _, body in api.asked] == [None, {"start": 3, "q": 1}, {"start": 6, "q": 1}]


def test_bodies_that_are_merged_keep_what_was_asked_for(api: Api, tmp_path: Path) -> None:
    def link(start: int) -> dict[str, Any]:
        more = {"merge": True, "body": {"start": start}} if start > A_PAGE else {"body": {"start": start, "q": 1}}
        return {"href": "/stac/search", "method": "POST", **more}

    api.link = link
    assert found(f"{api.url}/stac/search", tmp_path) == files(api)
    assert api.asked[-1][1] == {"start": 6, "q": 1}


def test_a_page_in_a_file_goes_on_on_the_server(api: Api, tmp_path: Path) -> None:
    saved = tmp_path / "page.json"
    first = page(0)
    first["links"].append({"rel": "next", "href": f"{api.url}/stac/search?start=3"})
    saved.write_text(json.dumps(first))
    assert len(found(str(saved), tmp_path)) == SCENES
    first["links"][-1].update(method="POST", merge=True, body={"token": "x"})
    saved.write_text(json.dumps(first))
    with pytest.raises(UsageError, match="cannot be asked for; save the whole answer"):
        found(str(saved), tmp_path)


def test_a_server_that_fails_for_a_moment_is_asked_again(api: Api, tmp_path: Path) -> None:
    api.failures = 2
    assert found(f"{api.url}/stac/search", tmp_path) == files(api)


def test_pages_that_go_round_end(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    api.link = lambda _: {"href": f"{api.url}/stac/search"}
    assert found(f"{api.url}/stac/search", tmp_path) == files(api, range(A_PAGE))
    assert len(api.asked) == 1
    # An address that is another one each time.
    api.endless, api.link = True, lambda start: {"href": f"?start={start}"}
    with pytest.raises(UsageError, match=r"The pages of http.* go round"):
        found(f"{api.url}/stac/search", tmp_path)
    monkeypatch.setattr(stac_pages, "MOST_PAGES", 2)
    with pytest.raises(UsageError, match="more than 2 pages; ask for larger ones"):
        found(f"{api.url}/stac/search", tmp_path)


def test_a_user_can_cancel_between_pages(api: Api, tmp_path: Path) -> None:
    def check() -> None:
        if len(api.asked) > 1:
            raise CancelledError

    with pytest.raises(CancelledError):
        find_scenes([f"{api.url}/stac/search"], str(tmp_path / "maps"), check=check)
    assert len(api.asked) == 2


def test_a_server_that_is_not_there_is_one_sentence(api: Api, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"127\.0\.0\.1:1/stac/search cannot be read .*refused"):
        found("http://127.0.0.1:1/stac/search", tmp_path)
