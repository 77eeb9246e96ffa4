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
from satseg_core.events import Message, Reporter
from satseg_core.outputs import whole_outputs
from satseg_core.remote import patience
from satseg_core.remote.staging import Staging
from satseg_core.replacing import Beside
from satseg_core.style import is_own_style
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


def put(bucket: Bucket, tmp_path: Path, *keys: str) -> None:
    (tmp_path / "old").write_text("old", encoding="utf-8")
    for key in keys:
        remote.upload(tmp_path / "old", bucket.url(key))


def test_companions_of_a_replaced_object_go_before_the_new_one_comes(bucket: Bucket, tmp_path: Path) -> None:
    kept = {"over/map2.tif.ovr", "over/map.tif.ovr/deeper.tif", "over/map.txt", "other/map.tif.ovr"}
    put(bucket, tmp_path, "over/map.tif", "over/map.tif.ovr", "over/map.tif.msk", "over/map.tif.aux.xml", *kept)
    with Staging(tmp_path / "cache") as staging, whole_outputs(overwrite=True, staging=staging) as outputs:
        outputs.add(staging.place(bucket.url("over/map.tif"))).write_text("new", encoding="utf-8")
        assert "over/map.tif.ovr" in bucket.names("over/")
    assert bucket.names() >= kept
    assert bucket.names("over/") == {"over/map.tif"} | {key for key in kept if key.startswith("over/")}
    assert remote.content(bucket.url("over/map.tif")) == b"new"


@pytest.mark.parametrize("key", ["left/map.tif.ovr", "left/map.tfw"])
def test_left_over_objects_are_named_and_stay(bucket: Bucket, tmp_path: Path, key: str) -> None:
    put(bucket, tmp_path, key)
    with Staging(tmp_path / "cache") as staging:
        with pytest.raises(OutputError) as caught, whole_outputs(overwrite=True, staging=staging) as outputs:
            outputs.add(staging.place(bucket.url("left/map.tif")))
        assert str(caught.value).startswith(f"{bucket.url(key)} is there already and would be read as a part")
    assert bucket.names("left/") == {key}
    bucket.client().delete_object(Bucket="scenes", Key=key)


def test_objects_that_nobody_named_are_not_replaced(bucket: Bucket, tmp_path: Path) -> None:
    put(bucket, tmp_path, "foreign/map.qml")
    with Staging(tmp_path / "cache") as staging:
        place = staging.place(bucket.url("foreign/map.tif"))
        style = Beside(place.with_suffix(".qml"), is_own_style)
        with pytest.raises(OutputError) as caught, whole_outputs(overwrite=True, staging=staging) as outputs:
            outputs.add(place, style)
    assert str(caught.value).startswith(f"{bucket.url('foreign/map.qml')} is not of SatSeg's making")


def test_what_is_said_of_an_output_has_its_address(bucket: Bucket, tmp_path: Path) -> None:
    heard: list[str] = []
    reporter = Reporter(lambda event: heard.append(event.text) if isinstance(event, Message) else None)
    with Staging(tmp_path / "cache") as staging:
        place = staging.place(bucket.url("said/map.tif"))
        with whole_outputs(staging=staging, reporter=reporter) as outputs:
            reporter.warning(f"{outputs.add(place)} has no CRS, {place} neither.")
    assert heard == ["s3://scenes/said/map.tif has no CRS, s3://scenes/said/map.tif neither."]


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
