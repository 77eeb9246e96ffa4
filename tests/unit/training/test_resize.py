"""Images and labels at other sizes stay on the same ground."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.codes import IGNORE
from training.data.resize import Box, resize_codes, resize_image

WHOLE = Box(0, 0, 2, 4)


def test_shrinking_averages_the_image_and_keeps_the_code_with_most_area() -> None:
    codes = np.array([[1, 1, 4, 4], [1, 2, 4, IGNORE]], np.uint8)
    image = np.array([[0, 10, 0, 0], [20, 30, 0, 200]], np.uint8)[..., None].repeat(3, axis=2)
    assert resize_codes(codes, WHOLE, (1, 2)).tolist() == [[1, 4]]
    assert resize_image(image, WHOLE, (1, 2))[..., 0].tolist() == [[15, 50]]


def test_the_majority_counts_parts_of_px() -> None:
    codes = np.array([[1, 2, 2, 3]], np.uint8)
    # The first px is 1 and a third of 2; the second two thirds of 2 and a third of the other; the third rest and 3.
    assert resize_codes(codes, Box(0, 0, 1, 4), (1, 3)).tolist() == [[1, 2, 3]]
    assert resize_codes(codes, Box(0, 0.75, 1, 2), (1, 1)).tolist() == [[2]]


def test_enlarging_invents_no_code_and_no_brightness() -> None:
    codes = np.where(np.eye(20, dtype=bool), IGNORE, 1).astype(np.uint8)
    assert set(np.unique(resize_codes(codes, Box(1.5, 2, 10, 10), (33, 33)))) == {1, IGNORE}
    image = np.full((20, 20, 3), 77, np.uint8)
    assert (resize_image(image, Box(1.5, 2, 10, 10), (33, 33)) == 77).all()


@pytest.mark.parametrize("bands", [1, 2, 3, 4, 6])
def test_every_band_is_resized_by_itself(bands: int) -> None:
    image = np.random.default_rng(0).integers(0, 255, (24, 24, bands), dtype=np.uint8)
    small = resize_image(image, Box(0, 0, 24, 24), (8, 8))
    expected = image.reshape(8, 3, 8, 3, bands).mean(axis=(1, 3))
    assert small.shape == (8, 8, bands)
    assert np.abs(small - expected).max() <= 1


@given(st.integers(0, 8), st.integers(0, 8), st.integers(1, 12), st.integers(1, 12))
def test_a_box_of_whole_px_at_its_own_size_is_a_slice(row: int, col: int, rows: int, cols: int) -> None:
    image = np.random.default_rng(1).integers(0, 255, (20, 20, 3), dtype=np.uint8)
    box = Box(row, col, rows, cols)
    assert np.array_equal(resize_image(image, box, (rows, cols)), image[row : row + rows, col : col + cols])
    codes = image[..., 0]
    assert np.array_equal(resize_codes(codes, box, (rows, cols)), codes[row : row + rows, col : col + cols])
