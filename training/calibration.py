"""How far a model's confidence can be trusted: expected calibration error, and the temperature that mends it.

Guo et al. 2017, *On calibration of modern neural networks*, arXiv 1706.04599.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
"""Scores of px before softmax, ``(n, C) float32``."""

Labels = npt.NDArray[np.uint8]
"""Class indices of px, ``(n,)``."""

BINS = 15
"""Equal steps of confidence between 0 and 1."""

LIMITS = (0.05, 20.0)
"""Lowest and highest temperature there is."""


@dataclass(frozen=True)
class Reliability:
    """Px by their confidence.

    Attributes:
        count: px in each bin, ``(B,) int64``.
        confidence: their mean confidence, ``(B,) float64``, 0 to 1; 0 where a bin is empty.
        accuracy: share of them that is right, ``(B,) float64``.
    """

    count: npt.NDArray[np.int64]
    confidence: npt.NDArray[np.float64]
    accuracy: npt.NDArray[np.float64]

    @property
    def error(self) -> float:
        """Expected calibration error: the gap between confidence and accuracy, averaged over px, 0 to 1."""
        gaps = self.count * np.abs(self.confidence - self.accuracy)
        return float(gaps.sum() / max(self.count.sum(), 1))


def reliability(scores: Scores, labels: Labels, temperature: Any = 1.0, bins: int = BINS) -> Reliability:
    """Sort px into equal bins by the softmax probability of their best class.

    Args:
        scores: see `Scores`.
        labels: see `Labels`.
        temperature: divides the scores; one number, or one a px ``(n,)``.
        bins: number of bins B.
    """
    confidence = best_probability(scores, temperature)
    hit = scores.argmax(axis=1) == labels if len(scores) else np.zeros(0, bool)
    which = np.minimum((confidence * bins).astype(np.intp), bins - 1)
    count = np.bincount(which, minlength=bins)
    means = (np.bincount(which, values, minlength=bins) / np.maximum(count, 1) for values in (confidence, hit))
    return Reliability(count.astype(np.int64), *means)


def best_probability(scores: Scores, temperature: Any = 1.0) -> npt.NDArray[np.float64]:
    """Softmax probability of the best class of each px, ``(n,) float64``: its confidence."""
    if not len(scores):
        return np.zeros(0)
    cooled = _shifted(scores) / np.reshape(temperature, (-1, 1))
    return np.asarray(1.0 / np.exp(cooled).sum(axis=1))


def _shifted(scores: Scores) -> npt.NDArray[np.float64]:
    """Scores less the best one of each px: what softmax sees, and nothing that overflows."""
    values = scores.astype(np.float64)
    return np.asarray(values - values.max(axis=1, keepdims=True))


def calibration_error(scores: Scores, labels: Labels, temperature: Any = 1.0, bins: int = BINS) -> float:
    """Expected calibration error, 0 to 1; see `reliability`."""
    return reliability(scores, labels, temperature, bins).error


def fit_temperature(scores: Scores, labels: Labels) -> float:
    """The temperature that makes the labels most likely, within `LIMITS`; 1 for no px.

    The mean of ``-log softmax(scores / T)[label]`` is convex in ``1 / T``: Newton's steps, kept between bounds.
    """
    if not len(labels):
        return 1.0
    shifted = _shifted(scores)
    true = shifted[np.arange(len(labels)), labels].mean()
    low, high, inverse = 1 / LIMITS[1], 1 / LIMITS[0], 1.0
    for _ in range(50):
        slope, curvature = _derivatives(shifted, true, inverse)
        low, high = (inverse, high) if slope < 0 else (low, inverse)
        newton = inverse - slope / max(curvature, 1e-12)
        following = newton if low < newton < high else float(np.sqrt(low * high))
        if abs(following - inverse) < 1e-7 * inverse:
            break
        inverse = following
    return float(1 / inverse)


def _derivatives(shifted: npt.NDArray[np.float64], true: float, inverse: float) -> tuple[float, float]:
    """First and second derivative of the loss by ``1 / T``: mean score less the true one's, and its variance."""
    probability = np.exp(shifted * inverse)
    probability /= probability.sum(axis=1, keepdims=True)
    mean = (probability * shifted).sum(axis=1)
    variance = (probability * shifted**2).sum(axis=1) - mean**2
    return float(mean.mean() - true), float(variance.mean())


def cross_fitted(
    scores: Scores, labels: Labels, groups: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.float64], dict[Hashable, float]]:
    """A temperature for each px that was fitted on the px of all other groups.

    So that an error measured with it is one for data that the temperature has not seen.

    Args:
        scores: see `Scores`.
        labels: see `Labels`.
        groups: which group each px belongs to, ``(n,)``: its fold or its scene. With one group alone,
            there is nothing to fit on and the temperature is 1.

    Returns:
        Temperatures ``(n,) float64``, and by group.
    """
    temperatures = np.ones(len(labels))
    by_group: dict[Hashable, float] = {}
    for group in np.unique(groups):
        inside = groups == group
        by_group[group.item()] = fit_temperature(scores[~inside], labels[~inside])
        temperatures[inside] = by_group[group.item()]
    return temperatures, by_group
