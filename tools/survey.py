"""Map every raster of a folder with the installed command and write what came of it as a Markdown table.

    python tools/survey.py FOLDER docs/odd-rasters.md

Each raster gives a correct map (the table says its size, warnings and time) or one sentence. A map is checked:
same CRS, transform and size as its raster, no class where the raster has no data, no nodata where it has.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.windows import Window

HEAD = """# Real, odd rasters

Every file of rasterio's, rio-tiler's and opengeos' test data at hand, mapped with the default model by

    python tools/survey.py FOLDER docs/odd-rasters.md

Each map was checked against its raster: same CRS, transform and size; 255 exactly where there is no data.
Most of these files are no aerial images at all: what is shown here is that each is read rightly or refused clearly.

| raster | size, type | CRS, pixel | outcome | time |
| --- | --- | --- | --- | --- |
"""


def main() -> int:
    """Survey the folder; 1 if any raster gives neither a correct map nor one sentence."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("table", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore", NotGeoreferencedWarning)
    rows, failures = [], 0
    for path in sorted(options.folder.rglob("*.tif")):
        row, good = survey(path, str(path.relative_to(options.folder)))
        rows.append(row)
        failures += not good
        print(row, flush=True)
    options.table.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(rows)} rasters, {failures} neither mapped rightly nor refused clearly")
    return 1 if failures else 0


def survey(path: Path, name: str) -> tuple[str, bool]:
    """One row of the table, and whether the outcome is as it should be."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "map.tif"
        began = time.monotonic()
        run = subprocess.run(
            [sys.executable, "-m", "satseg_core", "segment", str(path), "--output", str(output), "--progress", "json"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        seconds = time.monotonic() - began
        events = [json.loads(line) for line in run.stdout.splitlines()]
        good, outcome = judge(path, output, run.returncode, events)
    outcome = outcome.replace(str(path), Path(name).name).replace("|", "/")
    return f"| {name} | {describe(path)} | {outcome} | {seconds:.0f} s |", good


def judge(path: Path, output: Path, code: int, events: list[dict]) -> tuple[bool, str]:
    """Whether it is a correct map or a clear sentence, in words."""
    last = events[-1] if events else {}
    if code != 0:
        sentence = last.get("text", "")
        clear = last.get("event") == "error" and sentence.endswith((".", ")")) and "unexpectedly" not in sentence
        return clear and not list(output.parent.iterdir()), f"**refused**: {sentence}"
    problem = check(path, output)
    if problem:
        return False, f"**WRONG**: {problem}"
    top = max(last["areas"], key=lambda area: area["percent"])
    share = f"{top['name']} {top['percent']:.0f} %" if top["pixels"] else "no data anywhere"
    said = " ".join(last["warnings"])
    return True, f"mapped ({share}). {said}".strip()


def check(path: Path, output: Path) -> str:
    """What is wrong with a map; empty if nothing is."""
    with rasterio.open(path) as source, rasterio.open(output) as found:
        if (source.crs, source.shape) != (found.crs, found.shape) or not source.transform.almost_equals(
            found.transform
        ):
            return "another grid"
        for window in windows(source.shape):
            data = found.read(1, window=window) != 255
            if not np.array_equal(data, valid(source, window)):
                return "nodata differs"
    return ""


def windows(shape: tuple[int, int], side: int = 4096) -> Iterator[Window]:
    """Windows that cover a raster."""
    for row in range(0, shape[0], side):
        for col in range(0, shape[1], side):
            yield Window(col, row, min(side, shape[1] - col), min(side, shape[0] - row))


def valid(source: rasterio.DatasetReader, window: Window) -> np.ndarray:
    """Where the raster has data: not by its value, nor its alpha band, nor its mask band, and finite numbers."""
    alphas = [i for i, kind in zip(source.indexes, source.colorinterp) if kind.name == "alpha"]
    colours = [i for i in source.indexes if i not in alphas]
    # As many as the model reads: three where there are three, else the one.
    bands = colours[:3] if len(colours) >= 3 else colours[:1]
    values = source.read(bands, window=window)
    data = np.zeros(values.shape[1:], bool)
    for band, nodata in zip(values, (source.nodatavals[i - 1] for i in bands)):
        data |= True if nodata is None or np.isnan(nodata) else band != nodata
    if "float" in source.dtypes[0]:
        data &= np.isfinite(values).all(axis=0)
    if alphas:
        data &= source.read(alphas[0], window=window) > 0
    flags = source.mask_flag_enums[bands[0] - 1]
    if not {"all_valid", "nodata", "alpha"} & {flag.name for flag in flags}:
        data &= (source.read_masks(bands, window=window) > 0).any(axis=0)
    return data


def describe(path: Path) -> str:
    """Size, type, CRS and pixel of a raster."""
    with rasterio.open(path) as source:
        crs = source.crs.to_authority() if source.crs else None
        name = ":".join(crs) if crs else ("custom" if source.crs else "none")
        return f"{source.width} x {source.height} x {source.count} {source.dtypes[0]} | {name}, {source.res[0]:.4g}"


if __name__ == "__main__":
    sys.exit(main())
