"""A web server on loopback that serves files by ranges, and misbehaves as it is told.

It is a process of its own: GDAL holds Python's lock during some of its requests.
"""

from __future__ import annotations

import json
import random
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_CONTROL = "/-/manners"


@dataclass
class Manners:
    """How a server behaves.

    Attributes:
        failing: share of the requests that fail: by a status, a connection that is reset, or a body that is cut off.
        stalling: share of the requests that are answered only after ``stall`` seconds.
        stall: seconds.
        always: status of every answer, or None.
        at: deeds for single requests, by their number from 0; they go before the rest.
        tells: which of ``etag`` and ``date`` are said of a file.
        get_only: refuse to answer HEAD, as signed addresses do.
        seed: of what happens when.
    """

    failing: float = 0.0
    stalling: float = 0.0
    stall: float = 0.0
    always: int | None = None
    at: dict[str, str] | None = None
    tells: str = "etag date"
    get_only: bool = False
    seed: int = 1


class Server(ThreadingHTTPServer):
    """Serves the files of a folder."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, folder: Path, manners: Manners) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self._lock = threading.Lock()
        self.behave(manners)

    def behave(self, manners: Manners) -> None:
        """Begin anew with other manners."""
        with self._lock:
            self.manners = manners
            self.deeds: list[str] = []
            self._chance = random.Random(manners.seed)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are expected."""

    def next_deed(self) -> str:
        """What happens to the next request: ``serve``, a status, ``reset``, ``cut`` or ``stall``."""
        manners = self.manners
        with self._lock:
            deed, drawn = "serve", self._chance.random()
            if manners.at and str(len(self.deeds)) in manners.at:
                deed = manners.at[str(len(self.deeds))]
            elif manners.always is not None:
                deed = str(manners.always)
            elif drawn < manners.failing:
                deed = self._chance.choice(["500", "503", "429", "reset", "cut"])
            elif drawn < manners.failing + manners.stalling:
                deed = "stall"
            self.deeds.append(deed)
        return deed


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        if self.path == _CONTROL:
            self._give(json.dumps(self.server.deeds).encode())
        else:
            self._answer(body=True)

    def do_POST(self) -> None:
        wanted = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.behave(Manners(**json.loads(wanted)))
        self._give(b"")

    def log_message(self, *_words: object) -> None:
        """Silence."""

    def _answer(self, body: bool) -> None:
        deed = self.server.next_deed()
        if deed == "stall":
            time.sleep(self.server.manners.stall)
        elif deed == "reset":
            self._reset()
            return
        elif deed.isdigit():
            self._status(int(deed))
            return
        if self.server.manners.get_only and not body:
            self._status(403)
            return
        path = self.server.folder / self.path.partition("?")[0].lstrip("/")
        if not path.is_file():
            self._status(404)
            return
        self._send(path, body, cut=deed == "cut")

    def _give(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _send(self, path: Path, body: bool, cut: bool) -> None:
        content = path.read_bytes()
        size = len(content)
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start, end = 0, size - 1
        if wanted:
            start, end = int(wanted[1]), min(int(wanted[2] or size - 1), size - 1)
            if start >= size:
                self._status(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{end}/{size}")
        else:
            self.send_response(200)
        if "etag" in self.server.manners.tells:
            self.send_header("ETag", f'"{zlib.crc32(content):08x}"')
        if "date" in self.server.manners.tells:
            self.send_header("Last-Modified", formatdate(path.stat().st_mtime, usegmt=True))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(end - start + 1))
        self.end_headers()
        part = content[start : end + 1]
        if body and cut:
            self.wfile.write(part[: len(part) // 2])
            self.wfile.flush()
            self._reset()
        elif body:
            self.wfile.write(part)

    def _status(self, code: int) -> None:
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _reset(self) -> None:
        """End the connection without good manners: the client gets a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()


class Serving:
    """A server in a child process.

    Attributes:
        url: where its folder is.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def behave(self, **manners: Any) -> None:
        """Begin anew with these `Manners`."""
        wanted = json.dumps(asdict(Manners(**manners))).encode()
        with urllib.request.urlopen(self.url + _CONTROL, wanted, timeout=10) as answer:
            answer.read()

    @property
    def deeds(self) -> list[str]:
        """What was done with each request since the manners were set."""
        with urllib.request.urlopen(self.url + _CONTROL, timeout=10) as answer:
            found: list[str] = json.load(answer)
        return found


@contextmanager
def serving(folder: Path, **manners: Any) -> Iterator[Serving]:
    """A server of a folder's files while the block lasts."""
    child = subprocess.Popen([sys.executable, __file__, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        server = Serving(f"http://127.0.0.1:{int(child.stdout.readline())}")
        server.behave(**manners)
        yield server
    finally:
        child.terminate()
        child.wait()


def _main(folder: str) -> None:
    server = Server(Path(folder), Manners())
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _main(sys.argv[1])
