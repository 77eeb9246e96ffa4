"""What a cluster costs: real workers on this machine, and simulated ones by the hundred.

    python -m benchmarks.cluster [--runs 3] [--quick] [--real] [--output docs/cluster-benchmark.md]

Real runs are compared in turn, forth and back, as the speed of machines drifts; medians are taken. Ideal for two
workers is what two plain runs with one thread each get done side by side. Writes Markdown and JSON;
``python -m benchmarks.scale`` makes predictions from them. Takes three quarters of an hour on two cores, and wants a
machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable

from benchmarks.measure import Figures, alone, job
from benchmarks.rasters import make_raster
from benchmarks.simulated import simulate

SIDE, QUICK_SIDE = 20_000, 4096
"""Px a side of the raster that real workers map: 400 Mpx, and what is taken with ``--quick``."""

TINY_SIDE = 512
"""Of a raster on which workers have next to nothing to do: what is left is starting and ending them."""

NETWORK_SIDE = 6144
"""Of the raster whose tiles the bare network runs: so many that it is no short burst, which machines do faster."""

NATIVE = 2.44
"""The default model's px, m: the network has to run on every px."""

RUNTIME = ("--runtime", "onnx")
"""The same everywhere; `auto` would measure runtimes, which is not what is asked here."""

SLOW = ((1, 8), (4, 32), (16, 128), (64, 1000), (128, 2000), (256, 20_000))
"""Numbers of workers, and of blocks."""

FAST = ((1, 40), (4, 160), (16, 640), (64, 1000), (128, 2000), (256, 4000))

QUICK_SLOW, QUICK_FAST = ((1, 6), (16, 96), (64, 400)), ((1, 10), (16, 200), (64, 1000))
"""With ``--quick``."""

WAYS = ("plain", "one worker", "two workers", "two plain runs side by side")
"""Ways to map the raster, as the page has them."""

BLOCK_SECONDS = 2.8
"""A block of 4.2 Mpx at the model's own px on one slow core: 18 to 23 s on two cores for 16 blocks (`make bench`)."""

FAST_SECONDS = 0.35
"""The same at a fifth of its px: 0.5 m."""


def main() -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a small raster and few workers: to see that it works")
    parser.add_argument("--real", action="store_true", help="real workers alone; simulated ones as the page has them")
    parser.add_argument("--output", type=Path, default=Path("docs/cluster-benchmark.md"))
    options = parser.parse_args()
    slow, fast = (QUICK_SLOW, QUICK_FAST) if options.quick else (SLOW, FAST)
    with tempfile.TemporaryDirectory(prefix="satseg-cluster-") as name:
        runs, side = (1, QUICK_SIDE) if options.quick else (options.runs, SIDE)
        found: dict[str, Any] = {"real": real(Path(name), runs, side)}
    figures = options.output.with_suffix(".json")
    if options.real:
        found = {**json.loads(figures.read_text(encoding="utf-8")), **found}
    else:
        found["simulated"] = [simulate(workers, blocks, BLOCK_SECONDS) for workers, blocks in slow]
        found["fast"] = [simulate(workers, blocks, FAST_SECONDS) for workers, blocks in fast]
    figures.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    options.output.write_text(page(found), encoding="utf-8")
    return 0


def real(folder: Path, runs: int, side: int) -> dict[str, Any]:
    """Each way to map the same raster: seconds, a list each, and tiles; and what a model needs to foretell them."""
    raster = make_raster(folder / "in.tif", side, side, "tiled", NATIVE)
    tiny = make_raster(folder / "tiny.tif", TINY_SIDE, TINY_SIDE, "tiled", NATIVE)
    small = make_raster(folder / "small.tif", NETWORK_SIDE, NETWORK_SIDE, "tiled", NATIVE)
    ways: dict[str, Callable[[], Figures]] = {
        "plain": lambda: one(raster, folder),
        "one worker": lambda: one(raster, folder, "--workers", 1),
        "two workers": lambda: one(raster, folder, "--workers", 2),
        "two plain runs side by side": lambda: side_by_side(raster, folder),
        "tiny": lambda: one(tiny, folder),
        "tiny, one worker": lambda: one(tiny, folder, "--workers", 1),
        "tiny, two workers": lambda: one(tiny, folder, "--workers", 2),
        "network, two threads": lambda: alone("network", small, "--threads", 2),
        "network, one thread": lambda: two_networks(small),
    }
    figures: dict[str, list[Figures]] = {way: [] for way in ways}
    for number in range(runs):
        for way in list(ways) if number % 2 == 0 else reversed(ways):
            figures[way].append(ways[way]())
    every = ("seconds", "core_seconds")
    return {
        "pixels": side * side,
        **{what: {way: [found.get(what) for found in runs_of] for way, runs_of in figures.items()} for what in every},
        "tiles": {way: found[0]["tiles"] for way, found in figures.items()},
    }


