"""Run the command as users do, in a process of its own, and read its time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

Figures = dict[str, Any]


def job(raster: Path, folder: Path, *words: object) -> Figures:
    """One run of ``satseg segment``: wall time in s, peak resident memory in MB, tiles, and the time of its stages."""
    output = folder / "map.tif"
    command = [sys.executable, "-m", "satseg_core", "segment", raster, "--output", output, "--overwrite"]
    began = time.perf_counter()
    child = subprocess.run(
        [str(word) for word in (*command, "--progress", "none", *words)], capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - began
    if child.returncode:
        raise SystemExit(f"satseg failed on {raster.name}: {child.stderr}")
    record = json.loads(output.with_suffix(".json").read_text(encoding="utf-8"))
    return {
        "seconds": seconds,
        "peak_mb": record["peak_memory_mb"],
        "polygons": record["polygons"] or 0,
        "tiles": record["grid"]["tiles_run"],
        "stages": record["seconds"],
    }


def alone(*words: object) -> Figures:
    """One run of `benchmarks.child`."""
    command = [sys.executable, "-m", "benchmarks.child", *map(str, words)]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed: {child.stderr}")
    found: Figures = json.loads(child.stdout.splitlines()[-1])
    return found
