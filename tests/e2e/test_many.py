"""Many scenes: each by itself, again only what is missing, and what lies over all of them."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from rasterio.warp import transform as transform_points

from satseg_core.legend import LAND_COVER
from satseg_core.many.cluster import MOST_SILENCES
from satseg_core.model.store import find_model
from tests.e2e.command import SATSEG, Going, Run, satseg, scene
from tests.web_server import serving

PLACES = {
    "a.tif": ("EPSG:32633", 500_000, 5_000_000, 1.22),
    "north/a.tif": ("EPSG:32633", 500_300, 5_000_000, 1.22),
    "north/b.tif": ("EPSG:4326", 15.01, 45.15, 1.4e-5),
    "south/c.tiff": ("EPSG:3857", 1_670_000, 5_640_000, 1.7),
    "south/d.tif": ("EPSG:32632", 980_000, 5_010_000, 1.0),
}
NAMES = ("a", "north/a", "north/b", "south/c", "south/d")
BROKEN = "south/broken"


@pytest.fixture(scope="module")
def archive(write_scene: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of scenes of several CRSs, one of them cut off."""
    root = tmp_path_factory.mktemp("archive") / "scenes"
    for seed, (name, (crs, x, y, size)) in enumerate(PLACES.items()):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_scene(path, values=scene(150, 200, seed=seed), crs=crs, transform=from_origin(x, y, size, size))
    (root / f"{BROKEN}.tif").write_bytes((root / "a.tif").read_bytes()[:3000])
    (root / "north" / "notes.txt").write_text("no scene")
    return root


def many(*words: object) -> Run:
    return satseg("segment-many", *words, "--runtime", "onnx", "--progress", "json")


def result(run: Run) -> dict[str, Any]:
    last = run.events[-1]
    assert last["event"] == "result", run.err
    return last


@pytest.fixture(scope="module")
def first(archive: Path) -> Run:
    """The first run, to the folder ``maps`` inside of the archive."""
    return many(archive, "--output", archive / "maps", "--polygons", "--confidence")


@pytest.fixture(scope="module")
def maps(archive: Path, first: Run) -> Path:
    """What the first run wrote."""
    return archive / "maps"


def item_of(folder: Path, name: str) -> dict[str, Any]:
    return json.loads((folder / f"{name}.stac.json").read_text(encoding="utf-8"))


