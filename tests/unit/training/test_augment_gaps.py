"""Crops with gaps: what is cut away is ignored and filled as the engine fills it; the rest stays."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from satseg_core.raster.filling import fill_gaps
from training.augment import apply
from training.augment.gaps import LEFT, cut_gaps, data_mask
from training.config import Augmentation
from training.data.codes import IGNORE

seeds = st.integers(0, 2**32 - 1)


def crop(height: int, width: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.random((3, height, width)).astype(np.float32), rng.integers(0, 6, (height, width)).astype(np.uint8)


@given(st.integers(1, 60), st.integers(1, 60), seeds)
def test_enough_of_a_crop_keeps_its_data(height: int, width: int, seed: int) -> None:
    data = data_mask((height, width), np.random.default_rng(seed))
    assert data.shape == (height, width)
    assert data.mean() >= LEFT


@given(seeds)
def test_gaps_are_ignored_and_filled_by_the_engines_own_function(seed: int) -> None:
    pixels, codes = crop(40, 52)
    before = pixels.copy(), codes.copy()
    found, labels = cut_gaps(pixels, codes, np.random.default_rng(seed))
    data = data_mask(codes.shape, np.random.default_rng(seed))
    np.testing.assert_array_equal(labels == IGNORE, ~data)
    np.testing.assert_array_equal(labels[data], codes[data])
    expected = pixels.copy()
    expected[:, ~data] = np.nan
    fill_gaps(expected, data)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(pixels, before[0])
    np.testing.assert_array_equal(codes, before[1])


def test_all_kinds_of_gaps_are_drawn_and_most_crops_have_some() -> None:
    masks = [data_mask((64, 64), np.random.default_rng(seed)) for seed in range(90)]
    missing = np.array([1 - mask.mean() for mask in masks])
    assert (missing > 0).mean() > 0.9
    assert (missing > 0.3).any()
    assert (missing < 0.05).any()


def test_none_are_cut_unless_asked_for_and_nothing_else_changes_then() -> None:
    image, codes = (np.random.default_rng(4).integers(0, 6, (32, 32, 3)) * 40).astype(np.uint8), crop(32, 32)[1]
    one = Augmentation(noise=0.1, clouds=0.5)
    other = Augmentation(noise=0.1, clouds=0.5, gaps=1.0)
    for seed in range(6):
        plain, labels = apply(image, codes, one, np.random.default_rng(seed), 6)
        cut, cut_labels = apply(image, codes, other, np.random.default_rng(seed), 6)
        kept = cut_labels != IGNORE
        np.testing.assert_array_equal(cut[:, kept], plain[:, kept])
        np.testing.assert_array_equal(cut_labels[kept], labels[kept])
