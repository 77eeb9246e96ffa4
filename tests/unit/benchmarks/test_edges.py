"""The comparison of ways to fill gaps: they change gaps alone, and what is counted is where it should be."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.edges import agreement, cell, diamond, outside_of_holes, pixel
from benchmarks.fills import ENGINE, filling_by, fills
from satseg_core.model.store import find_model
from satseg_core.raster import reading
from satseg_core.raster.filling import fill_gaps


@pytest.mark.parametrize("name", sorted(fills(find_model().card)))
def test_every_way_changes_gaps_alone_and_leaves_numbers_there(name):
    rng = np.random.default_rng(2)
    values, data = rng.random((3, 64, 96)).astype(np.float32), rng.random((64, 96)) > 0.3
    data[:, 50:] = False
    values[:, ~data] = 7
    before = values.copy()
    fills(find_model().card)[name](values, data)
    np.testing.assert_allclose(values[:, data], before[:, data], atol=1e-6)
    assert values.max() < 5


def test_the_engine_fills_in_another_way_for_as_long_as_it_should():
    seen = []
    with filling_by(lambda values, data: seen.append(data)):
        reading.fill_gaps(np.zeros((1, 4, 4)), np.ones((4, 4), bool))
    assert len(seen) == 1
    assert reading.fill_gaps is fill_gaps is fills(find_model().card)[ENGINE]


def test_distances_to_the_edges_of_diamonds_and_holes():
    inside = diamond(200)
    assert inside[100, 100] == pytest.approx(99 / np.sqrt(2) * pixel())
    assert (inside > 0).mean() == pytest.approx(0.5, abs=0.01)
    away = outside_of_holes(101, 8)
    assert (away < 0).sum() == pytest.approx(4 * np.pi * 16, rel=0.1)
    assert away.max() > 20


def test_agreement_is_counted_by_distance():
    inside = np.array([[-1.0, 5, 15, 30, 60, 150]])
    whole, codes = np.zeros((1, 6), int), np.array([[9, 0, 1, 0, 0, 1]])
    assert agreement(codes, whole, inside) == [0.5, 1.0, 1.0, 0.0]


def test_intervals_hold_the_mean():
    assert cell(np.full(15, 0.5)) == "50.0 (50 to 50)"
    mean, low, high = (
        float(word) for word in cell(np.linspace(0, 1, 11)).replace("(", "").replace(")", "").split() if word != "to"
    )
    assert low < mean < high
