"""Calibration: temperatures that are known, and errors against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import calibration as reference
from sklearn.metrics import log_loss

from training.calibration import (
    LIMITS,
    best_probability,
    calibration_error,
    cross_fitted,
    fit_temperature,
    reliability,
)


def softmax(scores: np.ndarray) -> np.ndarray:
    odds = np.exp(scores.astype(np.float64))
    return odds / odds.sum(axis=1, keepdims=True)


def calibrated(count: int = 8000, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Scores and labels drawn from their softmax: calibrated by construction."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 2, (count, 5)).astype(np.float32)
    labels = (softmax(scores).cumsum(axis=1) < rng.random((count, 1))).sum(axis=1)
    return scores, np.minimum(labels, 4).astype(np.uint8)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 3.0])
def test_the_temperature_that_was_applied_is_found(temperature: float) -> None:
    scores, labels = calibrated()
    assert fit_temperature(scores * np.float32(temperature), labels) == pytest.approx(temperature, rel=0.05)


def test_no_other_temperature_makes_the_labels_more_likely() -> None:
    scores, labels = calibrated(500)
    best = fit_temperature(scores * 2, labels)
    losses = [log_loss(labels, softmax(scores * 2 / t), labels=range(5)) for t in best * np.linspace(0.8, 1.25, 31)]
    assert log_loss(labels, softmax(scores * 2 / best), labels=range(5)) <= min(losses) + 1e-9


def test_temperatures_stay_within_limits_where_the_best_is_none() -> None:
    sure = np.eye(3, dtype=np.float32).repeat(10, axis=0) * 8
    right = np.arange(3).repeat(10).astype(np.uint8)
    assert LIMITS[0] <= fit_temperature(sure, right) < 0.3
    assert fit_temperature(sure, (right + 1) % 3) == pytest.approx(LIMITS[1], rel=1e-2)
    assert fit_temperature(sure[:0], right[:0]) == 1.0


def test_large_scores_do_not_overflow() -> None:
    scores = np.array([[5000.0, 0.0], [0.0, 5000.0]], np.float32)
    assert calibration_error(scores, np.array([0, 0], np.uint8)) == pytest.approx(0.5)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_the_error_agrees_with_scikit_learn(temperature: float) -> None:
    scores, labels = calibrated()
    probability = softmax(scores / temperature)
    confidence, hit = probability.max(axis=1), probability.argmax(axis=1) == labels
    right, sure = reference.calibration_curve(hit, confidence, n_bins=15)
    count = np.histogram(confidence, np.linspace(0, 1, 16))[0]
    expected = (count[count > 0] * np.abs(right - sure)).sum() / len(labels)
    assert calibration_error(scores, labels, temperature) == pytest.approx(expected)
    np.testing.assert_allclose(best_probability(scores, temperature), confidence)


def test_the_error_is_small_where_confidence_is_right_and_large_where_not() -> None:
    scores, labels = calibrated()
    assert calibration_error(scores, labels) < 0.03
    assert calibration_error(scores * 4, labels) > 0.1


def test_bins_count_every_px_once() -> None:
    scores, labels = calibrated()
    found = reliability(scores, labels)
    assert found.count.sum() == len(labels)
    assert (found.count * found.accuracy).sum() == pytest.approx((scores.argmax(axis=1) == labels).sum())
    assert reliability(scores[:0], labels[:0]).error == 0.0


def test_each_group_gets_the_temperature_of_the_others() -> None:
    scores, labels = calibrated()
    groups = np.arange(len(labels)) % 2
    scores[groups == 1] *= 3
    temperatures, by_group = cross_fitted(scores, labels, groups)
    assert by_group[0] == fit_temperature(scores[groups == 1], labels[groups == 1]) == pytest.approx(3, rel=0.05)
    assert by_group[1] == pytest.approx(1, rel=0.1)
    assert (temperatures == np.where(groups == 0, by_group[0], by_group[1])).all()
