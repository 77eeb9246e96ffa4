"""Servers on loopback that speak as Google's and Azure's object stores do, each with a bucket."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socket import create_connection

import pytest

from satseg_core.remote.libraries import store_of
from tests.bucket import NAME, environment, free_port

_ACCOUNT = "devstoreaccount1"
_OPEN_SECRET = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's account and key, which are the same everywhere and known to all."""


@dataclass(frozen=True)
class Store:
    """A bucket.

    Attributes:
        scheme: of its URLs.
        port: of its server.
    """

    scheme: str
    port: int

    def url(self, key: str, bucket: str = NAME) -> str:
        return f"{self.scheme}://{bucket}/{key}"

    def names(self, folder: str) -> set[str]:
        found = store_of(self.url(folder)).find(self.url(folder))
        return {name.rpartition("/")[2] for name in found}


def azure_connection(port: int, key: str = _OPEN_SECRET) -> str:
    """What AZURE_STORAGE_CONNECTION_STRING has to be for a server."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={key};"
        f"BlobEndpoint=http://127.0.0.1:{port}/{_ACCOUNT};"
    )


@contextmanager
def google() -> Iterator[Store]:
    """A Google store, to which the variable of Google's libraries leads; skips where there is no server for it."""
    pytest.importorskip("gcsfs", reason="gcsfs is not installed: pip install 'satseg[gs]'")
    pytest.importorskip("gcp_storage_emulator", reason="gcp-storage-emulator is not installed")
    port = free_port()
    command = [sys.executable, "-m", "gcp_storage_emulator", "start", "--host", "127.0.0.1", "--port", str(port)]
    leading = {"STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{port}"}
    with _running([*command, "--in-memory", "--default-bucket", NAME], port), environment(leading):
        yield Store("gs", port)


@contextmanager
def azure() -> Iterator[Store]:
    """An Azure store, to which a connection string leads; skips where there is no server for it."""
    pytest.importorskip("adlfs", reason="adlfs is not installed: pip install 'satseg[az]'")
    program = shutil.which("azurite-blob")
    if program is None:
        pytest.skip("azurite-blob is not on PATH: npm install azurite, and put its node_modules/.bin there")
    port = free_port()
    command = [program, "--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck", "--blobPort", str(port)]
    with _running(command, port), environment({"AZURE_STORAGE_CONNECTION_STRING": azure_connection(port)}):
        store = Store("az", port)
        store_of(store.url("x")).mkdir(NAME)
        yield store


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    """A server while the block lasts, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=said, stderr=said, cwd=folder)
        try:
            _await(child, port)
            yield
        finally:
            child.terminate()
            child.wait()


def _await(child: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 60
    while not _answers(port):
        if time.monotonic() > until or child.poll() is not None:
            raise TimeoutError("a store's server does not answer")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True
