"""Wall time and peak memory of ``satseg segment`` against the size of the raster.

    python -m benchmarks [--sizes 2048,8192,16384] [--runs 3] [--output docs/benchmarks.md]

Makes 8-bit RGB rasters of 0.5 m from the demo's scene, tiled and uncompressed, runs the command on each as a child
process, in turn, and writes medians as Markdown and everything as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

from satseg_core.demo_scene import make_scene

STRIP = 512
CASES: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("map", (), True),
    ("map, confidence", ("--confidence", "{folder}/confidence.tif"), True),
    ("map, polygons", ("--polygons", "{folder}/map.gpkg"), False),
)


def main() -> int:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="2048,8192,16384", help="sides of the rasters, px")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks.md"))
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    measured: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="satseg-bench-") as name:
        folder = Path(name)
        rasters = {size: make_raster(folder / f"{size}.tif", size) for size in sizes}
        for number in range(options.runs):
            for size in sizes:
                for case, words, repeated in CASES:
                    if number and not repeated:
                        continue
                    figures = measure(rasters[size], folder, words)
                    measured.setdefault(f"{size}|{case}", []).append(figures)
                    print(
                        f"run {number + 1}: {size} px, {case}: {figures['seconds']:.1f} s, {figures['peak_mb']:.0f} MB",
                        flush=True,
                    )
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(report(measured, options.runs), encoding="utf-8")
    options.output.with_suffix(".json").write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    return 0


def make_raster(path: Path, side: int) -> Path:
    """The demo's scene, repeated with mirroring so that no seams show, written strip by strip."""
    scene = make_scene()[0].transpose(2, 0, 1)
    profile: dict[str, Any] = {
        "driver": "GTiff", "count": 3, "height": side, "width": side, "dtype": "uint8", "tiled": True,
        "photometric": "RGB", "crs": "EPSG:32633", "transform": from_origin(5e5, 5e6, 0.5, 0.5), "bigtiff": "IF_SAFER",
    }  # fmt: skip
    cols = mirrored(side, scene.shape[2])
    with rasterio.open(path, "w", **profile) as dataset:
        for row in range(0, side, STRIP):
            rows = mirrored(side, scene.shape[1])[row : row + STRIP]
            dataset.write(scene[:, rows][:, :, cols], window=Window(0, row, side, len(rows)))
    return path


def mirrored(side: int, period: int) -> np.ndarray:
    """Indexes 0 to ``period`` and back, ``(side,)``."""
    place = np.arange(side) % (2 * period)
    return np.minimum(place, 2 * period - 1 - place)


def measure(raster: Path, folder: Path, words: tuple[str, ...]) -> dict[str, float]:
    """Wall time in s and peak resident memory in MB of one run, and the time of its stages."""
    output = folder / "map.tif"
    command = [
        sys.executable,
        "-m",
        "satseg_core",
        "segment",
        str(raster),
        "--output",
        str(output),
        "--overwrite",
        "--progress",
        "none",
    ]
    began = time.perf_counter()
    child = subprocess.Popen(
        [*command, *(word.format(folder=folder) for word in words)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if child.wait():
        raise SystemExit(f"satseg failed on {raster.name} with exit code {child.returncode}")
    seconds = time.perf_counter() - began
    record = json.loads(output.with_suffix(".json").read_text())
    counted = {"peak_mb": record["peak_memory_mb"], "polygons": record["polygons"] or 0}
    return {"seconds": seconds, **counted, **{f"stage {k}": v for k, v in record["seconds"].items()}}


def report(measured: dict[str, list[dict[str, float]]], runs: int) -> str:
    """The Markdown page."""
    where = (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, no GPU, Python {platform.python_version()}"
    )
    lines = [
        "# Time and memory of `satseg segment`",
        "",
        f"Medians of {runs} runs by `make bench` (`python -m benchmarks`) on {where}:",
        "8-bit RGB of 0.5 m a px (the demo's scene, repeated), default model and options. Time is that of the whole",
        "command, start of Python included; memory is the peak resident set.",
        "",
        "| raster | outputs | wall time | of it network, reading, blending | peak memory |",
        "| ---: | --- | ---: | ---: | ---: |",
    ]
    for key, figures in measured.items():
        side, case = key.split("|")
        lines.append(
            f"| {int(side) ** 2 / 1e6:.0f} Mpx | {case}{_polygons(figures)} | {_median(figures, 'seconds'):.1f} s |"
            f" {_median(figures, 'stage segment'):.1f} s | {_median(figures, 'peak_mb'):.0f} MB |"
        )
    return "\n".join(lines) + "\n"


def _polygons(figures: list[dict[str, float]]) -> str:
    count = int(figures[0]["polygons"])
    return f" ({count:,} of them, one run)" if count else ""


def _median(figures: list[dict[str, float]], name: str) -> float:
    return statistics.median(figure[name] for figure in figures)


if __name__ == "__main__":
    sys.exit(main())
