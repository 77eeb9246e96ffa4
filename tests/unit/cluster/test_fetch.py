"""Results come to this process as they are there, unpacked, with the errors of those that have none."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest
from distributed import Client, Future

from satseg_core.cluster import fetch
from satseg_core.cluster.fetch import Fetched, Fetcher


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Of a real cluster, with a worker in this process."""
    options = {"n_workers": 1, "threads_per_worker": 4, "processes": False, "dashboard_address": "127.0.0.1:0"}
    with Client(**options, set_as_default=False) as client:
        yield client


def text_of(number: int) -> str:
    if number < 0:
        raise ValueError("unpacking failed")
    return f"number {number}"


def half(number: int) -> int:
    if number % 2:
        raise OSError(f"{number} is odd")
    return number // 2


def next_of(fetcher: Fetcher[str]) -> tuple[Future, Fetched[str]]:
    found = fetcher.next(10)
    assert found is not None
    return found


def test_results_are_unpacked_and_errors_handed_over(client: Client) -> None:
    with Fetcher(10, text_of) as fetcher:
        futures = [client.submit(half, number, pure=False) for number in (8, 7, -2)]
        for future in futures:
            fetcher.watch(future)
        found = dict(next_of(fetcher) for _ in futures)
        assert found[futures[0]] == "number 4"
        assert isinstance(found[futures[1]], OSError)
        assert isinstance(found[futures[2]], ValueError)
        assert fetcher.next(0.05) is None


def test_what_was_cancelled_ends_too(client: Client) -> None:
    with Fetcher(10, text_of) as fetcher:
        future = client.submit(time.sleep, 1, pure=False)
        fetcher.watch(future)
        client.cancel([future], force=True)
        assert isinstance(next_of(fetcher)[1], CancelledError)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="stops a process")
def test_a_result_whose_worker_hangs_is_given_up() -> None:
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
    with Client(**options, set_as_default=False) as client, Fetcher(0.5, text_of) as fetcher:
        process = client.submit(os.getpid, pure=False).result()
        future = client.submit(abs, -1, pure=False)
        while future.status != "finished":
            time.sleep(0.01)
        os.kill(process, signal.SIGSTOP)
        fetcher.watch(future)
        try:
            assert isinstance(next_of(fetcher)[1], TimeoutError)
        finally:
            os.kill(process, signal.SIGCONT)


def test_few_results_wait_here_and_all_of_them_come(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    many = fetch.WAITING + fetch.AT_ONCE + 20
    unpacked = []

    def unpack(number: int) -> int:
        unpacked.append(number)
        return number

    fetcher = Fetcher(10, unpack)
    with fetcher:
        futures = client.map(abs, range(many), pure=False)
        for future in futures:
            fetcher.watch(future)
        end = time.monotonic() + 10
        while len(unpacked) < fetch.WAITING + fetch.AT_ONCE and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.3)
        assert len(unpacked) == fetch.WAITING + fetch.AT_ONCE
        found = [fetcher.next(10) for _ in futures]
    assert sorted(result for _, result in filter(None, found)) == list(range(many))


def test_threads_end_with_it(client: Client) -> None:
    fetcher = Fetcher(10, text_of)
    with fetcher:
        for future in client.map(abs, range(30), pure=False):
            fetcher.watch(future)
        assert fetcher.next(10) is not None
    end = time.monotonic() + 10
    while any(thread.name.startswith("satseg-fetch") for thread in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.05)
