"""The report of a measurement: Markdown for people, JSON for programs, pictures for both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from satseg_core import record
from satseg_core.errors import OutputError
from satseg_core.model.card import ModelCard
from satseg_core.model.runtime import Runtime
from training.calibration import BINS, Reliability, reliability
from training.evaluation import Evaluation
from training.metrics import rounded

NAMES = {
    "miou": "mean IoU",
    "pixel_accuracy": "pixel accuracy",
    "class_accuracy": "mean class accuracy",
    "frequency_weighted_iou": "frequency-weighted IoU",
    "miou_per_image": "mean IoU of each scene, averaged",
}
"""What the figures over classes are called on paper."""


class Report:
    """A folder with ``report.md``, ``report.json``, ``reliability.png`` and ``pictures/``.

    Args:
        card: of the model that is measured.
        runtime: that executed it.
        folder: made if it is not there; files of an earlier report are replaced.

    Raises:
        OutputError: the folder cannot be made.
    """

    def __init__(self, card: ModelCard, runtime: Runtime, folder: Path) -> None:
        self._card = card
        self._runtime = runtime
        self.folder = folder
        try:
            (folder / "pictures").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"The folder {folder} cannot be made ({error.strerror}); name another.") from error

    def picture(self, scene: str) -> Path:
        """Where the picture of a scene goes."""
        return self.folder / "pictures" / f"{scene.replace('/', '_')}.png"

    def write(self, evaluation: Evaluation) -> str:
        """Write everything but the pictures of scenes; gives the figures in a few lines to print."""
        from training.pictures import draw_reliability

        values = to_json(evaluation, self._card, self._runtime)
        fitted = values["calibration"]["temperature"]
        curves = {
            f"{name}, ECE {curve.error:.3f}": curve
            for name, curve in (
                ("as it is", _curve(evaluation, 1.0)),
                (f"temperature {fitted:.2f}", _curve(evaluation, fitted)),
            )
        }
        draw_reliability(curves, self.folder / "reliability.png")
        pictures = [name for name in evaluation.scenes if self.picture(name).exists()]
        lines = [*_head(values), *markdown(values), *self._pictures(pictures)]
        (self.folder / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (self.folder / "report.json").write_text(json.dumps(rounded(values), indent=2) + "\n", encoding="utf-8")
        return _in_short(values)

    def _pictures(self, names: Sequence[str]) -> list[str]:
        if not names:
            return []
        shown = (
            f"![{name}: image, truth, map, confidence]({self.picture(name).relative_to(self.folder).as_posix()})"
            for name in names
        )
        return ["", "## Pictures", "", *(line for picture in shown for line in (picture, ""))]


def _curve(evaluation: Evaluation, temperature: float) -> Reliability:
    return reliability(evaluation.scores, evaluation.labels, temperature)


def to_json(evaluation: Evaluation, card: ModelCard, runtime: Runtime) -> dict[str, Any]:
    """Everything that the report says, as plain JSON values."""
    calibration = {**evaluation.calibration(), "bins": BINS}
    calibration["card_temperature"] = card.temperature
    calibration["ece_card"] = evaluation.error(card.temperature)
    return {
        "model": {"name": card.name, "version": card.version, "weights_sha256": card.weights_sha256},
        "runtime": record.describe_runtime(runtime, None),
        "measured": record.now(),
        "versions": record.versions(),
        "classes": list(evaluation.classes),
        "scenes": list(evaluation.scenes),
        "figures": evaluation.figures(),
        "figures_all_classes": evaluation.figures(()),
        "calibration": calibration,
        "confusion": evaluation.confusion.tolist(),
        "by_scene": evaluation.by_scene(),
    }


def _head(values: dict[str, Any]) -> list[str]:
    model, runtime = values["model"], values["runtime"]
    count = len(values["scenes"])
    how = (
        f"Measured {values['measured']} through the engine's own tiled inference, with {runtime['name']} on"
        f" {runtime['device']}, px by px at the resolution of the scenes' files."
    )
    title = f"# {model['name']} {model['version']} on {count} labelled scene{'' if count == 1 else 's'}"
    return [title, "", how, ""]


def markdown(values: dict[str, Any]) -> list[str]:
    """Lines of Markdown on what `to_json` gave: figures, classes, confusion, scenes, calibration."""
    return [
        *_figures(values),
        "",
        "## Classes",
        "",
        *_classes(values),
        "",
        "## Confusion",
        "",
        "Percent of each true class (rows) that the map calls so (columns).",
        "",
        *_confusion(values),
        "",
        "## Scenes",
        "",
        *_scenes(values),
        "",
        "## Calibration",
        "",
        *_calibration(values["calibration"]),
    ]


def _figures(values: dict[str, Any]) -> list[str]:
    """The figures over classes, DeepGlobe's way and with nothing left out."""
    known, everything = values["figures"], values["figures_all_classes"]
    rows = [(title, _number(known[name]), _number(everything[name])) for name, title in NAMES.items()]
    rows.append(("labelled px", f"{known['pixels']:,}", f"{everything['pixels']:,}"))
    note = (
        "As DeepGlobe scores: px whose truth is *unknown* are left out, and the mean goes over the other classes that"
        " occur. Beside it, with *unknown* as a class like the others."
    )
    return [note, "", *table(("", "known land", "all classes"), rows)]


