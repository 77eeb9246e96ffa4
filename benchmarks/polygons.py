"""Polygons beside GDAL's own and the naive way: time, memory, vertices, and whether they fit together.

    python -m benchmarks.polygons [--side 16384] [--quick] [--output docs/polygons-benchmark.md]

The map is smooth noise: seven fields, white noise smoothed with sigma 6 px, the highest wins; over five thousand
polygons in a million px. Each way runs in a process of its own, one after the other: ``satseg vectorize``; GDAL's
``gdal_polygonize`` (where it is installed: it comes with gdal-bin and python3-gdal); and, on a sixteenth of the map,
as it holds everything in memory, ``rasterio.features.shapes`` with each polygon simplified by itself. Then everything
is read back and compared with the map.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import json
import pstats
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import rasterio
import shapely
from rasterio.transform import from_origin
from rasterio.windows import Window

from benchmarks.rasters import make_mosaic
from satseg_core.vector.block import BLOCK, BlockWorker, Job, Task
from training.comparison import table

SIGMA = 6.0
CLASSES = 7
PIECE = 2048
LARGEST_CHECKED = 120_000
"""More polygons than this are not looked at together, which would take longer than everything else: only their
validity and area are."""

INTRODUCTION = """By `python -m benchmarks.polygons`: smooth noise of seven classes (sigma 6 px), 0.5 m a px; memory is
that of all processes together. *Coverage*: GEOS finds that neighbours share every vertex (not looked at in the large
map)."""

NAIVE = """
import sys, numpy, pyogrio.raw, rasterio, rasterio.features, shapely
from shapely.geometry import shape
with rasterio.open(sys.argv[1]) as dataset:
    found = [(shape(g), c) for g, c in rasterio.features.shapes(
        rasterio.band(dataset, 1), connectivity=4, transform=dataset.transform)]
    tolerance = float(sys.argv[3]) * dataset.transform.a
shapes = numpy.array([g for g, _ in found], object)
if tolerance:
    shapes = shapely.simplify(shapes, tolerance)
kept = ~shapely.is_empty(shapes)
pyogrio.raw.write(sys.argv[2], geometry=shapely.to_wkb(shapes[kept]), geometry_type="Unknown", crs=str(dataset.crs),
    field_data=[numpy.array([c for _, c in found])[kept]], fields=["code"], driver="GPKG", layer="naive")
