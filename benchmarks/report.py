"""The page on what was measured: Markdown, and a picture of time and memory against the number of px."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.comparison import table

Measured = Mapping[str, Sequence[Mapping[str, Any]]]

LABELS = {
    "network": "the network alone, on the same tiles",
    "start": "a raster of 64 x 64 px: what starting takes",
    "map": "map",
    "confidence": "map and confidence",
    "polygons": "map and polygons",
}

HEAD = """By `make bench` (`python -m benchmarks`) on {where}, {threads} threads for the runtime: 8-bit RGB (the demo's
scene, repeated) of 0.5 m a px where nothing else is said, default model and options, ONNX Runtime. Time is that of
the whole command, start of Python included; memory is the peak resident set. Medians of several runs, taken in turn."""

TILES = """Two squares of 100 m in the raster of 67 Mpx (`--mask`): {squares} of {whole} tiles run, {seconds:.2f} s.

Against tiles of twice the side that overlap by half, {near:.2f} % of the px within 16 model px of a tile's border have
another class, and {away:.2f} % of the others: {ratio:.2f} times as many."""


def write_report(path: Path, measured: Measured, threads: int) -> None:
    """Write the page at ``path`` and its picture beside it."""
    picture = path.with_name(f"{path.stem}-size.png")
    draw_sizes(picture, measured)
    path.write_text("\n\n".join(_parts(measured, threads, picture.name)) + "\n", encoding="utf-8")


def _parts(measured: Measured, threads: int, picture: str) -> list[str]:
    where = (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, no GPU, Python {platform.python_version()}"
    )
    return [
        "# Time and memory of `satseg segment`",
        HEAD.format(where=where, threads=threads),
        "## 67 Mpx of 2.44 m, beside the network alone",
        "The model's own px: the network runs on every one of the raster.",
        _pairs(measured, "native "),
        "## 67 Mpx of 0.5 m, beside the network alone",
        "24 px of the raster are averaged to one of the model's, so there is little for the network to do.",
        _pairs(measured, ""),
        _where_time_goes(measured),
        "## Against the number of px",
        _sizes(measured),
        f"![Time and memory against the number of px]({picture})",
        "134 Mpx in strips, very wide (131072 x 1024 px) and very tall:",
        _simple(measured, "shape ", "134 Mpx"),
        "## The same px in other files",
        _simple(measured, "layout ", "67 Mpx"),
        "## The network in each runtime",
        _runtimes(measured),
        "## Tiles",
        _overlaps(measured),
        _tiles(measured),
    ]


def _pairs(measured: Measured, kind: str) -> str:
    """A table of the whole job beside the network alone."""
    floor = _median(measured, f"{kind}network")
    rows = []
    for case, label in LABELS.items():
        name = f"{kind}{case}"
        seconds = _median(measured, name)
        memory = f"{_median(measured, name, 'peak_mb'):.0f} MB" if "peak_mb" in measured[name][0] else ""
        rows.append((label, f"{seconds:.2f} s", f"{seconds / floor:.2f}", memory))
    return table(("", "wall time", "beside the network", "peak memory"), rows)


def _where_time_goes(measured: Measured) -> str:
    floor = _median(measured, "network")
    stages = {
        name: statistics.median(run["stages"][name] for run in measured["map"]) for name in measured["map"][0]["stages"]
    }
    listing = ", ".join(f"`{name}` {seconds:.2f} s" for name, seconds in stages.items())
    rest = _median(measured, "map") - sum(stages.values())
    return (
        f"Of the map's time, {listing}; starting and ending take {rest:.2f} s. While the network runs ({floor:.2f} s"
        f" alone), the raster is read and averaged and blocks are classified and written, on the same processor."
    )


def _sizes(measured: Measured) -> str:
    rows = []
    for case, runs in measured.items():
        if not case.startswith("size "):
            continue
        side, _, memory = case.removeprefix("size ").partition(", ")
        mpx = int(side) ** 2 / 1e6
        seconds = _median(measured, case)
        extra = f", `--memory {memory.split()[0]}`" if memory else ""
        rows.append(
            (
                f"{mpx:.0f} Mpx{extra}",
                f"{seconds:.1f} s",
                f"{mpx / seconds:.1f}",
                f"{_median(measured, case, 'peak_mb'):.0f} MB",
                str(runs[0]["tiles"]),
            )
        )
    return table(("raster", "wall time", "Mpx a second", "peak memory", "tiles"), rows)


def _simple(measured: Measured, prefix: str, head: str) -> str:
    rows = [
        (case.removeprefix(prefix), f"{_median(measured, case):.2f} s", f"{_median(measured, case, 'peak_mb'):.0f} MB")
        for case in measured
        if case.startswith(prefix)
    ]
    return table((head, "wall time", "peak memory"), rows)


def _runtimes(measured: Measured) -> str:
    pixels = 8192**2
    source = measured["source"][0]["pixels"] / _median(measured, "source")
    rows = [("the prototype's network, its way (2448 px squeezed to 1000, torch)", f"{source / 1e6:.2f}", "1")]
    for case, runs in measured.items():
        if case.startswith("runtime ") and "seconds" in runs[0]:
            rate = pixels / _median(measured, case)
            rows.append((case.removeprefix("runtime "), f"{rate / 1e6:.1f}", f"{rate / source:.0f}"))
    rate = pixels / _median(measured, "map")
    rows.append(("the whole command, `onnx`", f"{rate / 1e6:.1f}", f"{rate / source:.0f}"))
    return table(("", "Mpx of the raster a second", "beside the prototype's"), rows)


def _overlaps(measured: Measured) -> str:
    """What tiles that overlap cost the network."""
    cases = [case for case in measured if case.startswith("overlap ")]
    least = _median(measured, cases[0])
    rows = [
        (
            case.removeprefix("overlap "),
            str(measured[case][0]["tiles"]),
            f"{_median(measured, case):.2f} s",
            f"{_median(measured, case) / least:.2f}",
        )
        for case in cases
    ]
    return table(("tiles overlap by, model px", "tiles", "the network alone", "beside no overlap"), rows)


def _tiles(measured: Measured) -> str:
    seams, squares, whole = measured["seams"][0], measured["squares"][0], measured["map"][0]
    return TILES.format(
        squares=squares["tiles"],
        whole=whole["tiles"],
        seconds=_median(measured, "squares"),
        near=100 * seams["near"],
        away=100 * seams["away"],
        ratio=seams["ratio"],
    )


def _median(measured: Measured, case: str, name: str = "seconds") -> float:
    return float(statistics.median(figures[name] for figures in measured[case]))


def draw_sizes(path: Path, measured: Measured) -> None:
    """Draw time and memory against the number of px."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    cases = [case for case in measured if case.startswith("size ") and "," not in case]
    mpx = [int(case.split()[1]) ** 2 / 1e6 for case in cases]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    left.loglog(mpx, [_median(measured, case) for case in cases], "o-", color="#2b6cb0")
    left.set(xlabel="Mpx", ylabel="s", title="wall time")
    right.semilogx(mpx, [_median(measured, case, "peak_mb") for case in cases], "o-", color="#c05621")
    right.set(xlabel="Mpx", ylabel="MB", title="peak memory", ylim=(0, None))
    for axes in (left, right):
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