def _classes(values: dict[str, Any]) -> list[str]:
    everything = values["figures_all_classes"]
    truth = np.array(values["confusion"]).sum(axis=1)
    share = truth / max(truth.sum(), 1)
    head = ("class", "IoU", "IoU, all classes", "found (recall)", "right (precision)", "share of the truth")
    return table(
        head,
        (
            (
                name,
                _number(values["figures"]["iou"][name]),
                *(_number(everything[figure][name]) for figure in ("iou", "recall", "precision")),
                f"{100 * part:.1f} %",
            )
            for name, part in zip(values["classes"], share)
        ),
    )


def _confusion(values: dict[str, Any]) -> list[str]:
    matrix = np.array(values["confusion"])
    percent = 100 * matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    rows = ((name, *(f"{cell:.1f}" for cell in row)) for name, row in zip(values["classes"], percent) if row.any())
    return table(("truth", *values["classes"]), rows)


def _scenes(values: dict[str, Any]) -> list[str]:
    head = ("scene", "mean IoU", "pixel accuracy", *(f"IoU {name}" for name in values["classes"]))
    return table(
        head,
        (
            (name, _number(found["miou"]), _number(found["pixel_accuracy"]), *map(_number, found["iou"].values()))
            for name, found in values["by_scene"].items()
        ),
    )


def _calibration(values: dict[str, Any]) -> list[str]:
    rows = [
        ("without a temperature", "1", _number(values["ece_before"])),
        ("the card's", f"{values['card_temperature']:.3f}", _number(values["ece_card"])),
        ("fitted on these px (optimistic)", f"{values['temperature']:.3f}", _number(values["ece_after"])),
    ]
    if values["ece_cross_fitted"] is not None:
        spread = f"{min(values['temperatures']):.3f} to {max(values['temperatures']):.3f}"
        rows.append(("each scene with one fitted on the others", spread, _number(values["ece_cross_fitted"])))
    note = (
        f"Expected calibration error, {values['bins']} equal bins, over {values['pixels']:,} px spread evenly over the"
        " scenes (Guo et al. 2017)."
    )
    picture = "![Accuracy over confidence](reliability.png)"
    return [note, "", *table(("temperature", "value", "ECE"), rows), "", picture]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table, padded so that the plain text can be read; the first column to the left."""
    cells = [tuple(head), *map(tuple, rows)]
    widths = [max(3, *map(len, column)) for column in zip(*cells)]
    lines = [_row(cells[0], widths), _row([":--" if i == 0 else "--:" for i in range(len(head))], widths)]
    return lines + [_row(row, widths) for row in cells[1:]]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(cells, widths))
    )
    return f"| {' | '.join([first, *others])} |"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _in_short(values: dict[str, Any]) -> str:
    known, calibration = values["figures"], values["calibration"]
    classes = ", ".join(f"{name} {value:.3f}" for name, value in known["iou"].items() if value is not None)
    errors = (
        f"calibration error: {calibration['ece_before']:.3f}, with the card's temperature"
        f" {calibration['ece_card']:.3f}, with {calibration['temperature']:.3f} fitted here"
        f" {calibration['ece_after']:.3f}"
    )
    lines = [f"{title}: {_number(known[name])}" for name, title in NAMES.items()]
    lines += [f"mean IoU of all classes: {_number(known['miou_all'])}", f"IoU: {classes}", errors]
    return "\n".join(lines)