"""


def main() -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.polygons", description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=16384, help="of the map, px")
    parser.add_argument("--profile", action="store_true", help="say where the time of a block goes, and no more")
    parser.add_argument("--quick", action="store_true", help="a small map: to see that it works")
    parser.add_argument("--output", type=Path, default=Path("docs/polygons-benchmark.md"))
    options = parser.parse_args()
    if options.profile:
        print(profile())
        return 0
    side = 2048 if options.quick else options.side
    with tempfile.TemporaryDirectory(prefix="satseg-polygons-") as name:
        folder = Path(name)
        large, small = make_noise(folder / "large.tif", side), make_noise(folder / "small.tif", side // 4)
        figures = {
            f"{mpx(side)} Mpx": [measured(label, words, large, folder) for label, words in ways(0)],
            f"{mpx(side // 4)} Mpx": [measured(label, words, small, folder) for label, words in ways(1)],
            f"{mpx(2 * side)} Mpx": [
                measured(label, words, make_mosaic(folder / "mosaic.vrt", large, 2), folder, checks=False)
                for label, words in ways(0)[:1]
            ],
        }
    options.output.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    options.output.write_text(page(figures), encoding="utf-8")
    return 0


def profile() -> str:
    """Where the time of four blocks of the map goes, by function."""
    collected, text = cProfile.Profile(), io.StringIO()
    with tempfile.TemporaryDirectory() as name:
        labels = make_noise(Path(name) / "map.tif", 2 * BLOCK)
        with BlockWorker(Job(labels, simplify=2.0)) as worker:
            worker.run(Task(0, 0))
            collected.enable()
            for row, column in np.ndindex(2, 2):
                worker.run(Task(row * BLOCK, column * BLOCK))
            collected.disable()
    pstats.Stats(collected, stream=text).sort_stats("cumulative").print_stats("satseg_core|shapely", 24)
    return text.getvalue()


def mpx(side: int) -> int:
    """Million px of a square."""
    return round(side * side / 1e6)


def make_noise(path: Path, side: int) -> Path:
    """The map, made in pieces of `PIECE` px that have noise of their own."""
    profile: dict[str, Any] = {
        "driver": "GTiff", "count": 1, "height": side, "width": side, "dtype": "uint8", "nodata": 255, "tiled": True,
        "crs": "EPSG:32633", "transform": from_origin(5e5, 5e6, 0.5, 0.5), "compress": "DEFLATE", "zlevel": 1,
    }  # fmt: skip
    size = min(PIECE, side)
    waves = np.fft.fftfreq(size)[:, None] ** 2 + np.fft.rfftfreq(size)[None] ** 2
    smoothing = np.exp(-2 * (np.pi * SIGMA) ** 2 * waves).astype(np.float32)
    with rasterio.open(path, "w", **profile) as dataset:
        for row, col in np.ndindex(-(-side // size), -(-side // size)):
            rng = np.random.default_rng([row, col])
            best, codes = np.full((size, size), -np.inf), np.zeros((size, size), np.uint8)
            for code in range(CLASSES):
                noise = np.fft.rfft2(rng.standard_normal((size, size), np.float32))
                field = np.fft.irfft2(noise * smoothing, (size, size))
                np.copyto(codes, np.uint8(code), where=field > best)
                np.maximum(best, field, out=best)
            window = Window(col * size, row * size, size, size).intersection(Window(0, 0, side, side))
            dataset.write(codes[: window.height, : window.width], 1, window=window)
    return path


def ways(naive: int) -> list[tuple[str, list[str]]]:
    """The commands, with ``{map}`` and ``{out}`` for the files."""
    satseg = [sys.executable, "-m", "satseg_core", "vectorize", "{map}", "--output", "{out}", "--progress", "none"]
    found = [
        ("satseg", satseg),
        ("satseg, simplified by 2 px", [*satseg, "--simplify", "2"]),
        ("satseg, smoothed and simplified by 1 px", [*satseg, "--smooth", "--simplify", "1"]),
        ("satseg, areas under 25 m² merged", [*satseg, "--min-area", "25"]),
    ]
    gdal = shutil.which("gdal_polygonize.py")
    if gdal:
        found.append(("gdal_polygonize", [gdal, "-q", "{map}", "-f", "GPKG", "{out}"]))
    if naive:
        words = [sys.executable, "-c", NAIVE, "{map}", "{out}"]
        found += [("shapes, as they are", [*words, "0"]), ("shapes, each simplified by 2 px", [*words, "2"])]
    return found


def measured(label: str, words: Sequence[str], raster: Path, folder: Path, checks: bool = True) -> dict[str, Any]:
    """Time and memory of one way, and what its polygons are like."""
    out = folder / "out.gpkg"
    for old in folder.glob("out.*"):
        old.unlink()
    command = [word.format(map=raster, out=out) if "{" in word and "\n" not in word else word for word in words]
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    peak = 0.0
    while child.poll() is None:
        peak = max(peak, tree_mb(child.pid))
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    if child.returncode:
        raise SystemExit(f"{label} failed: {child.stderr.read() if child.stderr else ''}")
    found: dict[str, Any] = {"label": label, "seconds": seconds, "peak_mb": peak}
    if checks:
        found.update(quality(out, raster))
    print({name: round(value, 3) if isinstance(value, float) else value for name, value in found.items()}, flush=True)
    return found


def tree_mb(pid: int) -> float:
    """Resident memory of a process and those that it began, MB; what they share is counted once for each."""
    total, waiting = 0.0, [pid]
    while waiting:
        one = Path(f"/proc/{waiting.pop()}")
        try:
            total += int((one / "statm").read_text().split()[1]) * 4096 / 1e6
            for task in (one / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (OSError, IndexError, ValueError):
            continue
    return total


def quality(path: Path, raster: Path) -> dict[str, Any]:
    """Vertices, validity, area, gaps and overlaps of the polygons in a file."""
    layer = next(name for name, kind in pyogrio.list_layers(path) if kind)
    polygons = shapely.from_wkb(pyogrio.raw.read(path, layer=layer, columns=[])[2])
    with rasterio.open(raster) as dataset:
        whole = dataset.width * dataset.height * abs(dataset.transform.a * dataset.transform.e)
    found: dict[str, Any] = {
        "polygons": len(polygons),
        "vertices": int(shapely.get_num_coordinates(polygons).sum()),
        "invalid": int((~shapely.is_valid(polygons)).sum()),
        "area_error": float(abs(shapely.area(polygons).sum() - whole) / whole),
    }
    if len(polygons) <= LARGEST_CHECKED:
        found["coverage"] = bool(shapely.coverage_is_valid(polygons))
        if found["coverage"]:
            found["gaps"] = found["overlaps"] = 0.0
        else:
            covered = shapely.union_all(shapely.make_valid(polygons)).area
            found["gaps"] = float(max(whole - covered, 0) / whole)
            found["overlaps"] = float(max(shapely.area(polygons).sum() - covered, 0) / whole)
    return found


def page(figures: dict[str, list[dict[str, Any]]]) -> str:
    """Markdown."""
    head = ("", "time", "peak memory", "polygons", "vertices", "invalid", "area error", "coverage", "gaps", "overlaps")
    parts = [
        "# Polygons, beside GDAL's and the naive way",
        INTRODUCTION,
    ]
    for size, rows in figures.items():
        parts += [f"## {size}", table(head, [_cells(row) for row in rows])]
    return "\n\n".join(parts) + "\n"


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    checked = "coverage" in row
    cost = (row["label"], f"{row['seconds']:.1f} s", f"{row['peak_mb']:.0f} MB")
    if "polygons" not in row:
        return *cost, *[""] * 7
    return (
        *cost,
        f"{row['polygons']:,}",
        f"{row['vertices']:,}",
        f"{row['invalid']:,}",
        f"{100 * row['area_error']:.4f} %",
        ("valid" if row["coverage"] else "not valid") if checked else "",
        f"{100 * row['gaps']:.2f} %" if checked else "",
        f"{100 * row['overlaps']:.2f} %" if checked else "",
    )


if __name__ == "__main__":
    raise SystemExit(main())
