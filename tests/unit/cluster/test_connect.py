"""Finding a scheduler, and its pages."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from satseg_core.cluster import connect
from satseg_core.cluster.connect import answering


@contextmanager
def server(status: int) -> Iterator[str]:
    """Answers everything with one status; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/status"
        http.shutdown()


@pytest.mark.parametrize(("status", "there"), [(200, True), (405, True), (404, False)])
def test_a_dashboard_is_named_where_it_answers(status: int, there: bool) -> None:
    with server(status) as link:
        assert answering(link) == (link if there else "")
    assert answering(link) == ""


def test_no_dashboard_is_none() -> None:
    assert answering("") == ""


@pytest.mark.parametrize(("cards", "seen"), [(2, {"0": 2, "1": 1}), (1, {None: 3}), (0, {None: 3})])
def test_workers_share_graphics_cards_out(
    monkeypatch: pytest.MonkeyPatch, cards: int, seen: dict[str | None, int]
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    before = dict(os.environ)
    monkeypatch.setattr(connect, "count_cards", lambda: cards)  # there are none here; the processes are real
    with connect.connect(3, None, 2, on_cards=True) as connection:
        connection.client.wait_for_workers(3, timeout=60)
        found = list(connection.client.run(os.getenv, "CUDA_VISIBLE_DEVICES").values())
    assert {card: found.count(card) for card in found} == seen
    assert connection.threads == 1
    assert dict(os.environ) == before
