"""A scene, what the installed command makes of it, and a Dask cluster as users start one."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from tests.e2e.command import PIXEL, satseg, scene


@pytest.fixture(scope="session")
def write_scene() -> Callable[..., Path]:
    """Write a scene as a GeoTIFF; keywords go to the profile."""

    def write(
        path: Path, height: int = 300, width: int = 420, values: np.ndarray | None = None, **profile: Any
    ) -> Path:
        values = scene(height, width) if values is None else values
        settings = {
            "driver": "GTiff",
            "count": len(values),
            "height": values.shape[1],
            "width": values.shape[2],
            "dtype": values.dtype,
            "crs": "EPSG:32633",
            "transform": from_origin(500_000, 5_000_000, 0.5, 0.5),
            "photometric": "RGB" if len(values) == 3 else None,
            **profile,
        }
        with rasterio.open(path, "w", **{k: v for k, v in settings.items() if v is not None}) as dataset:
            dataset.write(values)
        return path

    return write


@pytest.fixture(scope="session")
def mapped(tmp_path_factory: pytest.TempPathFactory, write_scene: Callable[..., Path]) -> Path:
    """A folder with a scene at the model's pixel size and everything that ``segment`` writes of it."""
    folder = tmp_path_factory.mktemp("mapped")
    write_scene(folder / "scene.tif", 700, 900, transform=from_origin(500_000, 5_000_000, PIXEL, PIXEL))
    run = satseg(
        "segment", folder / "scene.tif", "--output", folder / "map.tif", "--polygons", folder / "map.gpkg",
        "--confidence", folder / "confidence.tif", "--progress", "json",
    )  # fmt: skip
    assert run.code == 0, run.err
    (folder / "events.jsonl").write_text(run.out)
    return folder


@pytest.fixture
def scheduler(scheduler_process: tuple[str, subprocess.Popen]) -> str:
    """Address of a scheduler."""
    return scheduler_process[0]


@pytest.fixture
def scheduler_process(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen]]:
    """A scheduler as users start one: its address, and its process."""
    program = Path(sys.executable).with_name("dask")
    child = subprocess.Popen(
        [program, "scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    assert child.stderr
    for line in child.stderr:
        found = re.search(r"Scheduler at:\s+(tcp://\S+)", line)
        if found:
            break
    yield (found.group(1) if found else ""), child
    child.terminate()
    child.communicate()


@pytest.fixture
def add_worker(scheduler: str, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts workers of the scheduler, with so many threads each."""
    program = Path(sys.executable).with_name("dask")
    children = []

    def add(threads: int = 1) -> subprocess.Popen:
        place = ["--host", "127.0.0.1", "--local-directory", str(tmp_path)]
        options = ["--nthreads", str(threads), "--no-dashboard", *place]
        child = subprocess.Popen([program, "worker", scheduler, *options], stderr=subprocess.DEVNULL, cwd=tmp_path)
        children.append(child)
        return child

    yield add
    for child in children:
        child.terminate()
    for child in children:
        child.wait(30)
