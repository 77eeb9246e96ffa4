"""Crops: image and labels stay together whatever is done to them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from training.config import Augmentation
from training.datasets import IGNORE, Scene
from training.transforms import CropSampler, cut, relight, to_size, turn

NONE = Augmentation(scale=(1.0, 1.0), brightness=0, gain=0, contrast=0, saturation=0, gamma=0)


def coded_scene(size: int = 90) -> Scene:
    """A scene whose image tells the label of each px: red is 40 times the code."""
    codes = np.random.default_rng(0).integers(0, 6, (size // 9, size // 9)).repeat(9, 0).repeat(9, 1).astype(np.uint8)
    return Scene("s", np.stack([codes * 40] * 3, axis=-1), codes)


def test_labels_stay_on_their_px() -> None:
    images, labels = CropSampler([coded_scene()], 36, NONE, balanced=0.5, seed=1).batch(12)
    assert images.shape == (12, 3, 36, 36)
    assert labels.shape == (12, 36, 36)
    assert labels.dtype == torch.int64
    assert torch.equal((images[:, 0] * 255 / 40).round().long(), labels)


def test_labels_stay_near_their_px_when_scaled() -> None:
    images, labels = CropSampler([coded_scene()], 36, Augmentation(scale=(0.7, 1.4), brightness=0, gain=0, contrast=0,
                                 saturation=0, gamma=0), seed=1).batch(12)  # fmt: skip
    assert float(((images[:, 0] * 255 / 40).round().long() == labels).float().mean()) > 0.75


def test_crops_are_a_function_of_the_seed() -> None:
    def first(seed: int) -> torch.Tensor:
        return CropSampler([coded_scene()], 32, Augmentation(), balanced=0.5, seed=seed).batch(3)[0]

    assert torch.equal(first(1), first(1))
    assert not torch.equal(first(1), first(2))


def test_balanced_crops_show_rare_classes() -> None:
    codes = np.zeros((200, 200), np.uint8)
    codes[:4, :4] = 5
    codes[10:14, :4] = IGNORE
    scene = Scene("s", np.zeros((200, 200, 3), np.uint8), codes)

    def share(balanced: float) -> float:
        _, labels = CropSampler([scene], 16, NONE, balanced, seed=3).batch(200)
        return float((labels == 5).any(dim=2).any(dim=1).float().mean())

    assert share(1.0) == pytest.approx(0.5, abs=0.12)
    assert share(0.0) < 0.1


@pytest.mark.parametrize("which", range(8))
def test_turning_is_the_same_for_both_and_never_the_same_twice(which: int) -> None:
    scene = coded_scene(18)
    image, codes = turn(scene.image, scene.codes, which)
    assert np.array_equal(image[..., 0], codes * 40)
    others = [turn(scene.image, np.arange(324).reshape(18, 18), k)[1] for k in range(8)]
    assert sum(np.array_equal(others[which], other) for other in others) == 1


@given(row=st.integers(-30, 60), column=st.integers(-30, 60), window=st.integers(1, 60))
def test_windows_are_moved_inside_or_mirrored(row: int, column: int, window: int) -> None:
    scene = coded_scene(36)
    image, codes = cut(scene.image, row, column, window), cut(scene.codes, row, column, window)
    assert image.shape == (window, window, 3)
    assert np.array_equal(image[..., 0], codes * 40)


def test_scaling_labels_invents_no_class() -> None:
    codes = np.where(np.eye(20, dtype=bool), IGNORE, 1).astype(np.uint8)
    pixels, labels = to_size(np.zeros((20, 20, 3), np.uint8), codes, 33)
    assert pixels.shape == (3, 33, 33)
    assert set(labels.unique().tolist()) == {1, IGNORE}


def test_other_light_stays_light() -> None:
    pixels = torch.rand(3, 20, 20, generator=torch.Generator().manual_seed(1))
    rng = np.random.default_rng(1)
    for _ in range(20):
        changed = relight(pixels, Augmentation(), rng)
        assert float(changed.min()) >= 0
        assert float(changed.max()) <= 1
        assert float((changed - pixels).abs().mean()) > 0.001
    assert torch.allclose(relight(pixels, NONE, rng), pixels, atol=2e-4)
