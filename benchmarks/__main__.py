"""Time and memory of ``satseg segment`` beside its network alone, from small rasters to a thousand million px.

    python -m benchmarks [--runs 3] [--threads 2] [--quick] [--output docs/benchmarks.md]

Makes 8-bit RGB rasters from the demo's scene and runs the command on each as a child process. What is compared
is run in turn, again and again, and medians are taken. Writes Markdown, JSON and a picture.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from functools import partial
from pathlib import Path
from typing import Callable

from benchmarks import rasters
from benchmarks.measure import Figures, alone, job
from benchmarks.report import write_report

SIDES = (2048, 4096, 8192, 16384)
"""Px a side: one, four, sixteen and sixty-four times so many px."""

MAIN = 8192
"""The raster that most is measured on: 67 Mpx."""

MOSAIC = 2
"""The largest raster is a mosaic of so many by so many of the largest of `SIDES`."""

LONG, SHORT = 131_072, 1024
"""Sides of a very wide and of a very tall raster, px: 134 Mpx."""

NATIVE = 2.44
"""The default model's px, m: on a raster of such px the network has to run on every one."""

OVERLAPS = (0, 32, 64, 128)
"""Of tiles, model px."""

NETWORKS = (("onnx", "float32"), ("openvino", "float32"), ("openvino", "bfloat16"), ("torch", "float32"))
"""Runtimes and what they multiply in."""

Measured = dict[str, list[Figures]]


def main() -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="of what is compared with each other")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="small rasters, one run: to see that it works")
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks.md"))
    options = parser.parse_args()
    shrink = 8 if options.quick else 1
    with tempfile.TemporaryDirectory(prefix="satseg-bench-") as name:
        bench = Bench(Path(name), 1 if options.quick else options.runs, options.threads, shrink)
        measured = bench.run()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.with_suffix(".json").write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    write_report(options.output, measured, options.threads)
    return 0


class Bench:
    """All cases.

    Args:
        folder: for rasters and results.
        runs: how often compared cases are run.
        threads: of the runtime.
        shrink: sides of all rasters are divided by it.
    """

    def __init__(self, folder: Path, runs: int, threads: int, shrink: int) -> None:
        self._folder = folder
        self._runs = runs
        self._threads = ("--threads", threads)
        self._shrink = shrink
        self._measured: Measured = {}

    def run(self) -> Measured:
        """Measure everything."""
        made = {side: self._raster(side) for side in SIDES}
        self._pairs("", made[MAIN], self._runs)
        native = self._folder / "native.tif"
        side = MAIN // self._shrink
        self._pairs("native ", rasters.make_raster(native, side, side, pixel=NATIVE), min(self._runs, 2))
        native.unlink()
        self._overlaps(made[MAIN])
        self._sizes(made)
        self._layouts(made[MAIN])
        self._networks(made[MAIN])
        self._few_tiles(made[MAIN])
        self._note("seams", lambda: alone("seams", made[MAIN], *self._threads))
        return self._measured

    def _raster(self, side: int, layout: str = "tiled") -> Path:
        name = f"{side}-{layout.replace(' ', '-')}.tif"
        return rasters.make_raster(self._folder / name, side // self._shrink, side // self._shrink, layout)

    def _note(self, case: str, measure: Callable[[], Figures]) -> None:
        figures = measure()
        self._measured.setdefault(case, []).append(figures)
        words = [f"{figures['seconds']:.2f} s"] if "seconds" in figures else []
        words += [f"{figures['peak_mb']:.0f} MB"] if "peak_mb" in figures else []
        print(f"{case}: {', '.join(words) or figures}", flush=True)

    def _job(self, raster: Path, *words: object) -> Callable[[], Figures]:
        # The runtime of the bare network, not what is faster here.
        return lambda: job(raster, self._folder, *self._threads, "--runtime", "onnx", *words)

    def _pairs(self, kind: str, raster: Path, runs: int) -> None:
        """The whole job beside the network alone, and what is asked for besides."""
        tiny = rasters.make_raster(self._folder / "tiny.tif", 64, 64)
        for _ in range(runs):
            self._note(f"{kind}network", lambda: alone("network", raster, *self._threads))
            self._note(f"{kind}start", self._job(tiny))
            self._note(f"{kind}map", self._job(raster))
            self._note(f"{kind}confidence", self._job(raster, "--confidence", self._folder / "confidence.tif"))
            self._note(f"{kind}polygons", self._job(raster, "--polygons", self._folder / "map.gpkg"))

    def _overlaps(self, raster: Path) -> None:
        """The network alone with tiles that overlap more or less."""
        for overlap in OVERLAPS:
            words = ("--overlap", overlap, *self._threads)
            self._note(f"overlap {overlap}", partial(alone, "network", raster, *words))

    def _sizes(self, made: dict[int, Path]) -> None:
        """Cost against the number of px."""
        for side, raster in made.items():
            self._note(f"size {side}", self._job(raster))
        largest = max(made)
        mosaic = rasters.make_mosaic(self._folder / "mosaic.vrt", made[largest], MOSAIC)
        self._note(f"size {MOSAIC * largest}", self._job(mosaic))
        self._note(f"size {MOSAIC * largest}, 500 MB", self._job(mosaic, "--memory", "500"))

        long, short = LONG // self._shrink, SHORT // self._shrink
        for name, shape in (("wide", (short, long)), ("tall", (long, short))):
            path = rasters.make_raster(self._folder / f"{name}.tif", *shape, layout="strips")
            self._note(f"shape {name}", self._job(path))
            path.unlink()

    def _layouts(self, raster: Path) -> None:
        """The same px in other files."""
        cog = rasters.make_cog(self._folder / "cog.tif", raster)
        self._note("layout COG, JPEG", self._job(cog))
        for layout in rasters.LAYOUTS:
            path = raster if layout == "tiled" else self._raster(MAIN, layout)
            self._note(f"layout {layout}", self._job(path))

    def _networks(self, raster: Path) -> None:
        """The default model in each runtime, and the prototype's network."""
        for _ in range(self._runs):
            for runtime, precision in NETWORKS:
                words = ("--runtime", runtime, "--precision", precision, *self._threads)
                self._note(f"runtime {runtime}, {precision}", partial(alone, "network", raster, *words))
            self._note("source", lambda: alone("source", *self._threads))

    def _few_tiles(self, raster: Path) -> None:
        """Two squares of 100 m, far apart."""
        side = MAIN // self._shrink * rasters.PIXEL
        mask = rasters.make_squares(
            self._folder / "mask.geojson", [(0.2 * side, 0.3 * side), (0.7 * side, 0.6 * side)], 100
        )
        self._note("squares", self._job(raster, "--mask", mask))


if __name__ == "__main__":
    raise SystemExit(main())
