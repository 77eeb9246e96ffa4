"""Turns and rotations: image and labels stay on the same ground, whatever is done to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.augment import apply, mix
from training.augment.geometry import rotate, turn
from training.config import Augmentation
from training.data.codes import IGNORE

STILL = Augmentation(turn=False, brightness=0, gain=0, contrast=0, saturation=0, gamma=0)


def coded(height: int = 36, width: int = 36, bands: int = 3, piece: int = 9) -> tuple[np.ndarray, np.ndarray]:
    """A crop whose image tells the label of each px: 40 times the code."""
    small = np.random.default_rng(0).integers(0, 6, (-(-height // piece), -(-width // piece)))
    codes = small.repeat(piece, 0).repeat(piece, 1)[:height, :width].astype(np.uint8)
    return np.stack([codes * 40] * bands, axis=-1), codes


def test_nothing_changes_where_nothing_may() -> None:
    image, codes = coded(20, 28, 4)
    pixels, labels = apply(image, codes, STILL, np.random.default_rng(1), 6)
    assert pixels.dtype == np.float32
    assert pixels.shape == (4, 20, 28)
    assert np.allclose(pixels.transpose(1, 2, 0) * 255, image, atol=1e-3)
    assert np.array_equal(labels, codes)
    assert not np.shares_memory(labels, codes)


@pytest.mark.parametrize("which", range(8))
def test_turning_is_the_same_for_both_and_never_the_same_twice(which: int) -> None:
    image, codes = turn(*coded(), which)
    assert np.array_equal(image[..., 0], codes * 40)
    others = [turn(coded()[0], np.arange(36 * 36).reshape(36, 36), k)[1] for k in range(8)]
    assert sum(np.array_equal(others[which], other) for other in others) == 1


@given(height=st.integers(2, 40), width=st.integers(2, 40), seed=st.integers(0, 99))
def test_turning_crops_of_any_shape_keeps_shape_and_labels(height: int, width: int, seed: int) -> None:
    image, codes = coded(height, width)
    settings = Augmentation(turn=True, brightness=0, gain=0, contrast=0, saturation=0, gamma=0)
    pixels, labels = apply(image, codes, settings, np.random.default_rng(seed), 6)
    assert pixels.shape == (3, height, width)
    assert np.array_equal((pixels[0] * 255 / 40).round(), labels)


@pytest.mark.parametrize("degrees", [0.0, 17.0, -45.0, 90.0])
def test_rotation_moves_both_and_ignores_the_corners(degrees: int) -> None:
    image, codes = coded(120, 120, piece=30)
    turned, labels = rotate(image, codes, degrees)
    seen = labels != IGNORE
    assert float((turned[..., 0] == labels * 40)[seen].mean()) > 0.9
    corners = labels[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners == IGNORE).all() == (degrees % 90 != 0)
    assert float(seen.mean()) > 0.8
    assert turned[:3, :3].any() or not image.any()


def test_rotation_goes_anticlockwise_by_the_angle_on_any_shape() -> None:
    image, codes = coded()
    assert np.array_equal(rotate(image, codes, 90.0)[1], np.rot90(codes))
    codes = np.zeros((60, 100), np.uint8)
    codes[28:32, 70:90] = 1  # to the right of the centre: turned by 45 degrees it is up and to the right
    rows, columns = np.nonzero(rotate(np.zeros((60, 100, 1), np.uint8), codes, 45.0)[1] == 1)
    assert rows.mean() == pytest.approx(29.5 - 30 * np.sin(np.pi / 4), abs=1.0)
    assert columns.mean() == pytest.approx(49.5 + 30 * np.cos(np.pi / 4), abs=1.0)


def test_rotated_corners_show_the_land_mirrored() -> None:
    image = np.full((64, 64, 3), 200, np.uint8)
    assert (rotate(image, np.zeros((64, 64), np.uint8), 30.0)[0] == 200).all()


def test_mixing_pastes_whole_classes_and_nothing_else() -> None:
    first = (np.zeros((40, 40, 3), np.uint8), np.full((40, 40), 5, np.uint8))
    image, codes = coded(40, 40)
    codes = np.where(codes == 0, IGNORE, codes).astype(np.uint8)
    image += 10
    mixed, labels = mix(first, (image, codes), np.random.default_rng(3))
    pasted = mixed[..., 0] > 0
    assert np.array_equal(mixed[pasted], image[pasted])
    assert np.array_equal(labels, np.where(pasted, codes, 5))
    chosen = np.unique(codes[pasted])
    assert len(chosen) == len(np.unique(codes[codes != IGNORE])) // 2
    assert IGNORE not in chosen
    assert np.array_equal(pasted, np.isin(codes, chosen))
    assert not first[0].any()


def test_mixing_a_crop_of_one_class_or_none_changes_nothing() -> None:
    first = coded()
    for code in (2, IGNORE):
        mixed, labels = mix(first, (first[0] + 1, np.full((36, 36), code, np.uint8)), np.random.default_rng(0))
        assert np.array_equal(mixed, first[0])
        assert np.array_equal(labels, first[1])
