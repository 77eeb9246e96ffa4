"""Variants of a recipe beside each other: their folds pooled, and ``comparison.md`` and ``comparison.json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from satseg_core.outputs import whole_outputs
from training.evaluation import Evaluation, pool
from training.fold import FoldResult
from training.metrics import UNKNOWN, rounded

COMPARED = ("miou", "miou_all", "pixel_accuracy")
"""Figures whose difference to the first variant is told."""

MEASURED_ON = (
    "{scenes} scenes in {folds} folds, each by a model that was not trained on its fold,"
    " at the px of their files; unknown land left out"
)

NOTES = """\
mIoU, pixel accuracy, class accuracy (mean recall) and frequency-weighted IoU leave out px whose truth is *unknown*, as
DeepGlobe's score does; mIoU of all has them. Matrices are pooled over scenes before figures are taken; *a scene* is the
mean of the scenes' own mIoU. ECE is the expected calibration error of the confidence, before and after one temperature
that is fitted on the other folds. *Better on* counts scenes whose own mIoU is higher than the first variant's.
Differences go over the folds that both have. Steps and minutes are of one fold.
"""


@dataclass(frozen=True)
class Results:
    """What is known of a variant.

    Attributes:
        name: of the variant.
        folds: finished folds by name.
        missing: names of those that are not.
    """

    name: str
    folds: Mapping[str, FoldResult]
    missing: tuple[str, ...] = ()

    def pooled(self, folds: Iterable[str] | None = None) -> Evaluation:
        """Its folds, or some of them, as one evaluation."""
        return pool([self.folds[name].evaluation for name in (self.folds if folds is None else folds)])


def compare(variants: Sequence[Results]) -> dict[str, Any]:
    """Everything that ``comparison.json`` says, as plain JSON values.

    Args:
        variants: at least one; the others are compared with the first. Those without a finished fold are listed.
    """
    finished = [variant for variant in variants if variant.folds]
    return {
        "variants": [_summary(variant, finished[0]) for variant in finished],
        "missing": {variant.name: list(variant.missing) for variant in variants if variant.missing},
        "scenes": _scenes(finished[0]) if finished else {},
    }


def _summary(variant: Results, first: Results) -> dict[str, Any]:
    """Figures of one variant."""
    evaluation = variant.pooled()
    groups = [index for index, fold in enumerate(variant.folds.values()) for _ in fold.evaluation.scenes]
    results = list(variant.folds.values())
    return {
        "name": variant.name,
        "folds": list(variant.folds),
        "measured_on": MEASURED_ON.format(scenes=len(evaluation.scenes), folds=len(variant.folds)),
        "figures": evaluation.figures(),
        "calibration": evaluation.calibration(groups),
        "confusion": evaluation.confusion.tolist(),
        "classes": list(evaluation.classes),
        "steps": results[0].steps,
        "minutes": float(np.mean([fold.minutes for fold in results])),
        "difference": _difference(variant, first) if variant is not first else None,
    }


def _difference(variant: Results, first: Results) -> dict[str, Any] | None:
    """A variant's figures less the first one's, over the folds that both have; None if there are none."""
    common = [name for name in variant.folds if name in first.folds]
    if not common:
        return None
    ours, theirs = variant.pooled(common), first.pooled(common)
    mine, other = ours.figures(), theirs.figures()
    pairs = [(ours.by_scene()[name]["miou"], theirs.by_scene()[name]["miou"]) for name in ours.scenes]
    return {
        **{name: _less(mine[name], other[name]) for name in COMPARED},
        "iou": {name: _less(value, other["iou"][name]) for name, value in mine["iou"].items()},
        "scenes_better": sum(a > b for a, b in pairs if a is not None and b is not None),
        "scenes": len(pairs),
    }


def _less(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other


def _scenes(variant: Results) -> dict[str, Any]:
    """Figures of each scene of a variant, and the share of each class in its truth."""
    found = {}
    for fold, result in variant.folds.items():
        evaluation = result.evaluation
        for (name, figures), matrix in zip(evaluation.by_scene().items(), evaluation.matrices):
            truth = matrix.sum(axis=1)
            shares = dict(zip(evaluation.classes, (truth / max(truth.sum(), 1)).tolist()))
            found[name] = {"fold": fold, **figures, "share": shares}
    return found


def write_comparison(folder: Path, variants: Sequence[Results], command: str) -> Path:
    """Write ``comparison.md`` and ``comparison.json``.

    Args:
        folder: where to; older ones are replaced.
        variants: see `compare`.
        command: that makes them again, for the reader.

    Returns:
        The first of the two.

    Raises:
        OutputError: a file cannot be written.
    """
    found = compare(variants)
    path = folder / "comparison.md"
    with whole_outputs(overwrite=True) as outputs:
        outputs.add(path).write_text(describe(found, command), encoding="utf-8", newline="\n")
        text = json.dumps({"command": command, **rounded(found, 6)}, indent=1)
        outputs.add(path.with_suffix(".json")).write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def describe(found: Mapping[str, Any], command: str) -> str:
    """What `compare` found, as Markdown."""
    parts = ["# Comparison", f"`{command}`", NOTES.strip()]
    if found["variants"]:
        first = found["variants"][0]
        parts += [f"Measured on {first['measured_on']}.", _variant_table(found["variants"])]
        parts += ["## IoU of each class", _class_table(found["variants"])]
        parts += [f"## Each scene, `{first['name']}`", _scene_table(found["scenes"], first["classes"])]
    if found["missing"]:
        lines = [f"* `{name}`: {', '.join(folds)}" for name, folds in found["missing"].items()]
        parts += ["## Not finished", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def _variant_table(variants: Sequence[Mapping[str, Any]]) -> str:
    head = ("variant", "folds", "mIoU", "difference", "better on", "mIoU of all", "difference", "pixel accuracy")
    more = ("difference", "class accuracy", "fw IoU", "mIoU a scene", "ECE", "ECE after", "steps", "minutes")
    return table([*head, *more], [_variant_row(variant) for variant in variants])


def _variant_row(variant: Mapping[str, Any]) -> list[str]:
    figures, calibration, difference = variant["figures"], variant["calibration"], variant["difference"] or {}
    better = f"{difference['scenes_better']} of {difference['scenes']}" if difference else ""
    return [
        variant["name"],
        str(len(variant["folds"])),
        show(figures["miou"]),
        signed(difference.get("miou")),
        better,
        show(figures["miou_all"]),
        signed(difference.get("miou_all")),
        show(figures["pixel_accuracy"]),
        signed(difference.get("pixel_accuracy")),
        *(show(figures[name]) for name in ("class_accuracy", "frequency_weighted_iou", "miou_per_image")),
        *(show(calibration[name]) for name in ("ece_before", "ece_cross_fitted")),
        str(variant["steps"]),
        f"{variant['minutes']:.1f}",
    ]


def _class_table(variants: Sequence[Mapping[str, Any]]) -> str:
    names = [name for name in variants[0]["classes"] if name not in UNKNOWN]
    rows = []
    for variant in variants:
        changes = (variant["difference"] or {}).get("iou", {})
        values = [f"{show(variant['figures']['iou'][name])} {signed(changes.get(name))}".strip() for name in names]
        rows.append([variant["name"], *values])
    return table(["variant", *names], rows)


def _scene_table(scenes: Mapping[str, Any], classes: Sequence[str]) -> str:
    """Figures of each scene; a class's IoU is followed by its share of the truth in percent."""
    names = [name for name in classes if name not in UNKNOWN]
    rows = []
    for scene, values in scenes.items():
        ious = [_iou_and_share(values, name) for name in names]
        rows.append([scene, values["fold"], show(values["miou"]), show(values["pixel_accuracy"]), *ious])
    note = "IoU of each class that occurs, and in brackets its share of the scene in percent."
    return f"{note}\n\n{table(['scene', 'fold', 'mIoU', 'pixel accuracy', *names], rows)}"


def _iou_and_share(values: Mapping[str, Any], name: str) -> str:
    found = values["iou"][name]
    return "" if found is None else f"{found:.2f} ({100 * values['share'][name]:.0f})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def show(value: float | None) -> str:
    """A figure with three decimals; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


def signed(value: float | None) -> str:
    """A difference with its sign; nothing where there is none."""
    return "" if value is None else f"{value:+.3f}"
