"""Figures against ones worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from satseg_core.legend import LAND_COVER
from training.datasets import IGNORE
from training.evaluate import calibration_error, fit_temperature
from training.metrics import confusion, figures, iou


def test_confusion_counts_truth_by_prediction_and_leaves_ignored_px_out() -> None:
    truth = np.array([[0, 0, 1, IGNORE]], np.uint8)
    predicted = np.array([[0, 1, 1, 0]], np.uint8)
    assert confusion(truth, predicted, 3).tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]


def test_iou_by_hand() -> None:
    found = iou(np.array([[3, 1, 0], [2, 4, 0], [0, 0, 0]]))
    assert found[:2].tolist() == pytest.approx([3 / 6, 4 / 7])
    assert np.isnan(found[2])


def test_unknown_land_does_not_count_but_calling_land_unknown_does() -> None:
    matrix = np.zeros((7, 7), np.int64)
    matrix[0, 0], matrix[0, 6] = 6, 2  # two urban px called unknown: misses
    matrix[4, 4] = 8
    matrix[6, 4] = 50  # unknown land called water: not counted
    found = figures(matrix, LAND_COVER)
    assert found["iou"]["urban"] == 0.75
    assert found["iou"]["water"] == 1.0
    assert found["iou"]["unknown"] is None
    assert found["iou"]["forest"] is None
    assert found["miou"] == 0.875
    assert found["pixel_accuracy"] == 0.875
    assert found["pixels"] == 16


def test_figures_of_nothing_are_null() -> None:
    found = figures(np.zeros((7, 7), np.int64), LAND_COVER)
    assert found["miou"] is None
    assert found["pixel_accuracy"] is None


def calibrated(count: int = 8000) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores and labels drawn from their softmax: calibrated by construction."""
    generator = torch.Generator().manual_seed(1)
    scores = torch.randn(count, 5, generator=generator) * 2
    return scores, torch.multinomial(scores.softmax(dim=1), 1, generator=generator)[:, 0]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_that_was_applied_is_found(temperature: float) -> None:
    scores, labels = calibrated()
    assert fit_temperature(scores * temperature, labels) == pytest.approx(temperature, rel=0.05)


def test_calibration_error_is_small_where_confidence_is_right_and_large_where_not() -> None:
    scores, labels = calibrated()
    assert calibration_error(scores, labels) < 0.03
    sure = torch.full((100, 2), -50.0)
    sure[:, 0] = 50.0
    half_right = torch.arange(100) % 2
    assert calibration_error(sure, half_right) == pytest.approx(0.5, abs=1e-3)
