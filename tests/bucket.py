"""An S3-compatible server on loopback (moto's), and a bucket in it."""

from __future__ import annotations

import os
import re
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import SHUT_WR, create_connection, socket
from typing import Any
from urllib.parse import urlsplit

NAME = "scenes"

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}


@dataclass(frozen=True)
class Bucket:
    """A bucket.

    Attributes:
        endpoint: URL of its server.
        log: file that the server writes its requests to.
    """

    endpoint: str
    log: str

    def written(self) -> list[str]:
        """Keys that were written, in their order."""
        return re.findall(rf'"PUT /{NAME}/(\S+) HTTP', Path(self.log).read_text(encoding="utf-8"))

    def url(self, key: str) -> str:
        return f"s3://{NAME}/{key}"

    def client(self, service: str = "s3") -> Any:
        import boto3

        return boto3.client(service, endpoint_url=self.endpoint)

    def names(self, prefix: str = "") -> set[str]:
        return {item["Key"] for item in self.client().list_objects_v2(Bucket=NAME, Prefix=prefix).get("Contents", [])}

    def guard(self) -> dict[str, str]:
        """Let in only those who have the keys that this returns, for the environment."""
        people = self.client("iam")
        people.create_user(UserName="somebody")
        allowed = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
        people.put_user_policy(UserName="somebody", PolicyName="all", PolicyDocument=allowed)
        key = people.create_access_key(UserName="somebody")["AccessKey"]
        from_now_on = urllib.request.Request(
            f"{self.endpoint}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"}, method="POST"
        )
        with urllib.request.urlopen(from_now_on, timeout=10) as answer:
            answer.read()
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def free_port() -> int:
    """A port that nobody listens at."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def server(port: int) -> Iterator[Bucket]:
    """The server while the block lasts."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
        yield from _serve(child, Bucket(f"http://127.0.0.1:{port}", log.name))


def _serve(child: subprocess.Popen[bytes], bucket: Bucket) -> Iterator[Bucket]:
    try:
        _await(bucket.endpoint)
        bucket.client().create_bucket(Bucket=NAME)
        yield bucket
    finally:
        child.terminate()
        child.wait()


def _await(endpoint: str) -> None:
    until = time.monotonic() + 60
    while not _answers(endpoint):
        if time.monotonic() > until:
            raise TimeoutError("moto's server does not answer")
        time.sleep(0.1)


def _answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/moto-api/", timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Variables of this process and its children while the block lasts."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def forwarding(port: int, bucket: Bucket) -> Iterator[None]:
    """Take connections at another port, and hand them on to a bucket's server while the block lasts."""
    goal = urlsplit(bucket.endpoint)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with create_connection((goal.hostname, goal.port)) as there:
                back = threading.Thread(target=_pipe, args=(there, self.request), daemon=True)
                back.start()
                _pipe(self.request, there)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Handler) as listening:
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield
        listening.shutdown()


def _pipe(source: socket, target: socket) -> None:
    try:
        while part := source.recv(2**16):
            target.sendall(part)
        target.shutdown(SHUT_WR)
    except OSError:
        return
