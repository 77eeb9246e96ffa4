"""Rasters on servers, on those that fail too, and maps that go to buckets: real servers on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from tests.e2e.command import PIXEL, SATSEG, scene
from tests.web_server import serving

SIDE = 1300
PRODUCTS = ("map.tif", "map.qml", "map.tif.aux.xml", "map.json", "map.gpkg", "confidence.tif")


@dataclass
class Ended:
    """How a child ended."""

    code: int
    out: str
    err: str
    seconds: float


def satseg(*arguments: object, **environ: str) -> Ended:
    """Run the command with more in its environment."""
    began = time.monotonic()
    done = subprocess.run(
        [str(SATSEG), *map(str, arguments)], capture_output=True, text=True, timeout=280, env={**os.environ, **environ}
    )
    return Ended(done.returncode, done.stdout, done.stderr, time.monotonic() - began)


@pytest.fixture(scope="module")
def job(write_scene, tmp_path_factory) -> Path:
    """A folder with a raster that has overviews and a mask beside it, and the maps that it gives as a local file."""
    folder = tmp_path_factory.mktemp("remote")
    rng = np.random.default_rng(5)
    values = scene(SIDE, SIDE).astype(np.uint16) * 40 + rng.integers(0, 30, (3, SIDE, SIDE)).astype(np.uint16)
    write_scene(
        folder / "scene.tif", values=values, transform=from_origin(500_000, 5_000_000, PIXEL / 2, PIXEL / 2),
        tiled=True, blockxsize=128, blockysize=128, compress="deflate",
    )  # fmt: skip
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(folder / "scene.tif", "r+") as dataset:
        dataset.build_overviews([2, 4, 8])
        mask = np.full((SIDE, SIDE), 255, np.uint8)
        mask[200:500, 300:900] = 0
        dataset.write_mask(mask)
    done = satseg(*words(folder / "scene.tif", folder / "alone"))
    assert done.code == 0, done.err
    return folder


def words(source: object, output: Path | str, *more: object) -> list[object]:
    return [
        "segment", source, "--output", f"{output}/map.tif", "--confidence", f"{output}/confidence.tif",
        "--runtime", "onnx", "--threads", "1", *more,
    ]  # fmt: skip


def same_as_alone(job: Path, folder: Path) -> bool:
    return all(
        (folder / name).read_bytes() == (job / "alone" / name).read_bytes() for name in PRODUCTS[:1] + PRODUCTS[5:]
    )


def test_a_raster_on_a_server_gives_the_map_of_the_local_file(job: Path, tmp_path: Path) -> None:
    with serving(job) as server:
        done = satseg(*words(f"{server.url}/scene.tif", tmp_path))
        assert done.code == 0, done.err
        assert set(server.deeds) <= {"serve"}
    assert same_as_alone(job, tmp_path)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_server_that_fails_one_request_in_ten_and_stalls_gives_the_same_map(
    job: Path, tmp_path: Path, seed: int
) -> None:
    with serving(job, failing=0.1, stalling=0.02, stall=5, seed=seed) as server:
        done = satseg(
            *words(f"{server.url}/scene.tif", tmp_path), GDAL_HTTP_TIMEOUT="2", CPL_VSIL_CURL_CHUNK_SIZE="16384"
        )
        assert done.code == 0, done.err
        deeds = server.deeds
    assert same_as_alone(job, tmp_path)
    assert len(deeds) > 50
    assert sum(deed not in ("serve", "stall") for deed in deeds) >= 5
    print(seed, len(deeds), {d: deeds.count(d) for d in set(deeds)}, done.seconds, done.err[-300:])