def test_scenes_fail_alone(first: Run, maps: Path) -> None:
    assert first.code == 1
    told = result(first)
    assert (told["done"], told["already"]) == (5, 0)
    assert [failure["scene"] for failure in told["failures"]] == [BROKEN]
    with (maps / "failures.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["scene"] == BROKEN
    assert "damaged" in row["reason"]
    assert BROKEN in first.err
    assert "Traceback" not in first.err
    found = sorted(path.relative_to(maps).as_posix() for path in maps.rglob("*") if path.is_file())
    suffixes = (".confidence.tif", ".gpkg", ".json", ".qml", ".stac.json", ".tif", ".tif.aux.xml")
    over_all = ["collection.json", "failures.csv", "mosaic.gti.gpkg"]
    assert found == sorted([*over_all, *(name + suffix for name in NAMES for suffix in suffixes)])
    percents = [event["percent"] for event in first.events if event["event"] == "progress"]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert len(set(percents)) > len(NAMES)


def test_a_map_is_what_segment_makes_of_the_scene(archive: Path, maps: Path, tmp_path: Path) -> None:
    alone = satseg(
        "segment", archive / "south" / "d.tif", "--output", tmp_path / "d.tif", "--confidence", tmp_path / "c.tif",
        "--runtime", "onnx",
    )  # fmt: skip
    assert alone.code == 0, alone.err
    assert (tmp_path / "d.tif").read_bytes() == (maps / "south" / "d.tif").read_bytes()
    assert (tmp_path / "c.tif").read_bytes() == (maps / "south" / "d.confidence.tif").read_bytes()


def test_items_say_what_the_maps_are(archive: Path, maps: Path) -> None:
    for name in NAMES:
        item = item_of(maps, name)
        folder = (maps / name).parent
        with rasterio.open(folder / item["assets"]["map"]["href"]) as dataset:
            grid, crs, bounds = list(dataset.transform)[:6], dataset.crs, dataset.bounds
            assert item["properties"]["proj:code"] == ":".join(crs.to_authority())
            assert item["properties"]["proj:shape"] == [dataset.height, dataset.width]
        assert item["properties"]["proj:transform"] == grid
        west, south, east, north = item["bbox"]
        xs, ys = transform_points(crs, "EPSG:4326", [bounds.left, bounds.right], [bounds.bottom, bounds.top])
        assert [west, south] <= [xs[0] + 1e-6, ys[0] + 1e-6]
        assert [east, north] >= [xs[1] - 1e-6, ys[1] - 1e-6]
        assert east - west < 0.01
        for key in ("map", "polygons", "confidence", "record"):
            asset = item["assets"][key]
            content = (folder / asset["href"]).read_bytes()
            assert asset["file:size"] == len(content)
            assert asset["file:checksum"] == "1220" + hashlib.sha256(content).hexdigest()
            assert asset["roles"]
        classes = item["assets"]["map"]["classification:classes"]
        assert [c["value"] for c in classes] == list(LAND_COVER.codes)
        assert [f"#{c['color_hint'].lower()}" for c in classes] == [c.hex_color for c in LAND_COVER]
        (source,) = (link["href"] for link in item["links"] if link["rel"] == "derived_from")
        assert (folder / source).resolve().is_relative_to(archive)
        assert (folder / source).exists()
        made = datetime.fromisoformat(item["properties"]["datetime"].replace("Z", "+00:00"))
        assert abs((datetime.now(timezone.utc) - made).total_seconds()) < 600


def test_pystac_reads_and_validates_items_and_collection(maps: Path) -> None:
    pystac = pytest.importorskip("pystac")
    from jsonschema import Draft7Validator
    from pystac.extensions.classification import ClassificationExtension
    from pystac.extensions.file import FileExtension
    from pystac.extensions.projection import ProjectionExtension
    from pystac.validation.local_validator import get_local_schema_cache
    from referencing import Registry, Resource

    schemas = {uri: Resource.from_contents(schema) for uri, schema in get_local_schema_cache().items()}

    def errors(kind: str, value: dict[str, Any]) -> list[str]:
        (schema,) = (found.contents for uri, found in schemas.items() if uri.endswith(f"/{kind}.json"))
        return [error.message for error in Draft7Validator(schema, registry=Registry(schemas)).iter_errors(value)]

    value = json.loads((maps / "collection.json").read_text(encoding="utf-8"))
    assert errors("collection", value) == []
    assert errors("collection", {**value, "extent": {}}) != []
    collection = pystac.Collection.from_file(str(maps / "collection.json"))
    items = list(collection.get_items())
    assert sorted(item.id for item in items) == sorted(name.replace("/", "_") for name in NAMES)
    for name, item in zip(sorted(NAMES), items):
        assert errors("item", item_of(maps, name)) == []
        asset = item.assets["map"]
        assert len(ClassificationExtension.ext(asset).classes) == len(LAND_COVER)
        assert FileExtension.ext(asset).size == Path(asset.get_absolute_href()).stat().st_size
        assert ProjectionExtension.ext(item).shape == [150, 200]
        assert item.get_collection().id == "maps"


def test_the_mosaic_is_one_raster_over_all_crss(maps: Path) -> None:
    with rasterio.open(maps / "mosaic.gti.gpkg") as mosaic:
        assert mosaic.driver == "GTI"
        assert mosaic.crs.to_epsg() == 32633
        assert mosaic.res == (1.22, 1.22)
        assert mosaic.nodata == 255
        assert mosaic.colormap(1)[4] == (*LAND_COVER.classes[4].color, 255)
        for name in NAMES:
            with rasterio.open(maps / f"{name}.tif") as alone:
                codes = alone.read(1)
                rows, cols = np.mgrid[8:142:6, 8:192:6]
                xs, ys = alone.transform * (cols.ravel() + 0.5, rows.ravel() + 0.5)
                xs, ys = transform_points(alone.crs, mosaic.crs, list(xs), list(ys))
            seen = np.array([value[0] for value in mosaic.sample(zip(xs, ys))])
            # To another CRS px are moved by up to half a px: borders may be.
            assert np.mean(seen == codes[rows.ravel(), cols.ravel()]) > (0.999 if name in ("a", "north/a") else 0.9), (
                name
            )


def test_again_only_what_is_missing_failed_or_changed(archive: Path, maps: Path, write_scene, tmp_path: Path) -> None:
    work = tmp_path / "scenes"
    shutil.copytree(archive, work)
    words = (work, "--output", work / "maps", "--polygons", "--confidence")

    again = many(*words)
    assert again.code == 1
    assert (result(again)["done"], result(again)["already"]) == (0, 5)

    old = item_of(work / "maps", "a")
    write_scene(work / f"{BROKEN}.tif", 150, 200)
    write_scene(work / "a.tif", values=scene(150, 200, seed=99))
    (work / "maps" / "north" / "b.gpkg").unlink()
    mended = many(*words)
    assert mended.code == 0, mended.err
    assert (result(mended)["done"], result(mended)["already"]) == (3, 3)
    assert not (work / "maps" / "failures.csv").exists()
    assert (work / "maps" / "north" / "b.gpkg").exists()
    assert item_of(work / "maps", "a")["assets"]["map"]["file:checksum"] != old["assets"]["map"]["file:checksum"]

    other = many(work / "a.tif", work / "north", "--output", work / "maps", "--polygons", "--pixel-size", 2)
    assert other.code == 0, other.err
    # The scenes of the folder north have other names now: they are new.
    assert (result(other)["done"], result(other)["already"]) == (3, 0)
    collection = json.loads((work / "maps" / "collection.json").read_text())
    hrefs = {link["href"] for link in collection["links"] if link["rel"] == "item"}
    assert {"./a.stac.json", "./b.stac.json", "./north/b.stac.json", "./south/c.stac.json"} <= hrefs


def same_maps(folder: Path, maps: Path, names: Sequence[str] = NAMES) -> bool:
    return all(
        (folder / f"{name}{suffix}").read_bytes() == (maps / f"{name}{suffix}").read_bytes()
        for name in names
        for suffix in (".tif", ".confidence.tif")
        if (maps / f"{name}{suffix}").exists()
    )


class GoingMany(Going):
    """`segment-many` that is running."""

    def __init__(self, *words: object, **variables: str) -> None:
        super().__init__(["segment-many", *words, "--runtime", "onnx", "--progress", "json"], **variables)

    def hear(self, text: str) -> None:
        """Read events until a message begins with a text."""
        assert self.child.stdout is not None
        for line in self.child.stdout:
            if str(json.loads(line).get("text", "")).startswith(text):
                return
        raise AssertionError(f"it never said {text}: {self.child.stderr and self.child.stderr.read()}")


def test_a_killed_run_is_gone_on_with(archive: Path, maps: Path, tmp_path: Path) -> None:
    words = (archive, "--output", tmp_path / "maps", "--polygons", "--confidence")
    going = GoingMany(*words)
    going.hear("2 of 6")
    going.child.kill()
    going.end()
    assert not (tmp_path / "maps" / "collection.json").exists()
    # As if it had been killed between a map and its item.
    (tmp_path / "maps" / "a.stac.json").unlink()
    run = many(*words)
    assert run.code == 1, run.err
    told = result(run)
    assert [failure["scene"] for failure in told["failures"]] == [BROKEN]
    assert told["already"] in (1, 2, 3)
    assert told["already"] + told["done"] == 5
    assert same_maps(tmp_path / "maps", maps)
    assert not list((tmp_path / "maps").rglob("*satseg-*"))


def test_workers_give_the_same_maps_and_cancel_leaves_what_is_done(archive: Path, maps: Path, tmp_path: Path) -> None:
    words = (archive, "--output", tmp_path / "maps", "--polygons", "--confidence", "--workers", 2)
    going = GoingMany(*words)
    going.hear("1 of 6")
    os.kill(going.child.pid, signal.SIGINT)
    code, _, err = going.end()
    assert code == 130
    assert "of 6 scenes are done; the same command goes on from there" in err
    assert "Traceback" not in err
    check_index(tmp_path / "maps")
    run = many(*words)
    assert run.code == 1, run.err
    told = result(run)
    assert [failure["scene"] for failure in told["failures"]] == [BROKEN]
    assert told["already"] >= 1
    assert told["already"] + told["done"] == 5
    assert same_maps(tmp_path / "maps", maps)


def check_index(folder: Path) -> None:
    """Collection and mosaic have the scenes that are done, all of them and no others."""
    done = {path.relative_to(folder).as_posix() for path in folder.rglob("*.stac.json")}
    assert 1 <= len(done) < len(NAMES)
    collection = json.loads((folder / "collection.json").read_text(encoding="utf-8"))
    assert {link["href"][2:] for link in collection["links"] if link["rel"] == "item"} == done
    _, _, _, (locations, *_) = pyogrio.raw.read(folder / "mosaic.gti.gpkg", read_geometry=False)
    assert {f"{name[: -len('.tif')]}.stac.json" for name in locations} == done
    with rasterio.open(folder / "mosaic.gti.gpkg") as mosaic:
        assert (mosaic.read(1) != 255).any()


@pytest.mark.parametrize("whom", ["command", "all"])
@pytest.mark.parametrize("workers", [(), ("--workers", 2)])
def test_a_cancelled_archive_can_be_used(archive: Path, tmp_path: Path, workers: tuple[object, ...], whom: str) -> None:
    going = GoingMany(archive, "--output", tmp_path / "maps", *workers)
    going.hear("2 of 6")
    # Ctrl-C in a terminal is for all processes of the command.
    if whom == "all":
        os.killpg(going.child.pid, signal.SIGINT)
    else:
        os.kill(going.child.pid, signal.SIGINT)
    code, _, err = going.end()
    assert code == 130
    assert len(err.strip().splitlines()) == 1, err
    check_index(tmp_path / "maps")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("how", ["SIGKILL", "SIGSTOP"])
def test_a_scene_whose_worker_dies_or_hangs_is_done_by_another(large: Path, tmp_path: Path, how: str) -> None:
    going = GoingMany(large, "--output", tmp_path / "maps", "--workers", 2, SATSEG_SILENCE="2")
    victim = at_work(going, tmp_path / "maps")
    os.kill(victim, getattr(signal, how))
    code, _, err = going.end()
    assert code == 0, err
    assert err.count("failed") == 0
    assert same_maps(tmp_path / "maps", large / "maps", ("large",))
    assert not Path(f"/proc/{victim}").exists()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_a_scene_that_every_worker_hangs_over_fails_alone(large: Path, tmp_path: Path) -> None:
    going = GoingMany(large, "--output", tmp_path / "maps", "--workers", 2, SATSEG_SILENCE="1.5")
    lock = tmp_path / "maps" / "large.tif.satseg-unfinished" / "lock"
    for _ in range(MOST_SILENCES + 1):
        victim = holder_at_last(lock, going)
        os.kill(victim, signal.SIGSTOP)
        while Path(f"/proc/{victim}").exists():
            assert going.child.poll() is None
            time.sleep(0.01)
    code, _, err = going.end()
    assert code == 1, err
    assert (tmp_path / "maps" / "small.tif").exists()
    with (tmp_path / "maps" / "failures.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["scene"] == "large"
    assert row["reason"].startswith("Several workers fell silent over it for 1.5 s each")


def holder_at_last(path: Path, going: Going) -> int:
    """The process that has a file open, as soon as one has."""
    end = time.monotonic() + 60
    while True:
        assert going.child.poll() is None
        assert time.monotonic() < end
        with suppress(AssertionError, FileNotFoundError):
            return holder_of(path)
        time.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_on_a_cluster_a_scene_waits_for_a_worker_that_hangs_to_let_go(
    scheduler: str, large: Path, tmp_path: Path
) -> None:
    words = [SATSEG.with_name("dask"), "worker", scheduler, "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard"]
    second = subprocess.Popen([*words, "--local-directory", tmp_path], stderr=subprocess.DEVNULL, cwd=tmp_path)
    try:
        going = GoingMany(large, "--output", tmp_path / "maps", "--scheduler", scheduler, SATSEG_SILENCE="2")
        victim = at_work(going, tmp_path / "maps")
        os.kill(victim, signal.SIGSTOP)
        time.sleep(5)  # the other one has tried in vain by now
        assert going.child.poll() is None
        os.kill(victim, signal.SIGKILL)
        code, _, err = going.end()
    finally:
        second.terminate()
        second.wait(30)
    assert code == 0, err
    assert same_maps(tmp_path / "maps", large / "maps", ("large",))


@pytest.fixture(scope="module")
def large(write_scene: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scene that takes a while and a small one; what one process makes of them is in ``maps``."""
    folder = tmp_path_factory.mktemp("large")
    for name, side in (("large", 2500), ("small", 100)):
        write_scene(folder / f"{name}.tif", side, side)
    run = many(folder, "--output", folder / "maps")
    assert run.code == 0, run.err
    return folder


def at_work(going: Going, maps: Path) -> int:
    """The process that has the large scene and has told of it."""
    done = maps / "large.tif.satseg-unfinished" / "blocks.txt"
    end = time.monotonic() + 60
    while not (done.exists() and done.stat().st_size):
        assert going.child.poll() is None
        assert time.monotonic() < end
        time.sleep(0.01)
    return holder_of(done.with_name("lock"))


def holder_of(path: Path) -> int:
    """The process that has a file open."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):  # it has ended, or is another user's
            if link.readlink() == path.resolve():
                return int(link.parts[2])
    raise AssertionError(f"nobody has {path}")


def write_mask(path: Path, crs: str, box: tuple[float, float, float, float]) -> Path:
    """A mask of one rectangle."""
    shape = np.array([shapely.to_wkb(shapely.box(*box))], object)
    pyogrio.raw.write(path, shape, [], [], driver="GPKG", geometry_type="Polygon", crs=crs)
    return path


@pytest.mark.parametrize("workers", [(), ("--workers", 2)])
def test_scenes_outside_of_the_mask_are_no_failures(archive: Path, tmp_path: Path, workers: tuple[object, ...]) -> None:
    shutil.copytree(archive / "north", tmp_path / "in")
    (crs, x, y, size) = PLACES["north/a.tif"]
    mask = write_mask(tmp_path / "mask.gpkg", crs, (x + 20 * size, y - 90 * size, x + 120 * size, y - 10 * size))
    words = (tmp_path / "in", "--output", tmp_path / "maps", "--mask", mask, *workers)
    run = many(*words)
    assert run.code == 0, run.err
    told = result(run)
    assert (told["done"], told["outside"], told["failures"]) == (1, ["b"], [])
    assert any(str(event.get("text")).endswith("b lies outside of the mask") for event in run.events)
    assert not list((tmp_path / "maps").glob("b*"))
    assert not (tmp_path / "maps" / "failures.csv").exists()
    with rasterio.open(tmp_path / "maps" / "a.tif") as dataset:
        assert dataset.read(1)[0, 0] == 255
        assert dataset.read(1)[50, 50] != 255
    # Next time it is looked at again; a mask that cannot be read is a failure as ever.
    again = many(*words)
    assert again.code == 0, again.err
    assert (result(again)["already"], result(again)["outside"]) == (1, ["b"])
    shutil.copy(archive / "a.tif", mask)
    wrong = many(*words)
    assert wrong.code == 1
    assert [failure["scene"] for failure in result(wrong)["failures"]] == ["a", "b"]


def test_a_list_of_scenes(archive: Path, tmp_path: Path) -> None:
    listed = tmp_path / "scenes.csv"
    paths = [archive / "a.tif", archive / "north" / "a.tif", archive / "south" / "c.tiff", tmp_path / "missing.tif"]
    listed.write_text("region,path\n" + "".join(f"{number},{path}\n" for number, path in enumerate(paths)))
    looked = many(listed, "--output", tmp_path / "maps", "--dry-run")
    assert looked.code == 0, looked.err
    names = result(looked)["to_do"]
    assert len(names) == 4
    assert {"c", "missing"} < set(names)
    assert not (tmp_path / "maps").exists()
    run = many(listed, "--output", tmp_path / "maps")
    assert run.code == 1
    assert result(run)["done"] == 3
    (failure,) = result(run)["failures"]
    assert failure["scene"] == "missing"
    assert "There is no file" in failure["reason"]


def stac_items(archive: Path) -> list[dict[str, Any]]:
    """Items of two scenes, and one that has no raster."""
    return [
        {
            "type": "Feature",
            "stac_version": "1.0.0",
            "id": f"scene-{number}",
            "collection": "orthophotos",
            "geometry": None,
            "properties": {"datetime": f"2021-06-0{number + 1}T10:00:00Z"},
            "links": [],
            "assets": {
                "thumbnail": {"href": "./a.png", "type": "image/png", "roles": ["thumbnail"]},
                **({"visual": {"href": f"./{name}", "type": "image/tiff; application=geotiff"}} if name else {}),
            },
        }
        for number, name in enumerate(("a.tif", "north/b.tif", None))
    ]


def check_from_stac(run: Run, folder: Path, archive: Path) -> None:
    assert run.code == 1
    assert result(run)["done"] == 2
    (failure,) = result(run)["failures"]
    assert "scene-2 has no asset that is a raster" in failure["reason"]
    item = item_of(folder, "scene-1")
    assert item["properties"]["datetime"] == "2021-06-02T10:00:00Z"
    collection = json.loads((folder / "collection.json").read_text())
    assert collection["extent"]["temporal"]["interval"] == [["2021-06-01T10:00:00Z", "2021-06-02T10:00:00Z"]]


def test_stac_items_in_and_out(archive: Path, maps: Path, tmp_path: Path) -> None:
    source = archive / "items.json"
    source.write_text(json.dumps({"type": "FeatureCollection", "features": stac_items(archive)}))
    run = many(source, "--output", tmp_path / "maps")
    check_from_stac(run, tmp_path / "maps", archive)
    assert (tmp_path / "maps" / "scene-0.tif").read_bytes() == (maps / "a.tif").read_bytes()
    (link,) = (link for link in item_of(tmp_path / "maps", "scene-1")["links"] if link["rel"] == "derived_from")
    assert (tmp_path / "maps" / link["href"]).resolve() == source
    # What is written can be read: the collection over the maps is a catalogue of scenes.
    looked = many(tmp_path / "maps" / "collection.json", "--asset", "map", "--output", tmp_path / "more", "--dry-run")
    assert sorted(result(looked)["to_do"]) == ["scene-0", "scene-1"]


def test_pages_of_a_server(archive: Path, maps: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(archive / "north", site / "north")
    shutil.copy(archive / "a.tif", site)
    first, second, _ = stac_items(archive)
    for name, item, links in (
        ("items", first, [{"rel": "next", "href": "./more?token=2/3"}]),
        ("more", second, [{"rel": "next", "href": "/items"}]),
    ):
        (site / name).write_text(json.dumps({"type": "FeatureCollection", "features": [item], "links": links}))
    with serving(site) as server:
        run = many(f"{server.url}/items", "--output", tmp_path / "maps")
    assert run.code == 0, run.err
    assert result(run)["done"] == 2
    assert (tmp_path / "maps" / "scene-0.tif").read_bytes() == (maps / "a.tif").read_bytes()
    (link,) = (link for link in item_of(tmp_path / "maps", "scene-1")["links"] if link["rel"] == "derived_from")
    assert link["href"] == f"{server.url}/more"  # without what may be secret


def test_a_geoparquet_index(archive: Path, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [
        {
            **{key: item[key] for key in ("id", "collection", "links", "assets")},
            "datetime": datetime.fromisoformat(item["properties"]["datetime"].replace("Z", "+00:00")),
        }
        for item in stac_items(archive)
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), archive / "items.parquet")
    check_from_stac(many(archive / "items.parquet", "--output", tmp_path / "maps"), tmp_path / "maps", archive)


@pytest.mark.parametrize(
    ("words", "sentence", "code"),
    [
        (("nowhere", "--output", "maps"), "There is no file or folder nowhere", 2),
        (("empty", "--output", "maps"), "There are no scenes in empty", 2),
        (("scenes", "--output", "scenes"), "give --output another folder", 2),
        (("scenes", "--output", "maps", "--model", "nonsense"), "There is no model 'nonsense'", 1),
        (("scenes", "--output", "maps", "--smooth"), "give --polygons, too", 2),
        (("scenes", "--output", "maps", "--workers", "1", "--scheduler", "tcp://x"), "either --workers or", 2),
        (("wrong.json", "--output", "maps"), "is no STAC item", 2),
        (("wrong.parquet", "--output", "maps"), "cannot be read", 2),
    ],
)
def test_what_is_wrong_for_all_is_one_sentence(
    words: tuple[str, ...], sentence: str, code: int, write_scene: Callable[..., Path], tmp_path: Path
) -> None:
    for folder in ("empty", "scenes"):
        (tmp_path / folder).mkdir()
    write_scene(tmp_path / "scenes" / "a.tif", 50, 50)
    (tmp_path / "wrong.json").write_text("{}")
    (tmp_path / "wrong.parquet").write_text("no parquet")
    inputs, *rest = (str(tmp_path / word) if (tmp_path / word).exists() else word for word in words)
    run = many(inputs, *(str(tmp_path / word) if word == "maps" else word for word in rest))
    assert run.code == code, run.err
    assert sentence in run.err.replace(str(tmp_path) + os.sep, "")
    assert "Traceback" not in run.err
    assert not (tmp_path / "maps").exists()


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler with one worker, which work in a folder of their own."""
    program, elsewhere = SATSEG.with_name("dask"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    contact = elsewhere / "scheduler.json"
    options = ["--host", "127.0.0.1", "--no-dashboard"]
    with (tmp_path / "dask.log").open("w") as log:
        head = [program, "scheduler", *options, "--port", "0", "--scheduler-file", contact]
        children = [subprocess.Popen(head, stderr=log, cwd=elsewhere)]
        worker = [program, "worker", *options, "--nthreads", "1", "--scheduler-file", contact]
        children.append(subprocess.Popen([*worker, "--local-directory", elsewhere], stderr=log, cwd=elsewhere))
        end = time.monotonic() + 60
        while not contact.exists():
            assert time.monotonic() < end
            time.sleep(0.1)
        yield json.loads(contact.read_text())["address"]
        for child in reversed(children):
            child.terminate()
        for child in children:
            child.wait(30)


def test_a_scheduler_and_a_model_of_ones_own(
    scheduler: str, archive: Path, maps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = find_model()
    assert model.onnx is not None
    shutil.copy(model.onnx, tmp_path / "own.onnx")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(archive / "north", "north")
    run = many("north", "--output", "maps/north", "--confidence", "--model", "own.onnx", "--scheduler", scheduler)
    assert run.code == 0, run.err
    assert same_maps(tmp_path / "maps", maps, ("north/a", "north/b"))
    # The item says what the model is, not where the worker had it.
    assert item_of(tmp_path / "maps", "north/a")["properties"]["satseg:model"]["name"] == model.name


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an empty bucket on a server of this machine."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto.server")
    import boto3

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Another process: GDAL may wait for an answer with Python's lock in its hands.
    words = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for name, value in (
        ("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}"),
        ("AWS_ACCESS_KEY_ID", "somebody"),
        ("AWS_SECRET_ACCESS_KEY", "something"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    end = time.monotonic() + 60
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        assert time.monotonic() < end
        time.sleep(0.1)
    boto3.client("s3").create_bucket(Bucket="archive")
    yield "s3://archive"
    server.terminate()
    server.wait(30)


def test_from_a_bucket_to_a_bucket(store: str, archive: Path, maps: Path, tmp_path: Path) -> None:
    import boto3

    client = boto3.client("s3")
    for name in ("a.tif", "south/d.tif"):
        client.upload_file(str(archive / name), "archive", f"scenes/{name}")
    words = (f"{store}/scenes", "--output", f"{store}/maps", "--confidence")
    run = many(*words)
    assert run.code == 0, run.err
    assert result(run)["done"] == 2
    for entry in client.list_objects_v2(Bucket="archive", Prefix="maps/")["Contents"]:
        path = tmp_path / entry["Key"]
        path.parent.mkdir(parents=True, exist_ok=True)
        client.download_file("archive", entry["Key"], str(path))
    assert same_maps(tmp_path / "maps", maps, ("a", "south/d"))
    item = item_of(tmp_path / "maps", "south/d")
    content = (tmp_path / "maps" / "south" / "d.tif").read_bytes()
    assert item["assets"]["map"]["file:checksum"] == "1220" + hashlib.sha256(content).hexdigest()
    (link,) = (link["href"] for link in item["links"] if link["rel"] == "derived_from")
    assert link == f"{store}/scenes/south/d.tif"
    host = os.environ["AWS_ENDPOINT_URL"].partition("://")[2]
    with (
        rasterio.Env(AWS_S3_ENDPOINT=host, AWS_HTTPS="NO", AWS_VIRTUAL_HOSTING="FALSE"),
        rasterio.open("/vsis3/archive/maps/mosaic.gti.gpkg") as mosaic,
        rasterio.open(tmp_path / "maps" / "a.tif") as alone,
    ):
        there = mosaic.window(*alone.bounds).round_offsets().round_lengths()
        assert np.array_equal(mosaic.read(1, window=there), alone.read(1))
    client.upload_file(str(archive / "north" / "a.tif"), "archive", "scenes/north/a.tif")
    again = many(*words)
    assert again.code == 0, again.err
    assert (result(again)["done"], result(again)["already"]) == (1, 2)
