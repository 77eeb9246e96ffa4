"""Clouds, shadows and haze: what is hidden is unknown, what can be seen keeps its label."""

from __future__ import annotations

import numpy as np
import pytest

from training.augment import apply
from training.augment.clouds import KINDS, add_clouds, add_haze
from training.augment.fields import fractal
from training.config import Augmentation
from training.data.codes import IGNORE

UNKNOWN = 6
SIZE = 96


def sky(seed: int, ground: float = 0.3, bands: int = 3, unknown: int | None = UNKNOWN) -> tuple[np.ndarray, np.ndarray]:
    """Clouds over flat land of class 1."""
    land = np.full((bands, SIZE, SIZE), ground, np.float32)
    return add_clouds(land, np.ones((SIZE, SIZE), np.uint8), np.random.default_rng(seed), unknown)


SKIES = range(60)


def test_land_that_keeps_its_label_can_be_seen() -> None:
    """Seen land's contrast is measured: the difference that brighter land makes to the picture."""
    for seed in SKIES:
        dark, labels = sky(seed, 0.2)
        light, _ = sky(seed, 0.3)
        left = (light - dark).mean(axis=0) / 0.1  # share of the land's contrast that comes through
        kept, hidden = left[labels == 1], left[labels == UNKNOWN]
        assert kept.size == 0 or np.median(kept) > 0.45
        assert hidden.size == 0 or np.median(hidden) < 0.45


def test_every_kind_of_sky_comes_up() -> None:
    hidden = np.array([(sky(seed)[1] == UNKNOWN).mean() for seed in range(150)])
    assert (hidden < 0.02).any()
    assert ((hidden > 0.1) & (hidden < 0.5)).any()
    assert (hidden > 0.95).any()
    assert 0.15 < hidden.mean() < 0.5


def test_labels_are_the_old_ones_unknown_or_ignored() -> None:
    seen = np.unique(np.stack([sky(seed)[1] for seed in SKIES]))
    assert set(seen) == {1, UNKNOWN, IGNORE}


def test_without_a_class_for_it_hidden_land_is_ignored() -> None:
    for seed in SKIES:
        picture, labels = sky(seed, unknown=None)
        assert np.array_equal(picture, sky(seed)[0])
        assert np.array_equal(labels, np.where(sky(seed)[1] == UNKNOWN, IGNORE, sky(seed)[1]))


def test_shadows_are_dark_and_bluish_and_clouds_bright() -> None:
    shades, brightest = [], []
    for seed in SKIES:
        picture, _ = sky(seed, 0.4)
        shades.append(picture[:, picture.mean(axis=0) < 0.3])
        brightest.append(picture.max())
    red, green, blue = np.concatenate(shades, axis=1)
    assert red.size > 1000
    assert (red < green).mean() > 0.95
    assert (green < blue).mean() > 0.95
    assert red.min() > 0.1
    assert np.median(brightest) > 0.75


def test_clouds_are_neither_flat_nor_noise() -> None:
    """Neighbouring px differ little inside a cloud, distant ones more."""
    near, far = [], []
    for seed in SKIES:
        picture, labels = sky(seed)
        if (labels == UNKNOWN).mean() > 0.8:
            near.append(np.abs(np.diff(picture[0], axis=1)).mean())
            far.append(np.abs(picture[0, :, 24:] - picture[0, :, :-24]).mean())
    assert len(near) >= 3
    assert np.mean(near) > 0.001
    assert np.mean(far) > 2 * np.mean(near)


@pytest.mark.parametrize("bands", [1, 2, 3, 4, 6])
def test_any_number_of_bands(bands: int) -> None:
    picture, labels = sky(4, bands=bands)
    assert picture.shape == (bands, SIZE, SIZE)
    assert picture.dtype == np.float32
    assert labels.dtype == np.uint8
    assert add_haze(picture, np.random.default_rng(1)).shape == picture.shape


def test_haze_dims_without_hiding() -> None:
    for seed in range(30):
        dark, light = (np.full((3, 40, 60), ground, np.float32) for ground in (0.2, 0.3))
        hazy, other = (add_haze(land, np.random.default_rng(seed)) for land in (dark, light))
        left = (other - hazy) / 0.1
        assert hazy.dtype == np.float32
        assert left.min() > 0.54
        assert left.max() <= 1.0001
        assert left.mean() < 0.99


def test_shares_of_crops() -> None:
    image, codes = np.full((32, 32, 3), 80, np.uint8), np.ones((32, 32), np.uint8)
    still = {"turn": False, "brightness": 0, "gain": 0, "contrast": 0, "saturation": 0, "gamma": 0}
    rng = np.random.default_rng(7)

    def changed(**shares: float) -> tuple[float, float]:
        crops = [apply(image, codes, Augmentation(**still, **shares), rng, UNKNOWN) for _ in range(200)]
        other_light = np.mean([np.abs(pixels - 80 / 255).max() > 1e-3 for pixels, _ in crops])
        return float(other_light), float(np.mean([(labels != 1).any() for _, labels in crops]))

    assert changed() == (0.0, 0.0)
    light, labels = changed(haze=0.3)
    assert light == pytest.approx(0.3, abs=0.1)
    assert labels == 0.0
    light, labels = changed(clouds=0.3)
    assert light == pytest.approx(0.3, abs=0.1)
    assert 0.1 < labels <= light


def test_kinds_are_drawn_by_shares_that_add_up() -> None:
    assert sum(kind.share for kind in KINDS) == pytest.approx(1.0)


@pytest.mark.parametrize(("slope", "rougher"), [(1.5, 2.5), (2.0, 3.0)])
def test_fields_are_periodic_standard_and_smoother_with_the_slope(slope: float, rougher: float) -> None:
    field, smooth = (fractal(64, 30.0, s, np.random.default_rng(3)) for s in (slope, rougher))
    assert field.dtype == np.float32
    assert float(field.mean()) == pytest.approx(0, abs=1e-4)
    assert float(field.std()) == pytest.approx(1, abs=1e-3)
    step = np.abs(np.diff(field, axis=1)).mean()
    assert np.abs(field[:, 0] - field[:, -1]).mean() < 1.5 * step
    assert np.abs(np.diff(smooth, axis=1)).mean() < step


def test_stretched_fields_run_along_their_angle() -> None:
    """Long to the right at angle 0, long downwards at a right angle."""
    for angle, axis in ((0.0, 1), (np.pi / 2, 0)):
        field = fractal(96, 20.0, 2.0, np.random.default_rng(3), 4.0, angle)
        along, across = (np.abs(np.diff(field, axis=a)).mean() for a in (axis, 1 - axis))
        assert across > 2 * along
