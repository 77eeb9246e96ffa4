"""Pictures of a measurement: each scene beside its truth, map and confidence, and how far confidence can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont

from satseg_core.legend import Color, Legend
from satseg_core.model.card import ModelCard
from training.calibration import Reliability
from training.data.codes import IGNORE
from training.data.resize import Box
from training.evaluate import SceneMap

PANEL = 600
"""Longer side of each of the four panels, px."""

_MARGIN = 36
_GAP = 20
_HEAD = 118
_FOOT = 104
_PAPER: Color = (252, 252, 250)
_INK: Color = (34, 38, 42)
_FAINT: Color = (116, 122, 128)
_NOTHING: Color = (214, 214, 210)

_FEW = 5e-4
"""Bins with a smaller share of the px than this are not drawn: their accuracy is chance."""

Picture = npt.NDArray[np.uint8]
"""``(h, w, 3) uint8``, red, green, blue."""


def draw_scene(mapped: SceneMap, card: ModelCard, path: Path) -> None:
    """Draw a scene as four panels with the legend under them.

    Args:
        mapped: the scene and its map.
        card: of the model that made it.
        path: PNG to write.

    Raises:
        SatSegError: the scene cannot be read.
    """
    scene, legend = mapped.scene, card.legend
    factor = PANEL / max(scene.shape)
    height, width = (max(1, round(length * factor)) for length in scene.shape)
    image, truth = scene.read(Box(0, 0, *scene.shape), (height, width))
    panels = {
        "Image": image[..., :3] if image.shape[2] >= 3 else image[..., :1].repeat(3, axis=2),
        "Truth": _colors(legend)[truth],
        "Map": _shrunk(_colors(legend)[mapped.predicted], (height, width)),
        "Confidence": _shrunk(_ramp(len(legend))[mapped.confidence], (height, width)),
    }
    sheet = _sheet(panels, scene.name, _headline(mapped))
    figures = mapped.counted.by_scene(())[scene.name]
    _legend_strip(sheet, legend, figures["iou"], unlabelled=bool((truth == IGNORE).any()))
    _ramp_strip(sheet, len(legend), width)
    sheet.save(path)


def _colors(legend: Legend) -> Picture:
    """Colour of each class index, ``(256, 3) uint8``; grey for what is no class."""
    table = np.full((256, 3), _NOTHING, np.uint8)
    table[: len(legend)] = [land_class.color for land_class in legend]
    return table


def _ramp(classes: int) -> Picture:
    """Colour of each percentage of confidence, ``(256, 3) uint8``, from a pure guess to certainty."""
    table = np.full((256, 3), _NOTHING, np.uint8)
    lowest = 100 / classes
    share = np.clip((np.arange(101) - lowest) / max(100 - lowest, 1), 0, 1)
    table[:101] = np.rint(colormaps["viridis"](share)[:, :3] * 255)
    return table


def _shrunk(colors: Picture, shape: tuple[int, int]) -> Picture:
    """Averaged where it shrinks, else by the nearest px."""
    method = Image.Resampling.BOX if colors.shape[0] > shape[0] else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(colors).resize((shape[1], shape[0]), method))


def _headline(mapped: SceneMap) -> str:
    figures = mapped.counted.figures()
    if figures["miou"] is None:
        return "no labelled px"
    count = sum(value is not None for value in figures["iou"].values())
    what = "class" if count == 1 else f"{count} classes"
    return f"pixel accuracy {figures['pixel_accuracy']:.2f}, mean IoU of {what} {figures['miou']:.2f}"


def _sheet(panels: Mapping[str, Picture], title: str, headline: str) -> Image.Image:
    """Title, figures and captioned panels; room for the legend below."""
    height, width = next(iter(panels.values())).shape[:2]
    size = (2 * _MARGIN + len(panels) * (width + _GAP) - _GAP, _HEAD + height + _FOOT)
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, 36), title, _INK, _font(36), anchor="lm")
    draw.text((size[0] - _MARGIN, 38), headline, _FAINT, _font(27), anchor="rm")
    for i, (caption, panel) in enumerate(panels.items()):
        left = _MARGIN + i * (width + _GAP)
        draw.text((left, _HEAD - 22), caption, _INK, _font(27), anchor="lm")
        sheet.paste(Image.fromarray(panel), (left, _HEAD))
    return sheet


def _legend_strip(sheet: Image.Image, legend: Legend, iou: Mapping[str, float | None], unlabelled: bool) -> None:
    """Swatch, name and IoU of every class in a row, under all panels but the last."""
    draw = ImageDraw.Draw(sheet)
    entries = [(c.title, c.color, "not there" if iou[c.name] is None else f"IoU {iou[c.name]:.2f}") for c in legend]
    if unlabelled:
        entries.append(("No label", _NOTHING, "not counted"))
    right = (sheet.width - 2 * _MARGIN + _GAP) * 3 / 4
    step = right / len(entries)
    for i, (name, color, detail) in enumerate(entries):
        x, y = _MARGIN + i * step, sheet.height - 78
        draw.rounded_rectangle((x, y, x + 46, y + 46), 6, color, outline=(200, 200, 196))
        draw.text((x + 58, y + 10), name, _INK, _font(25), anchor="lm")
        draw.text((x + 58, y + 37), detail, _FAINT, _font(21), anchor="lm")


def _ramp_strip(sheet: Image.Image, classes: int, width: int) -> None:
    """The colours of confidence, under the last panel."""
    draw = ImageDraw.Draw(sheet)
    left, top = sheet.width - _MARGIN - width, sheet.height - 78
    percent = np.linspace(100 / classes, 100, width).astype(np.intp)
    sheet.paste(Image.fromarray(_ramp(classes)[percent][None].repeat(22, axis=0)), (left, top))
    for place, text, anchor in ((0.0, f"{100 / classes:.0f} %: a guess", "lm"), (1.0, "100 %", "rm")):
        draw.text((left + place * (width - 1), top + 38), text, _FAINT, _font(21), anchor=anchor)


def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def draw_reliability(curves: Mapping[str, Reliability], path: Path) -> None:
    """Draw accuracy over confidence: on the diagonal, confidence can be taken at its word.

    Args:
        curves: by their names in the legend.
        path: PNG to write.
    """
    figure = Figure(figsize=(5.6, 5.4), dpi=120, layout="constrained", facecolor="#fcfcfa")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set_facecolor("#fcfcfa")
    axes.plot([0, 1], [0, 1], color="#a0a4a8", linewidth=1, linestyle="--", label="as it should be")
    for (name, curve), color in zip(curves.items(), ("#b0125f", "#1f6fb5", "#23501f")):
        there = curve.count > _FEW * curve.count.sum()
        size = 12 + 220 * curve.count[there] / max(curve.count.sum(), 1)
        axes.plot(curve.confidence[there], curve.accuracy[there], color=color, linewidth=1.6, label=name)
        axes.scatter(
            curve.confidence[there], curve.accuracy[there], s=size, color=color, alpha=0.8, linewidths=0, clip_on=False
        )
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share that is right", aspect="equal")
    axes.grid(color="#e4e4e0", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper left")
    figure.savefig(path)
