"""What lies beside outputs, from the command line: refused before the work, or gone with the old map."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely

from tests.e2e.command import Run, satseg
from tests.web_server import serving

WORDS = ("--runtime", "onnx", "--progress", "json")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def add_layer(path: Path, layer: str) -> None:
    square = np.array([shapely.to_wkb(shapely.box(0, 0, 1, 1))], object)
    pyogrio.raw.write(
        path, square, [], [], layer=layer, geometry_type="Polygon", crs="EPSG:32633", append=path.exists()
    )


def said(run: Run) -> list[str]:
    return [event["text"] for event in run.events if event["event"] == "message"]


@pytest.fixture
def old(mapped: Path, tmp_path: Path) -> Path:
    """A folder with the outputs of an earlier run."""
    for name in ("scene.tif", "map.tif", "map.tif.aux.xml", "map.qml", "map.json", "map.gpkg", "confidence.tif"):
        shutil.copy(mapped / name, tmp_path)
    return tmp_path


def segment(folder: Path, *words: object) -> Run:
    return satseg(
        "segment", folder / "scene.tif", "--output", folder / "map.tif", "--polygons", folder / "map.gpkg",
        "--confidence", folder / "confidence.tif", "--overwrite", *WORDS, *words,
    )  # fmt: skip


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_a_run_that_would_lose_something_is_refused_before_its_work(old: Path, dry: list[str]) -> None:
    add_layer(old / "map.gpkg", "roads")
    before = contents(old)
    run = segment(old, *dry)
    assert run.code == 1
    assert run.err.splitlines()[-1] == (
        f"satseg: {old / 'map.gpkg'} holds what SatSeg has not made and would be lost (roads); choose another name, or"
        " move that file away."
    )
    assert said(run) == []
    assert contents(old) == before


def test_an_earlier_run_is_replaced_with_all_that_was_made_of_it(old: Path, write_scene) -> None:
    for name in ("map.tif", "confidence.tif"):
        with rasterio.open(old / name) as dataset:
            height, width = dataset.height // 2, dataset.width // 2
        for ending in (".ovr", ".msk"):
            write_scene(old / "side.tif", values=np.full((1, height, width), 200, np.uint8), crs=None, transform=None)
            (old / "side.tif").rename(old / f"{name}{ending}")
    (old / "map.gpkg-wal").write_bytes(b"an old log")
    write_scene(old / "scene.tif", 600, 640)
    run = segment(old)
    assert run.code == 0, run.err
    names = {"scene.tif", "map.tif", "map.tif.aux.xml", "map.qml", "map.json", "map.gpkg", "confidence.tif"}
    assert set(contents(old)) == names
    for name in ("map.tif", "confidence.tif"):
        with rasterio.open(old / name) as dataset:
            assert dataset.shape == (600, 640)
            assert not (dataset.read(1, out_shape=(150, 160)) == 200).any()
    assert len(pyogrio.raw.read(old / "map.gpkg", layer="map")[2]) > 0


def test_what_a_run_says_has_the_users_names_and_is_said_once(write_scene, tmp_path: Path) -> None:
    write_scene(tmp_path / "scene.tif", 64, 64, crs=None, transform=None)
    run = satseg(
        "segment", tmp_path / "scene.tif", "--output", tmp_path / "map.tif", "--polygons", tmp_path / "map.shp", *WORDS
    )
    assert run.code == 0, run.err
    texts = [*said(run), *run.err.splitlines()]
    assert not [text for text in texts if ".satseg-" in text]
    warnings = [event["text"] for event in run.events if event.get("level") == "warning"]
    assert len([text for text in warnings if "counted in pixels" in text]) == 1
    assert len(set(warnings)) == len(warnings)
    with serving(tmp_path) as web:
        for name in (f"{tmp_path}/map.tif", f"{web.url}/map.tif"):
            again = satseg("areas", name, *WORDS[2:])
            assert said(again) == [f"{name} has no known place on the ground, so areas are counted in pixels."]
        failed = satseg("areas", f"{web.url}/scene.tif", *WORDS[2:])
    assert failed.err.splitlines()[-1].startswith(f"satseg: {web.url}/scene.tif has 3 bands")
