"""Folders of object stores, against a server of the S3 protocol that runs here."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from satseg_core.errors import OutputError, RasterError, UsageError
from satseg_core.many.folder import Folder
from satseg_core.many.scenes import RGB, find_scenes
from satseg_core.remote.addresses import read_text
from satseg_core.scenes.find import find_scene
from tests.scenes import L8_ID, S2_ID, landsat, safe

pytest.importorskip("s3fs")
moto_server = pytest.importorskip("moto.server")


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The URL of an empty bucket."""
    import boto3

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "somebody")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "something")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}").create_bucket(Bucket="maps")
        yield "s3://maps"
    server.stop()


def test_a_folder_of_a_bucket_is_one_like_any_other(bucket: str, tmp_path: Path) -> None:
    for root in (f"{bucket}/some/folder/", str(tmp_path / "folder")):
        folder = Folder(root)
        assert folder.files() == set()
        assert folder.read("north/a.json") is None
        folder.remove("north/a.json")
        folder.write("north/a.json", "ä\n")
        folder.write("b.json", "b")
        assert folder.files() == {"north/a.json", "b.json"}
        assert dict(folder.read_all(["b.json", "c.json", "north/a.json"])) == {"b.json": "b", "north/a.json": "ä\n"}
        assert folder.measure("north/a.json") == (3, hashlib.sha256("ä\n".encode()).hexdigest())
        folder.remove("b.json")
        assert folder.files() == {"north/a.json"}
    assert read_text(f"{bucket}/some/folder/north/a.json") == "ä\n"
    with pytest.raises(FileNotFoundError):
        read_text(f"{bucket}/some/folder/nothing.json")


def test_scenes_in_several_files_are_found_in_a_bucket(bucket: str, tmp_path: Path) -> None:
    import boto3

    client = boto3.client("s3")
    for file in (*landsat(tmp_path / "landsat").iterdir(), *safe(tmp_path / "s2").rglob("*.*")):
        if file.is_file():
            client.upload_file(str(file), "maps", f"in_bands/{file.relative_to(tmp_path).as_posix()}")
    names = [scene.name for scene in find_scenes([f"{bucket}/in_bands"], str(tmp_path / "maps"))]
    assert names == [f"landsat/{L8_ID}", f"s2/{S2_ID}"]
    found = find_scene(f"{bucket}/in_bands/s2/{S2_ID}.SAFE", RGB)
    assert found is not None
    assert [part.file.rpartition("_")[0][-3:] for part in found.choose(RGB).parts] == ["B04", "B03", "B02"]
    assert all(version for _, _, version in found.state)
    with pytest.raises(RasterError, match="holds 2 scenes"):
        find_scene(f"{bucket}/in_bands", RGB)


def test_scenes_of_a_bucket(bucket: str) -> None:
    archive = Folder(f"{bucket}/archive")
    for name in ("a.tif", "north/a.tif", "north/notes.txt", "maps/a.tif", "old/b.tif", "old/b.stac.json"):
        archive.write(name, "x")
    scenes = find_scenes([f"{bucket}/archive/"], f"{bucket}/archive/maps")
    assert [scene.name for scene in scenes] == ["a", "north/a"]
    assert scenes[1].source == f"{bucket}/archive/north/a.tif"
    assert scenes[0].found.size == 1
    before = scenes[0].found.version
    archive.write("a.tif", "y")
    assert find_scenes([f"{bucket}/archive"], "maps")[0].found.version not in (None, before)


def test_a_bucket_that_is_not_there_is_a_sentence(bucket: str) -> None:
    with pytest.raises((OutputError, UsageError)):
        find_scenes(["s3://nobodys/archive"], "maps")
    with pytest.raises(OutputError, match="s3://nobodys"):
        Folder("s3://nobodys/maps").write("a.json", "x")
