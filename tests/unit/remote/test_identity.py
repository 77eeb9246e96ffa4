"""What servers say that tells one content of a file from another."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from satseg_core.errors import CancelledError
from satseg_core.record import identify_content
from satseg_core.remote.identity import identity, told
from tests.web_server import serving


@pytest.mark.parametrize("get_only", [False, True])
@pytest.mark.parametrize(
    ("tells", "wanted"), [("etag date", "etag"), ("etag", "etag"), ("date", "changed"), ("", None)]
)
def test_the_tag_goes_before_the_date(tmp_path: Path, tells: str, wanted: str | None, get_only: bool) -> None:
    (tmp_path / "a.tif").write_bytes(b"abc")
    with serving(tmp_path, tells=tells, get_only=get_only) as web:
        found = identity(f"{web.url}/a.tif")
        assert set(found) == {"bytes", wanted} - {None}
        assert found["bytes"] == 3
        assert identity(f"/vsicurl/{web.url}/a.tif") == found
        (tmp_path / "a.tif").write_bytes(b"abd" if wanted == "etag" else b"abcd")
        assert identity(f"{web.url}/a.tif") != found


def test_failures_for_a_moment_are_asked_again_and_others_are_not(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"abc")
    with serving(tmp_path) as web:
        wanted = identity(f"{web.url}/a.tif")
        for deed in ("500", "429", "reset"):
            web.behave(at={"0": deed})
            assert identity(f"{web.url}/a.tif") == wanted
            assert web.deeds == [deed, "serve"]
        web.behave(always=404)
        assert identity(f"{web.url}/a.tif") == {}
        assert web.deeds == ["404"]

        def cancelled() -> None:
            raise CancelledError("cancelled")

        web.behave(always=500)
        with pytest.raises(CancelledError):
            identity(f"{web.url}/a.tif", cancelled)
    assert identity(f"{web.url}/a.tif") == {}


def test_passwords_go_to_the_server_and_are_not_written_down(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"abc")
    with serving(tmp_path) as web:
        address = web.url.replace("http://", "http://me:secretword@") + "/a.tif"
        assert identity(address) == identity(f"{web.url}/a.tif") != {}
        assert "secretword" not in str(identify_content(address))


def test_passwords_do_not_go_where_a_server_sends_us(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            heard.append((self.path, self.headers["Authorization"]))
            self.send_response(302 if self.path == "/a.tif" else 200)
            self.send_header("Location", "/b.tif")
            self.send_header("ETag", '"1"')
            self.end_headers()

        do_GET = do_HEAD  # by which urllib follows a server

        def log_message(self, *_: object) -> None:
            """Nothing."""

    monkeypatch.setenv("GDAL_HTTP_BEARER", "secretword")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        assert identity(f"http://127.0.0.1:{http.server_port}/a.tif") == {"etag": '"1"'}
        http.shutdown()
    assert heard == [("/a.tif", "Bearer secretword"), ("/b.tif", None)]


@pytest.mark.parametrize("name", ["a.tif", "/vsizip//vsicurl/http://127.0.0.1:1/a.zip/a.tif", "/vsimem/a.tif"])
def test_nobody_is_asked_about_what_is_here_or_inside_of_an_archive(name: str) -> None:
    assert identity(name) == {}


def test_weak_tags_give_way_to_dates_and_parts_tell_of_the_whole() -> None:
    assert told({"etag": 'W/"1"', "last-modified": "Mon"}) == {"changed": "Mon"}
    assert told({"etag": 'W/"1"'}) == {"etag": 'W/"1"'}
    assert told({"content-length": "1", "content-range": "bytes 0-0/77"}) == {"bytes": 77}
    assert told({"content-length": "1", "content-range": "bytes 0-0/*"}) == {}
