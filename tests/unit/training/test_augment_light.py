"""Other light and other cameras."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from training.augment import apply
from training.augment.light import blur, noise, relight
from training.config import Augmentation

STILL = Augmentation(turn=False, brightness=0, gain=0, contrast=0, saturation=0, gamma=0)


def picture(bands: int = 3) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (32, 24, bands), dtype=np.uint8)


@pytest.mark.parametrize("bands", [1, 2, 3, 5])
def test_other_light_changes_the_picture_and_stays_in_range(bands: int) -> None:
    image, rng = picture(bands), np.random.default_rng(1)
    for _ in range(20):
        pixels = relight(image, Augmentation(), rng)
        assert pixels.shape == (bands, 32, 24)
        assert pixels.dtype == np.float32
        assert pixels.min() >= 0
        assert pixels.max() <= 1
        assert np.abs(pixels - image.transpose(2, 0, 1) / 255).mean() > 0.001


@pytest.mark.parametrize("setting", ["brightness", "gain", "contrast", "saturation", "gamma"])
def test_each_setting_has_its_own_effect(setting: str) -> None:
    """What a setting may not touch: the order of values (most), hue (saturation's grey), the mean (contrast)."""
    image = (picture() // 4 + 96).astype(np.uint8)  # far enough from 0 and 255 that nothing is cut off
    before = image.transpose(2, 0, 1) / 255
    after = relight(image, Augmentation(**{**vars(STILL), setting: 0.2}), np.random.default_rng(2))
    ratio = after / before
    assert np.abs(after - before).max() > 0.005
    if setting == "brightness":
        assert ratio.std() == pytest.approx(0, abs=1e-5)
    elif setting == "gain":
        assert ratio.std(axis=(1, 2)) == pytest.approx(np.zeros(3), abs=1e-5)
        assert ratio.mean(axis=(1, 2)).std() > 0.001
    elif setting == "contrast":
        assert after.mean() == pytest.approx(before.mean(), abs=0.01)
        assert np.corrcoef(after.ravel(), before.ravel())[0, 1] == pytest.approx(1, abs=1e-5)
    elif setting == "saturation":
        assert np.allclose(after.mean(axis=0), before.mean(axis=0), atol=1e-5)
    else:
        assert np.log(after / 1.0).ravel() / np.log(before).ravel() == pytest.approx(
            np.full(before.size, np.log(after[0, 0, 0]) / np.log(before[0, 0, 0])), abs=1e-3
        )


def test_blur_is_gaussian() -> None:
    pixels = np.random.default_rng(0).random((2, 40, 50), dtype=np.float32)
    sigma = float(np.random.default_rng(8).uniform(0, 3.0))
    expected = ndimage.gaussian_filter(pixels, (0, sigma, sigma), mode="reflect", truncate=round(3 * sigma) / sigma)
    assert np.allclose(blur(pixels, 3.0, np.random.default_rng(8)), expected, atol=1e-4)


def test_noise_is_as_strong_as_allowed_and_different_every_time() -> None:
    flat, rng = np.full((3, 64, 64), 0.5, np.float32), np.random.default_rng(0)
    deviations = [float(noise(flat, 0.1, rng).std()) for _ in range(40)]
    assert 0.0 < min(deviations) < 0.03
    assert 0.07 < max(deviations) < 0.105


def test_no_blur_and_no_noise_are_free() -> None:
    pixels, rng = np.zeros((3, 8, 8), np.float32), np.random.default_rng(0)
    before = rng.bit_generator.state
    assert noise(blur(pixels, 0.0, rng), 0.0, rng) is pixels
    assert rng.bit_generator.state == before


def test_crops_are_a_function_of_the_generator() -> None:
    settings = Augmentation(rotate=20, blur=1, noise=0.05, clouds=1, haze=1)
    codes = np.zeros((32, 24), np.uint8)

    def crop(seed: int) -> np.ndarray:
        return apply(picture(), codes, settings, np.random.default_rng(seed), 6)[0]

    assert np.array_equal(crop(1), crop(1))
    assert not np.array_equal(crop(1), crop(2))
    assert crop(3).min() >= 0
    assert crop(3).max() <= 1
