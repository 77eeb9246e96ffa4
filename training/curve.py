"""How a run went: loss, learning rate and held-out figures, kept as JSON and drawn as a picture."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from satseg_core.outputs import whole_outputs

COLORS = ("#4477aa", "#cc6677", "#228833", "#999933")
"""Of loss and figures: told apart by colour-blind readers (Tol's bright and muted schemes)."""


@dataclass
class History:
    """What happened in a run so far.

    Attributes:
        losses: of each step.
        rates: learning rate of ASPP and decoder in each step.
        measured: figures on held-out scenes, 0 to 1, each with the ``step`` after which they were taken.
    """

    losses: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    measured: list[dict[str, float]] = field(default_factory=list)

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return len(self.losses)

    def latest(self) -> dict[str, float] | None:
        """Figures after the last step, if they were taken."""
        return self.measured[-1] if self.measured and self.measured[-1]["step"] == self.steps else None

    def best(self) -> dict[str, float] | None:
        """The figures with the highest ``miou``, the earliest of several; None where none were taken."""
        return max(self.measured, key=lambda row: row["miou"], default=None)

    def state(self) -> dict[str, Any]:
        """Plain values that make the same history again as keywords."""
        return {"losses": list(self.losses), "rates": list(self.rates), "measured": list(self.measured)}


def write_curve(history: History, folder: Path) -> None:
    """Write ``curve.json`` and ``curve.png`` to a folder.

    Raises:
        OutputError: they cannot be written.
    """
    with whole_outputs(overwrite=True) as outputs:
        outputs.add(folder / "curve.json").write_text(json.dumps(history.state()) + "\n", encoding="utf-8")
        draw_curve(history, outputs.add(folder / "curve.png"))


def draw_curve(history: History, path: Path) -> None:
    """Draw loss and figures over the steps, and the learning rate below, as a PNG of 900 x 600 px."""
    from matplotlib.figure import Figure  # slow to import, and seldom needed

    figure = Figure(figsize=(9, 6), dpi=100, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (3, 1)})
    steps = np.arange(1, history.steps + 1)
    above.plot(steps, history.losses, color=COLORS[0], alpha=0.25, linewidth=0.8)
    lines = above.plot(steps, smooth(history.losses), color=COLORS[0], label="loss, smoothed")
    above.set_ylabel("loss")
    above.set_ylim(bottom=0)
    lines += _draw_figures(above.twinx(), history.measured)
    above.legend(handles=lines, loc="lower left", bbox_to_anchor=(0, 1), ncol=len(lines), frameon=False)
    below.plot(steps, history.rates, color="#555555")
    below.set_ylabel("learning rate")
    below.set_xlabel("step")
    figure.savefig(path)


def _draw_figures(axes: Any, measured: list[dict[str, float]]) -> list[Any]:
    """Draw figures on held-out scenes; gives their lines."""
    axes.set_ylim(0, 1)
    axes.set_ylabel("on held-out scenes")
    lines = []
    for name, color in zip((name for name in (measured[0] if measured else {}) if name != "step"), COLORS[1:]):
        steps, values = [row["step"] for row in measured], [row[name] for row in measured]
        lines += axes.plot(steps, values, marker="o", markersize=4, color=color, label=name.replace("_", " "))
    return lines


def smooth(values: list[float]) -> npt.NDArray[np.float64]:
    """Mean of each value and those around it, over about a thirtieth of them all; as long as ``values``."""
    reach = max(1, len(values) // 60)
    padded = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.minimum(np.arange(len(values)) + reach + 1, len(values))
    begins = np.maximum(np.arange(len(values)) - reach, 0)
    return np.asarray((padded[ends] - padded[begins]) / np.maximum(ends - begins, 1))
