"""What a data set holds: px of each class, colours, scenes a class occurs in; added up scene by scene."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from satseg_core.legend import LAND_COVER, Legend
from training.data.codes import IGNORE

Counts = npt.NDArray[np.int64]
"""Px of each label code, ``(256,) int64``."""

BANDS = 3
"""Red, green and blue."""


def _zeros() -> npt.NDArray[np.float64]:
    return np.zeros(BANDS)


@dataclass(frozen=True, eq=False)
class Statistics:
    """Sums over scenes; two are added with ``+``.

    Attributes:
        scenes: how many.
        counts: px of each label code, ``(256,) int64``; `IGNORE` counts the labels that are no class.
        seen: scenes that each code occurs in, ``(256,) int64``.
        sums: of each band over all px, 0..1 a px, ``(3,) float64``.
        squares: the same of the squared values.
    """

    scenes: int = 0
    counts: Counts = field(default_factory=lambda: np.zeros(256, np.int64))
    seen: Counts = field(default_factory=lambda: np.zeros(256, np.int64))
    sums: npt.NDArray[np.float64] = field(default_factory=_zeros)
    squares: npt.NDArray[np.float64] = field(default_factory=_zeros)

    def __add__(self, other: Statistics) -> Statistics:
        return Statistics(
            self.scenes + other.scenes,
            self.counts + other.counts,
            self.seen + other.seen,
            self.sums + other.sums,
            self.squares + other.squares,
        )

    @property
    def px(self) -> int:
        """All px, labelled or not."""
        return int(self.counts.sum())

    @property
    def mean(self) -> npt.NDArray[np.float64]:
        """Mean of each band, 0..1, ``(3,) float64``."""
        return np.asarray(self.sums / max(1, self.px))

    @property
    def deviation(self) -> npt.NDArray[np.float64]:
        """Standard deviation of each band over all px, 0..1, ``(3,) float64``."""
        return np.asarray(np.sqrt(np.maximum(0.0, self.squares / max(1, self.px) - self.mean**2)))

    def shares(self, legend: Legend = LAND_COVER) -> dict[str, float]:
        """Each class's share of the labelled px, 0 to 1."""
        labelled = max(1, self.px - int(self.counts[IGNORE]))
        return {c.name: int(self.counts[c.code]) / labelled for c in legend}


def measure(image: npt.NDArray[np.uint8], codes: npt.NDArray[np.uint8]) -> Statistics:
    """Statistics of one scene: ``image`` is ``(H, W, 3) uint8``, ``codes`` ``(H, W) uint8`` with `IGNORE`."""
    counts = np.bincount(codes.ravel(), minlength=256).astype(np.int64)
    levels = np.arange(256) / 255.0
    histograms = np.stack([np.bincount(image[..., band].ravel(), minlength=256) for band in range(BANDS)])
    return Statistics(1, counts, (counts > 0).astype(np.int64), histograms @ levels, histograms @ levels**2)


def total(parts: Iterable[Statistics]) -> Statistics:
    """The sum of some statistics; of none, zeros."""
    return reduce(Statistics.__add__, parts, Statistics())


def to_json(whole: Statistics, sides: Mapping[str, Statistics], legend: Legend = LAND_COVER) -> dict[str, Any]:
    """Plain values for ``statistics.json``: the whole and, more briefly, each side of the split."""
    shares = whole.shares(legend)
    return {
        "scenes": whole.scenes,
        "px": whole.px,
        "ignored_px": int(whole.counts[IGNORE]),
        "mean": [round(float(v), 5) for v in whole.mean],
        "deviation": [round(float(v), 5) for v in whole.deviation],
        "classes": {
            c.name: {
                "px": int(whole.counts[c.code]),
                "share": round(shares[c.name], 6),
                "scenes": int(whole.seen[c.code]),
            }
            for c in legend
        },
        "sides": {
            name: {"scenes": side.scenes, "shares": {k: round(v, 6) for k, v in side.shares(legend).items()}}
            for name, side in sides.items()
        },
    }


def table(whole: Statistics, sides: Mapping[str, Statistics], legend: Legend = LAND_COVER) -> str:
    """The same for people: a table of classes, with a column a side, and the colours below it."""
    heads = ["class", "Mpx", "share", "scenes", *(f"{name} ({side.scenes})" for name, side in sides.items())]
    shares, by_side = whole.shares(legend), [side.shares(legend) for side in sides.values()]
    rows = [
        [c.name, f"{whole.counts[c.code] / 1e6:.1f}", f"{shares[c.name]:.2%}", str(int(whole.seen[c.code]))]
        + [f"{side[c.name]:.2%}" for side in by_side]
        for c in legend
    ]
    ignored = int(whole.counts[IGNORE])
    return "\n".join(
        [
            *_aligned([heads, *rows]),
            f"{whole.scenes} scenes, {whole.px / 1e6:.1f} Mpx; {ignored} px with the colour of no class, ignored",
            "mean      " + " ".join(f"{v:.4f}" for v in whole.mean) + "  (red, green, blue; 0 to 1)",
            "deviation " + " ".join(f"{v:.4f}" for v in whole.deviation),
        ]
    )


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))).rstrip()
        for row in rows
    ]
