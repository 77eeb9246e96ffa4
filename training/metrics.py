"""Figures from a confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.int64]
"""Counted px, ``(C, C)``: rows are the truth, columns what was predicted."""

UNKNOWN = ("unknown",)
"""Classes whose px DeepGlobe's official score leaves out: land that cannot be seen."""


def confusion(truth: npt.NDArray[np.uint8], predicted: npt.NDArray[np.uint8], classes: int) -> Matrix:
    """Count px by true and predicted class.

    Args:
        truth: class indices, any shape; what is no class (``IGNORE``) does not count.
        predicted: class indices of the same shape; what is no class (nodata) does not count.
        classes: number of classes C.

    Returns:
        ``(C, C) int64``, see `Matrix`.
    """
    counted = (truth < classes) & (predicted < classes)
    index = truth[counted].astype(np.intp) * classes + predicted[counted]
    return np.bincount(index, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def iou(matrix: Matrix) -> npt.NDArray[np.float64]:
    """Intersection over union of each class, ``(C,) float64``; NaN where it neither occurs nor is predicted."""
    hit = np.diag(matrix)
    return _ratio(hit, matrix.sum(axis=0) + matrix.sum(axis=1) - hit)


def recall(matrix: Matrix) -> npt.NDArray[np.float64]:
    """Share of each true class that is found, ``(C,) float64``: producer's accuracy; NaN where it does not occur."""
    return _ratio(np.diag(matrix), matrix.sum(axis=1))


def precision(matrix: Matrix) -> npt.NDArray[np.float64]:
    """Share of each predicted class that is right, ``(C,) float64``: user's accuracy; NaN where none is predicted."""
    return _ratio(np.diag(matrix), matrix.sum(axis=0))


def _ratio(part: npt.NDArray[np.int64], whole: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    result = np.full(len(part), np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result


def figures(matrix: Matrix, classes: Sequence[str], left_out: Sequence[str] = UNKNOWN) -> dict[str, Any]:
    """The usual figures as plain JSON values; None where they cannot be told.

    As in DeepGlobe's official score, px whose truth is left out do not count, but calling land *unknown* is an error
    like any other. Means over classes go over those that occur in the truth.

    Args:
        matrix: see `Matrix`.
        classes: names in the matrix's order.
        left_out: names of classes to leave out; none, for the figures over all classes.

    Returns:
        ``miou``; ``miou_all``, the same with nothing left out; ``pixel_accuracy``; ``class_accuracy`` (mean recall);
        ``frequency_weighted_iou`` (IoU weighted by the share of the truth; these four are those of Long et al. 2015,
        arXiv 1411.4038); ``iou``, ``recall`` and ``precision`` by class name; ``pixels`` counted.
    """
    kept = np.array([name not in left_out for name in classes])
    counted = matrix * kept[:, None]
    total = int(counted.sum())
    occurs = counted.sum(axis=1) > 0
    share = counted.sum(axis=1) / max(total, 1)
    by_class = {"iou": iou(counted), "recall": recall(counted), "precision": precision(counted)}
    return {
        "miou": _mean(by_class["iou"][occurs]),
        "miou_all": _mean(iou(matrix)[matrix.sum(axis=1) > 0]),
        "pixel_accuracy": float(np.trace(counted)) / total if total else None,
        "class_accuracy": _mean(by_class["recall"][occurs]),
        "frequency_weighted_iou": float((share * by_class["iou"])[occurs].sum()) if total else None,
        **{name: _named(classes, values, occurs) for name, values in by_class.items()},
        "pixels": total,
    }


def _mean(values: npt.NDArray[np.float64]) -> float | None:
    return float(values.mean()) if values.size else None


def _named(
    classes: Sequence[str], values: npt.NDArray[np.float64], occurs: npt.NDArray[np.bool_]
) -> dict[str, float | None]:
    """Values by class name; None for classes that do not occur."""
    return {
        name: float(value) if there and np.isfinite(value) else None
        for name, value, there in zip(classes, values, occurs)
    }


def rounded(value: Any, digits: int = 4) -> Any:
    """JSON values with every float rounded, for files that people read."""
    if isinstance(value, float):
        return round(value, digits)
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    return [rounded(item, digits) for item in value] if isinstance(value, (list, tuple)) else value
