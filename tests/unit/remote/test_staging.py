"""Outputs on their way to a bucket."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from satseg_core import remote
from satseg_core.errors import OutputError, UsageError
from satseg_core.outputs import whole_outputs
from satseg_core.remote import patience
from satseg_core.remote.staging import Staging
from tests.bucket import KEYS, Bucket, environment, forwarding, free_port, server


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    port = free_port()
    with environment({**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}), server(port) as found:
        yield found


def test_files_here_have_their_own_place(tmp_path: Path) -> None:
    with Staging(tmp_path / "cache") as staging:
        assert staging.place(str(tmp_path / "map.tif")) == tmp_path / "map.tif"
        assert staging.name(tmp_path / "map.tif") == str(tmp_path / "map.tif")
    assert not (tmp_path / "cache").exists()


def test_a_file_elsewhere_has_the_same_place_each_time(bucket: Bucket, tmp_path: Path) -> None:
    with Staging(tmp_path / "cache") as staging:
        place = staging.place(bucket.url("a/map.tif"))
        assert place.name == "map.tif"
        assert tmp_path / "cache" in place.parents
        assert staging.name(place.with_suffix(".qml")) == bucket.url("a/map.qml")
        assert place != staging.place(bucket.url("b/map.tif"))
    with Staging(tmp_path / "cache") as staging:
        assert staging.place("/vsis3/scenes/a/map.tif") == place


def test_outputs_are_sent_with_the_first_one_last(bucket: Bucket, tmp_path: Path) -> None:
    with Staging(tmp_path / "cache") as staging:
        place = staging.place(bucket.url("order/map.tif"))
        with whole_outputs(staging=staging) as outputs:
            for name in ("map.tif", "map.qml", "map.json"):
                outputs.add(place.with_name(name)).write_text(name, encoding="utf-8")
            assert not bucket.names("order/")
    assert bucket.names("order/") == {"order/map.tif", "order/map.qml", "order/map.json"}
    assert bucket.written()[-3:] == ["order/map.json", "order/map.qml", "order/map.tif"]
    assert not (tmp_path / "cache").exists()


def test_a_failed_run_sends_nothing(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Staging(tmp_path / "cache") as staging, whole_outputs(staging=staging) as outputs:
        outputs.add(staging.place(bucket.url("failed/map.tif"))).write_text("half", encoding="utf-8")
        raise RuntimeError
    assert not bucket.names("failed/")
    assert not (tmp_path / "cache").exists()


def test_large_files_arrive_whole(bucket: Bucket, tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(range(256)) * 2**18)  # more than one part
    remote.upload(large, bucket.url("large"))
    assert remote.content(bucket.url("large")) == large.read_bytes()


def test_what_is_there_is_told_from_what_is_not(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a", encoding="utf-8")
    remote.upload(tmp_path / "a", bucket.url("there/a"))
    assert remote.exists(bucket.url("there/a"))
    assert remote.exists("/vsis3/scenes/there/a")
    assert not remote.exists(bucket.url("there"))
    assert not remote.exists(bucket.url("there/b"))
    assert remote.content(bucket.url("there/b")) is None
    with pytest.raises(UsageError):
        remote.exists("https://127.0.0.1/a")


def test_a_store_that_comes_back_gets_the_file(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    (tmp_path / "a").write_text("a", encoding="utf-8")
    sending = threading.Thread(target=remote.upload, args=(tmp_path / "a", bucket.url("late")))
    sending.start()
    time.sleep(1)
    assert sending.is_alive()
    assert not bucket.names("late")
    with forwarding(port, bucket):
        sending.join(timeout=100)
    assert bucket.names("late") == {"late"}


def test_what_cannot_be_sent_stays_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setattr(patience, "LONGEST", 2.0)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}.items():
        monkeypatch.setenv(name, value)
    with Staging(tmp_path / "cache") as staging:
        store = ExitStack()
        store.enter_context(server(port))
        place = staging.place("s3://scenes/lost/map.tif")
        with pytest.raises(OutputError) as caught, whole_outputs(overwrite=True, staging=staging) as outputs, store:
            for name in ("map.tif", "map.qml"):
                outputs.add(place.with_name(name)).write_text(name, encoding="utf-8")
    assert f"The finished files lie in {place.parent}." in str(caught.value)
    assert {path.name for path in place.parent.iterdir()} == {"map.tif", "map.qml"}
