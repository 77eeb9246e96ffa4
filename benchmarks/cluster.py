"""What a cluster costs: real workers on this machine, and simulated ones by the hundred.

    python -m benchmarks.cluster [--runs 3] [--quick] [--long] [--output docs/cluster-benchmark.md]

Real runs are compared in turn, medians are taken. Ideal for two workers is what two plain runs with one thread each get
done side by side. Writes Markdown and JSON; ``python -m benchmarks.scale`` makes predictions from them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.measure import job
from benchmarks.rasters import make_raster
from benchmarks.simulated import simulate

SIDE = 8192
"""Px a side of the raster that real workers map: 67 Mpx."""

NATIVE = 2.44
"""The default model's px, m: the network has to run on every px."""

RUNTIME = ("--runtime", "onnx")
"""The same everywhere; `auto` would measure runtimes, which is not what is asked here."""

SIMULATED = ((1, 8), (4, 32), (16, 128), (64, 1000), (128, 2000), (256, 4000))
"""Numbers of workers, and of blocks."""

QUICK, QUICK_FAST = ((1, 6), (16, 96), (64, 400)), ((1, 10), (16, 200), (64, 1000))
"""With ``--quick``: for slow blocks and for fast ones."""

LONG = (256, 20_000)
"""With ``--long``."""

BLOCK_SECONDS = 2.8
"""A block of 4.2 Mpx at the model's own px on one core (docs/benchmarks.md: 22.5 s on two cores for 16 blocks)."""

FAST_SECONDS = 0.35
"""The same at a fifth of its px: 0.5 m."""


def main() -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a small raster and few workers: to see that it works")
    parser.add_argument("--long", action="store_true", help="tens of thousands of simulated blocks besides")
    parser.add_argument("--output", type=Path, default=Path("docs/cluster-benchmark.md"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="satseg-cluster-") as name:
        found = {"real": real(Path(name), 1 if options.quick else options.runs, SIDE // 2 if options.quick else SIDE)}
    slow, fast = (QUICK, QUICK_FAST) if options.quick else (SIMULATED, SIMULATED)
    slow = (*slow, LONG) if options.long else slow
    found["simulated"] = [simulate(workers, blocks, BLOCK_SECONDS) for workers, blocks in slow]
    found["fast"] = [simulate(workers, blocks, FAST_SECONDS) for workers, blocks in fast]
    options.output.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    options.output.write_text(page(found), encoding="utf-8")
    return 0


def real(folder: Path, runs: int, side: int) -> dict[str, Any]:
    """Seconds of each way to map the same raster, a list each."""
    raster = make_raster(folder / "in.tif", side, side, "tiled", NATIVE)
    ways: dict[str, Any] = {
        "plain": lambda: one(raster, folder),
        "one worker": lambda: one(raster, folder, "--workers", 1),
        "two workers": lambda: one(raster, folder, "--workers", 2),
        "two plain runs side by side": lambda: side_by_side(raster, folder),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(runs):
        for way, run in ways.items():
            seconds[way].append(run())
    return {"mpx": side * side / 1e6, "seconds": seconds}


def one(raster: Path, folder: Path, *words: object) -> float:
    """Wall time of a run, s."""
    return float(job(raster, folder, *RUNTIME, *words)["seconds"])


def side_by_side(raster: Path, folder: Path) -> float:
    """Two runs of one thread each on the same raster, s for half of their work: what two workers should take."""

    def run(name: str) -> float:
        (folder / name).mkdir(exist_ok=True)
        return one(raster, folder / name, "--threads", 1)

    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, ("a", "b")))
    return (time.perf_counter() - began) / 2


def page(found: dict[str, Any]) -> str:
    """The figures as Markdown."""
    seconds = {way: statistics.median(times) for way, times in found["real"]["seconds"].items()}
    plain, ideal = seconds["plain"], seconds["two plain runs side by side"]
    rows = [(way, f"{value:.1f}", f"{value / plain:.2f}") for way, value in seconds.items()]
    return "\n".join(
        (
            "# Workers in figures",
            "",
            "By `python -m benchmarks.cluster`.",
            "",
            "## Real workers, on this machine",
            "",
            f"{found['real']['mpx']:.0f} Mpx of {NATIVE} m, ONNX Runtime, the whole command, medians. The files are",
            "the same, byte for byte. Two plain runs side by side have one thread each; their time is halved.",
            "",
            table(("way", "s", "of plain"), rows),
            "",
            (
                f"One worker: {100 * (seconds['one worker'] / plain - 1):.1f} % over the plain run. Two workers:"
                f" {ideal / seconds['two workers']:.2f} of the ideal."
            ),
            "",
            "## Simulated workers",
            "",
            "Workers that sleep for as long as a block takes and give results of the size of true ones; scheduler,",
            "connections and writer are real, and share this machine with the workers' threads.",
            "",
            f"### {BLOCK_SECONDS} s a block",
            "",
            simulated_table(found["simulated"]),
            "",
            f"### {FAST_SECONDS} s a block",
            "",
            simulated_table(found["fast"]),
            "",
        )
    )


def simulated_table(rows: Sequence[dict[str, float]]) -> str:
    """A row for each number of workers."""
    head = ("workers", "blocks", "s", "of the ideal", "blocks a second", "ms of the command", "ms of the scheduler")
    return table(
        head,
        [
            (
                f"{row['workers']:.0f}",
                f"{row['blocks']:,.0f}",
                f"{row['seconds']:.1f}",
                f"{row['ideal'] / row['seconds']:.2f}",
                f"{row['blocks'] / row['seconds']:.1f}",
                f"{1000 * row['command_cpu']:.1f}",
                f"{1000 * row['scheduler_cpu']:.1f}",
            )
            for row in rows
        ],
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown; all columns but the first to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    raise SystemExit(main())
