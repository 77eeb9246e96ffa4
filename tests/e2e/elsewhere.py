"""What the tests of rasters and maps elsewhere share: a scene, the command with other variables, its maps compared."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy as np
import rasterio
from rasterio.transform import from_origin

from satseg_core import remote
from satseg_core.remote.identity import identity
from tests.e2e.command import PIXEL, SATSEG, scene

RASTERS = ("map.tif", "confidence.tif")


@dataclass
class Ended:
    """How a child ended."""

    code: int
    out: str
    err: str
    seconds: float


def satseg(*arguments: object, **environ: object) -> Ended:
    """Run the command with more in its environment, and less: None takes a variable away."""
    began = time.monotonic()
    variables = {name: value for name, value in os.environ.items() if name not in environ}
    variables |= {name: str(value) for name, value in environ.items() if value is not None}
    done = subprocess.run(
        [str(SATSEG), *map(str, arguments)], capture_output=True, text=True, timeout=280, env=variables, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr, time.monotonic() - began)


def words(source: object, output: Path | str, *more: object) -> list[object]:
    """Arguments that make the rasters in a folder."""
    return [
        "segment", source, "--output", f"{output}/map.tif", "--confidence", f"{output}/confidence.tif",
        "--runtime", "onnx", "--threads", "1", *more,
    ]  # fmt: skip


def make_job(folder: Path, write_scene: Callable[..., Path], side: int) -> Path:
    """Fill a folder with a raster that has overviews and a mask beside it, and the maps that it gives as a local file.

    Args:
        folder: where to.
        write_scene: the fixture.
        side: of the raster, px.
    """
    rng = np.random.default_rng(5)
    values = scene(side, side).astype(np.uint16) * 40 + rng.integers(0, 30, (3, side, side)).astype(np.uint16)
    write_scene(
        folder / "scene.tif", values=values, transform=from_origin(500_000, 5_000_000, PIXEL / 2, PIXEL / 2),
        tiled=True, blockxsize=128, blockysize=128, compress="deflate",
    )  # fmt: skip
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(folder / "scene.tif", "r+") as dataset:
        dataset.build_overviews([2, 4, 8])
        mask = np.full((side, side), 255, np.uint8)
        mask[200:500, 300:900] = 0
        dataset.write_mask(mask)
    done = satseg(*words(folder / "scene.tif", folder / "alone"))
    assert done.code == 0, done.err
    return folder


def same_as_alone(job: Path, folder: Path) -> bool:
    """Whether rasters have the bytes of those of the local file."""
    return all((folder / name).read_bytes() == (job / "alone" / name).read_bytes() for name in RASTERS)


def check_contents_told_apart(url: str, file: Path) -> None:
    """What a store says of an object tells its contents apart, and is the same each time; ``file`` is written to."""
    told = []
    for content in (b"abc", b"abd"):
        file.write_bytes(content)
        remote.upload(file, url)
        told.append(identity(url))
        assert identity(url) == told[-1]
        assert set(told[-1]) == {"bytes", "etag"}
    assert told[0] != told[1]
