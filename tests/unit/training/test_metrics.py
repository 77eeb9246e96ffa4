"""Figures against ones worked out by hand and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from satseg_core.legend import LAND_COVER
from training.data.codes import IGNORE
from training.metrics import confusion, figures, iou, precision, recall, rounded

NAMES = tuple(land_class.name for land_class in LAND_COVER)


def test_confusion_counts_truth_by_prediction_and_leaves_px_without_class_out() -> None:
    truth = np.array([[0, 0, 1, IGNORE, 1]], np.uint8)
    predicted = np.array([[0, 1, 1, 0, IGNORE]], np.uint8)
    assert confusion(truth, predicted, 3).tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]


def test_figures_of_classes_by_hand() -> None:
    matrix = np.array([[3, 1, 0], [2, 4, 0], [0, 0, 0]])
    for figure, expected in ((iou, (3 / 6, 4 / 7)), (recall, (3 / 4, 4 / 6)), (precision, (3 / 5, 4 / 5))):
        found = figure(matrix)
        assert found[:2].tolist() == pytest.approx(expected)
        assert np.isnan(found[2])


def test_unknown_land_does_not_count_but_calling_land_unknown_does() -> None:
    matrix = np.zeros((7, 7), np.int64)
    matrix[0, 0], matrix[0, 6] = 6, 2  # two urban px called unknown: misses
    matrix[4, 4] = 8
    matrix[6, 4] = 48  # unknown land called water: not counted
    found = figures(matrix, NAMES)
    assert found["iou"]["urban"] == 0.75
    assert found["iou"]["water"] == 1.0
    assert found["iou"]["unknown"] is None
    assert found["iou"]["forest"] is None
    assert found["miou"] == found["pixel_accuracy"] == found["class_accuracy"] == 0.875
    assert found["frequency_weighted_iou"] == 0.875
    assert found["pixels"] == 16
    assert found["miou_all"] == pytest.approx((0.75 + 8 / 56 + 0) / 3)


def test_a_class_that_is_predicted_but_does_not_occur_costs_others_and_has_no_mean_of_its_own() -> None:
    matrix = np.zeros((7, 7), np.int64)
    matrix[1, 1], matrix[1, 2] = 3, 1
    found = figures(matrix, NAMES)
    assert found["miou"] == 0.75
    assert found["iou"]["rangeland"] is None


def test_figures_of_nothing_are_null() -> None:
    found = figures(np.zeros((7, 7), np.int64), NAMES)
    assert found.pop("pixels") == 0
    assert all(value is None or set(value.values()) == {None} for value in found.values())


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_figures_agree_with_scikit_learn(seed: int, with_unknown: bool) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.choice(7, 400, p=rng.dirichlet(np.full(7, 0.5))).astype(np.uint8)
    predicted = np.where(rng.random(400) < 0.6, truth, rng.integers(0, 7, 400)).astype(np.uint8)
    found = figures(confusion(truth, predicted, 7), NAMES, () if with_unknown else ("unknown",))
    if not with_unknown:
        truth, predicted = truth[truth != 6], predicted[truth != 6]
    if not len(truth):
        assert found["pixels"] == 0
        return
    there = np.unique(truth)
    share = np.bincount(truth, minlength=7)[there] / len(truth)
    each = reference.jaccard_score(truth, predicted, labels=there, average=None, zero_division=0)
    assert list(filter(lambda value: value is not None, found["iou"].values())) == pytest.approx(each)
    assert found["miou"] == pytest.approx(each.mean())
    assert found["frequency_weighted_iou"] == pytest.approx((share * each).sum())
    assert found["frequency_weighted_iou"] == pytest.approx(
        reference.jaccard_score(truth, predicted, labels=there, average="weighted", zero_division=0)
    )
    assert found["pixel_accuracy"] == pytest.approx(reference.accuracy_score(truth, predicted))
    by_class = reference.recall_score(truth, predicted, labels=there, average=None, zero_division=0)
    assert found["class_accuracy"] == pytest.approx(by_class.mean())


def test_confusion_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    truth, predicted = rng.integers(0, 7, (2, 50, 60)).astype(np.uint8)
    expected = reference.confusion_matrix(truth.ravel(), predicted.ravel(), labels=range(7))
    np.testing.assert_array_equal(confusion(truth, predicted, 7), expected)


def test_rounding_reaches_every_float_and_nothing_else() -> None:
    assert rounded({"a": [0.123456, 3, None], "b": {"c": 1 / 3}}, 3) == {"a": [0.123, 3, None], "b": {"c": 0.333}}
