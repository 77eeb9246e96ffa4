"""Figures from a confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from satseg_core.legend import Legend
from training.datasets import Codes

Matrix = npt.NDArray[np.int64]
"""Counted px, ``(C, C)``: rows are the truth, columns what was predicted."""


def confusion(truth: Codes, predicted: Codes, classes: int) -> Matrix:
    """Count px by true and predicted class index; px whose truth is no class (`IGNORE`) do not count."""
    counted = truth < classes
    index = truth[counted].astype(np.int64) * classes + predicted[counted]
    return np.bincount(index, minlength=classes * classes).reshape(classes, classes)


def iou(matrix: Matrix) -> npt.NDArray[np.float64]:
    """Intersection over union per class, ``(C,) float64``; NaN for classes that neither occur nor are predicted."""
    hit = np.diag(matrix).astype(np.float64)
    union = matrix.sum(axis=0) + matrix.sum(axis=1) - hit
    return np.asarray(np.divide(hit, union, out=np.full(len(hit), np.nan), where=union > 0))


def figures(matrix: Matrix, legend: Legend, left_out: Sequence[str] = ("unknown",)) -> dict[str, Any]:
    """The usual figures as plain JSON values.

    As in DeepGlobe's official score, px whose truth is a class in ``left_out`` do not count, and the mean
    is over the other classes that occur.

    Returns:
        ``miou``, ``pixel_accuracy``, ``iou`` (by class name, null where it cannot be told) and ``pixels``.
    """
    kept = np.array([c.name not in left_out for c in legend])
    counted = matrix * kept[:, None]
    scores = iou(counted)
    occurs = kept & (counted.sum(axis=1) > 0)
    total = int(counted.sum())
    return {
        "miou": round(float(scores[occurs].mean()), 4) if occurs.any() else None,
        "pixel_accuracy": round(float(np.trace(counted)) / total, 4) if total else None,
        "iou": {c.name: round(float(s), 4) if o else None for c, s, o in zip(legend, scores, occurs)},
        "pixels": total,
    }