def one(raster: Path, folder: Path, *words: object) -> Figures:
    """A run of the command, with the time of all cores that it had."""
    before = cores_had()
    return {**job(raster, folder, *RUNTIME, *words), "core_seconds": cores_had() - before}


def cores_had() -> float:
    """Time of cores, s, that processes had which this one has seen end, and their children."""
    times = os.times()
    return times.children_user + times.children_system


def side_by_side(raster: Path, folder: Path) -> Figures:
    """Two runs of one thread each on the same raster, s for half of their work: what two workers should take."""

    def run(name: str) -> Figures:
        (folder / name).mkdir(exist_ok=True)
        return one(raster, folder / name, "--threads", 1)

    before, began = cores_had(), time.perf_counter()
    first, _ = both(run)
    seconds, cores = time.perf_counter() - began, cores_had() - before
    return {"seconds": seconds / 2, "core_seconds": cores / 2, "tiles": first["tiles"]}


def two_networks(raster: Path) -> Figures:
    """The bare network with one thread while the other core has another: that is how workers have it."""
    first, second = both(lambda _: alone("network", raster, "--threads", 1))
    return {"seconds": (first["seconds"] + second["seconds"]) / 2, "tiles": first["tiles"]}


def both(run: Callable[[str], Figures]) -> list[Figures]:
    """Two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, ("a", "b")))


def page(found: dict[str, Any]) -> str:
    """The figures as Markdown."""
    real_runs = found["real"]
    seconds = {way: statistics.median(times) for way, times in real_runs["seconds"].items()}
    plain = seconds["plain"]
    over = ratios(real_runs["seconds"], "one worker", "plain")
    of_ideal = ratios(real_runs["seconds"], "two plain runs side by side", "two workers")
    rows = [
        (way, f"{seconds[way]:.1f}", spread(real_runs["seconds"][way]), f"{seconds[way] / plain:.2f}",
         f"{statistics.median(real_runs['core_seconds'][way]):.1f}", f"{real_runs['tiles'][way]:,}")
        for way in WAYS
    ]  # fmt: skip
    starting = {count: seconds[f"tiny, {count}"] - seconds["tiny"] for count in ("one worker", "two workers")}
    return "\n".join(
        (
            "# Workers in figures",
            "",
            "By `python -m benchmarks.cluster`.",
            "",
            "## Real workers, on this machine",
            "",
            (
                f"{real_runs['pixels'] / 1e6:.0f} Mpx of {NATIVE} m, ONNX Runtime, the whole command, medians of"
                f" {len(real_runs['seconds']['plain'])}. The files are the"
            ),
            "same, byte for byte. Two plain runs side by side have one thread each; their time is halved: the ideal",
            "for two workers of one thread each.",
            "",
            table(("way", "s", "from - to", "of plain", "s of cores", "tiles"), rows),
            "",
            "Round by round, every second one backwards, of runs that follow each other:",
            "",
            f"* one worker takes {spread(over, 2)} of the plain run's time, median {statistics.median(over):.2f};",
            f"* two reach {spread(of_ideal, 2)} of the ideal, median {statistics.median(of_ideal):.2f}.",
            "",
            (
                f"Starting and ending workers, on a raster of {TINY_SIDE} px a side: {starting['one worker']:.1f} s for"
                f" one, {starting['two workers']:.1f} s for two."
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


def ratios(seconds: Mapping[str, Sequence[float]], way: str, other: str) -> list[float]:
    """Of the times of two ways, round by round."""
    return [one / two for one, two in zip(seconds[way], seconds[other])]


def spread(values: Sequence[float], digits: int = 1) -> str:
    """The least and the most."""
    return f"{min(values):.{digits}f} - {max(values):.{digits}f}"


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
