"""Rasters on servers, on those that fail too, and maps that go to buckets: real servers on loopback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
import shapely
from pyogrio.raw import write
from rasterio.transform import from_origin

from satseg_core import remote
from satseg_core.remote.patience import ATTEMPTS
from satseg_core.unfinished import folder_of
from tests.bucket import KEYS, Bucket, environment, free_port, server
from tests.e2e.command import PIXEL, SATSEG, Going, noted, scene
from tests.e2e.elsewhere import RASTERS, check_contents_told_apart, make_job, same_as_alone, satseg, words
from tests.web_server import serving

SIDE = 1300


@pytest.fixture(scope="module")
def job(write_scene, tmp_path_factory) -> Path:
    return make_job(tmp_path_factory.mktemp("remote"), write_scene, SIDE)


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    """A bucket that the environment leads to."""
    port = free_port()
    with environment({**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}), server(port) as found:
        yield found


@pytest.fixture
def guarded(job: Path) -> Iterator[Bucket]:
    """A bucket with a scene that lets in those alone whom it knows."""
    port = free_port()
    with environment({**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}), server(port) as found:
        remote.upload(job / "scene.tif", found.url("in/scene.tif"))
        with environment(found.guard()):
            assert remote.exists(found.url("in/scene.tif"))
            yield found


def test_a_raster_on_a_server_gives_the_map_of_the_local_file(job: Path, tmp_path: Path) -> None:
    with serving(job) as web:
        done = satseg(*words(f"{web.url}/scene.tif", tmp_path))
        assert done.code == 0, done.err
    assert same_as_alone(job, tmp_path)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_server_that_fails_one_request_in_ten_and_stalls_gives_the_same_map(
    job: Path, tmp_path: Path, seed: int
) -> None:
    with serving(job, failing=0.1, stalling=0.02, stall=5, seed=seed) as web:
        # Small parts make many requests.
        done = satseg(*words(f"{web.url}/scene.tif", tmp_path), GDAL_HTTP_TIMEOUT="2", CPL_VSIL_CURL_CHUNK_SIZE="16384")
        assert done.code == 0, done.err
        deeds = web.deeds
    assert same_as_alone(job, tmp_path)
    assert len(deeds) > 100
    assert sum(deed not in ("serve", "stall") for deed in deeds) > 5


@pytest.mark.parametrize(("status", "words_of_it"), [(404, "nothing to read"), (403, "may not be read (HTTP 403)")])
def test_what_is_absent_or_forbidden_ends_at_once(job: Path, tmp_path: Path, status: int, words_of_it: str) -> None:
    with serving(job, always=status) as web:
        done = satseg(*words(f"{web.url}/scene.tif", tmp_path))
        assert len(web.deeds) < 5
    assert done.code == 1
    assert words_of_it in done.err
    assert done.err.count("\n") == 1
    assert done.seconds < 15
    assert not list(tmp_path.iterdir())


def test_access_that_ends_midway_is_told(job: Path, tmp_path: Path) -> None:
    # Opening takes some twenty requests.
    with serving(job, at={str(number): "403" for number in range(60, 5000)}) as web:
        done = satseg(*words(f"{web.url}/scene.tif", tmp_path), CPL_VSIL_CURL_CHUNK_SIZE="16384")
        assert web.deeds.count("serve") == 60
    assert done.code == 1
    assert "may not be read (HTTP 403)" in done.err.splitlines()[-1]
    assert done.seconds < 60
    assert not list(tmp_path.iterdir())


def test_a_server_that_always_fails_is_given_up(job: Path, tmp_path: Path) -> None:
    with serving(job, always=500) as web:
        done = satseg(*words(f"{web.url}/scene.tif", tmp_path), GDAL_HTTP_RETRY_DELAY="0.1")
        assert len(web.deeds) > ATTEMPTS
    assert done.code == 1
    assert "its server failed each of several times (HTTP 500); try again later" in done.err
    assert done.err.count("\n") == 1
    assert done.seconds < 120


def test_cancelling_is_heeded_while_a_server_is_waited_for(job: Path, tmp_path: Path) -> None:
    with serving(job, always=503) as web:
        arguments = words(f"{web.url}/scene.tif", tmp_path)
        child = subprocess.Popen([str(SATSEG), *map(str, arguments)], stderr=subprocess.PIPE, text=True)
        while len(web.deeds) < 10:
            time.sleep(0.05)
        began = time.monotonic()
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
    assert child.returncode == 130, err
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("kind", ["gpkg", "shp"])
def test_a_mask_may_lie_on_a_server(job: Path, tmp_path: Path, kind: str) -> None:
    name = f"mask.{kind}"
    square = shapely.box(500_050, 4_999_500, 500_400, 4_999_900)
    write(job / name, [shapely.to_wkb(square)], [], [], geometry_type="Polygon", crs="EPSG:32633")
    done = satseg(*words(job / "scene.tif", tmp_path / "here", "--mask", job / name))
    assert done.code == 0, done.err
    with serving(job) as web:
        done = satseg(*words(job / "scene.tif", tmp_path / "there", "--mask", f"{web.url}/{name}"))
    assert done.code == 0, done.err
    here, there = ((tmp_path / place / "map.tif").read_bytes() for place in ("here", "there"))
    assert here == there


def test_what_is_written_down_has_no_signature(job: Path, tmp_path: Path) -> None:
    with serving(job) as web:
        address = web.url.replace("http://", "http://me:secretword@")
        done = satseg(*words(f"{address}/scene.tif?X-Amz-Signature=secretword", tmp_path))
    assert done.code == 0, done.err
    record = (tmp_path / "map.json").read_text(encoding="utf-8")
    assert "secretword" not in record
    assert json.loads(record)["input"]["path"] == f"{web.url}/scene.tif"


def test_maps_go_to_a_bucket_from_a_bucket(job: Path, bucket: Bucket, tmp_path: Path) -> None:
    for name in ("scene.tif", "scene.tif.msk"):
        remote.upload(job / name, bucket.url(f"in/{name}"))
    source = bucket.url("in/scene.tif")
    polygons = bucket.url("out/map.gpkg")
    done = satseg(
        *words(source, bucket.url("out"), "--polygons", polygons, "--progress", "json"), SATSEG_CACHE=tmp_path
    )
    assert done.code == 0, done.err
    result = json.loads(done.out.splitlines()[-1])
    assert (result["output"], result["polygons"]) == (bucket.url("out/map.tif"), polygons)
    names = {"map.tif", "map.qml", "map.tif.aux.xml", "map.json", "map.gpkg", "confidence.tif"}
    assert bucket.names("out/") == {f"out/{name}" for name in names}
    for name in RASTERS:
        assert remote.content(bucket.url(f"out/{name}")) == (job / "alone" / name).read_bytes()
    written = json.loads(remote.content(bucket.url("out/map.json")) or b"")
    assert written["options"]["output"] == bucket.url("out/map.tif")
    assert not list(tmp_path.glob("outputs/*"))


def test_what_is_in_a_bucket_is_replaced_only_if_asked_for(job: Path, bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old", encoding="utf-8")
    target = bucket.url("kept/map.tif")
    remote.upload(tmp_path / "old", target)
    done = satseg("segment", job / "scene.tif", "--output", target)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert f"{target} exists already" in done.err
    assert remote.content(target) == b"old"
    done = satseg("segment", job / "scene.tif", "--output", target, "--overwrite", "--runtime", "onnx")
    assert done.code == 0, done.err
    assert remote.content(target) == (job / "alone" / "map.tif").read_bytes()


def test_wrong_buckets_keys_and_credentials_are_told_before_the_work(job: Path, bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "adlfs.py").write_text("raise ImportError", encoding="utf-8")
    without_adlfs = {"PYTHONPATH": str(tmp_path)}
    cases: list[tuple[object, str, str, dict[str, str]]] = [
        (bucket.url("none.tif"), str(tmp_path / "a.tif"), "nothing to read", {}),
        ("s3://no-such-bucket/none.tif", str(tmp_path / "a.tif"), "nothing to read", {}),
        (job / "scene.tif", "s3://no-such-bucket/a.tif", "There is no bucket no-such-bucket", {}),
        (job / "scene.tif", "https://127.0.0.1/a.tif", "cannot be written to", {}),
        (job / "scene.tif", "az://somewhere/a.tif", "python -m pip install adlfs", without_adlfs),
        (
            bucket.url("none.tif"), str(tmp_path / "a.tif"), "AWS_ACCESS_KEY_ID",
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"},
        ),
    ]  # fmt: skip
    for source, target, sentence, environ in cases:
        done = satseg("segment", source, "--output", target, **environ)
        assert done.code in (1, 2), (source, target)
        assert sentence in done.err, done.err
        assert done.err.count("\n") == 1, done.err
        assert done.seconds < 40


def test_wrong_credentials_end_in_a_sentence(job: Path, guarded: Bucket, tmp_path: Path) -> None:
    wrong = {"AWS_ACCESS_KEY_ID": "AKIAWRONG", "AWS_SECRET_ACCESS_KEY": "wrong"}
    done = satseg("segment", guarded.url("in/scene.tif"), "--output", tmp_path / "map.tif", **wrong)
    assert done.code == 1
    assert "may not be read" in done.err
    assert "AWS_ACCESS_KEY_ID" in done.err
    done = satseg("segment", job / "scene.tif", "--output", guarded.url("out/map.tif"), **wrong)
    assert done.code == 1
    assert "credentials" in done.err
    assert done.err.count("\n") == 1


def test_polygons_and_areas_of_a_map_in_a_bucket_go_to_the_bucket(job: Path, bucket: Bucket) -> None:
    for name in ("map.tif", "map.tif.aux.xml", "map.qml"):
        remote.upload(job / "alone" / name, bucket.url(f"again/{name}"))
    source = bucket.url("again/map.tif")
    done = satseg("vectorize", source, "--output", bucket.url("again/map.gpkg"), "--workers", 1)
    assert done.code == 0, done.err
    assert (remote.content(bucket.url("again/map.gpkg")) or b"").startswith(b"SQLite format 3")
    done = satseg("areas", source, "--output", bucket.url("again/areas.csv"))
    assert done.code == 0, done.err
    here = satseg("areas", job / "alone" / "map.tif", "--output", job / "areas.csv", "--overwrite")
    assert here.code == 0, here.err
    assert remote.content(bucket.url("again/areas.csv")) == (job / "areas.csv").read_bytes()


@pytest.mark.parametrize("tells", ["etag", "date"])
def test_a_run_goes_on_with_the_same_raster_alone(write_scene, tmp_path: Path, tells: str) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    placed = {"transform": from_origin(500_000, 5_000_000, PIXEL, PIXEL), "tiled": True, "compress": None}
    values = scene(2600, 2600)
    source, other = write_scene(folder / "a.tif", values=values, **placed), tmp_path / "b.tif"
    write_scene(other, values=values[::-1], **placed)
    original = tmp_path / "a.tif"
    shutil.copy2(source, original)
    with serving(folder, tells=tells) as web:
        arguments = [*words(f"{web.url}/a.tif", tmp_path / "out"), "--memory", 600, "--resume"]
        going = Going(arguments)
        going.wait_for(lambda: noted(tmp_path / "out" / "map.tif") > 0)
        going.child.kill()
        going.end()
        assert other.stat().st_size == source.stat().st_size
        shutil.copyfile(other, source)
        os.utime(source, (1_700_000_000, 1_700_000_000))
        done = satseg(*arguments)
        assert done.code == 2, done.err
        assert "cannot be gone on with, as the raster" in done.err
        shutil.copy2(original, source)
        done = satseg(*arguments)
        assert done.code == 0, done.err
    assert json.loads((tmp_path / "out" / "map.json").read_text(encoding="utf-8"))["grid"]["blocks_resumed"] > 0


def test_what_a_bucket_says_tells_contents_apart(bucket: Bucket, tmp_path: Path) -> None:
    check_contents_told_apart(bucket.url("replaced.tif"), tmp_path / "a")


@pytest.fixture(scope="module")
def virtual(job: Path) -> str:
    """A virtual raster of the scene, with its mask and overviews, and the maps that it gives where all is here."""
    path = job / "virtual.vrt"
    rasterio.shutil.copy(str(job / "scene.tif"), str(path), driver="VRT")
    content = path.read_text(encoding="utf-8")
    assert "<MaskBand>" in content
    done = satseg(*words(path, job / "virtual"))
    assert done.code == 0, done.err
    return re.sub(r"<SourceFilename[^>]*>[^<]*<", '<SourceFilename relativeToVRT="0">/vsicurl/URL/scene.tif<', content)


@pytest.mark.parametrize("manners", [{}, {"failing": 0.1, "seed": 1}, {"failing": 0.1, "seed": 2}])
def test_a_virtual_raster_of_one_on_a_server_that_fails_gives_the_same_map(
    job: Path, virtual: str, tmp_path: Path, manners: dict[str, float]
) -> None:
    with serving(job, **manners) as web:
        source = tmp_path / "list.vrt"
        source.write_text(virtual.replace("URL", web.url), encoding="utf-8")
        done = satseg(*words(source, tmp_path), CPL_VSIL_CURL_CHUNK_SIZE="16384", GDAL_HTTP_RETRY_DELAY="0.1")
        assert done.code == 0, done.err
        assert sum(deed != "serve" for deed in web.deeds) > 5 or not manners
    for name in RASTERS:
        assert (tmp_path / name).read_bytes() == (job / "virtual" / name).read_bytes()


def test_what_a_list_leads_to_in_vain_is_told(job: Path, virtual: str, tmp_path: Path) -> None:
    with serving(job) as web:
        source = tmp_path / "list.vrt"
        source.write_text(virtual.replace("URL/scene.tif", f"{web.url}/none.tif"), encoding="utf-8")
        done = satseg(*words(source, tmp_path))
        assert done.code == 1
        assert "There is nothing to read at" in done.err.splitlines()[-1]
        assert not (tmp_path / "map.tif").exists()
        index = tmp_path / "tiles.gti.gpkg"
        location = np.array([f"/vsicurl/{web.url}/scene.tif"], dtype=object)
        box = shapely.box(500_000, 4_999_000, 501_000, 5_000_000)
        write(index, [shapely.to_wkb(box)], [location], ["location"], geometry_type="Polygon", crs="EPSG:32633")
        done = satseg(*words(index, tmp_path))
        assert done.code == 1
        assert "is an index of rasters elsewhere" in done.err


@pytest.mark.parametrize("opened", [False, True])
def test_a_worker_of_a_run_that_ends_does_not_go_on_asking_a_server(
    write_scene, scheduler: str, add_worker, tmp_path: Path, opened: bool
) -> None:
    write_scene(
        tmp_path / "a.tif",
        values=scene(2600, 2600),
        transform=from_origin(500_000, 5_000_000, PIXEL, PIXEL),
        tiled=True,
    )
    output = tmp_path / "out" / "map.tif"
    with serving(tmp_path) as web:
        add_worker()
        going = Going([*words(f"{web.url}/a.tif", output.parent), "--scheduler", scheduler, "--resume"])
        # The worker loads the model first, and then opens the raster.
        going.wait_for(lambda: noted(output) > 0 if opened else folder_of(output).exists())
        web.behave(always=503)
        going.wait_for(lambda: len(web.deeds) > 10)
        going.child.send_signal(signal.SIGINT)
        code, _, err = going.end(30)
        assert code == 130, err
        time.sleep(3)
        before = len(web.deeds)
        time.sleep(12)
        assert len(web.deeds) == before
