"""The demo's scene: the same everywhere, on the ground, and showing all there is to map."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from satseg_core import demo_scene
from satseg_core.demo_paint import Frame, parcels, spectral_noise
from satseg_core.events import Reporter
from satseg_core.legend import LAND_COVER
from satseg_core.segment import SegmentOptions, segment


@pytest.fixture(scope="module")
def scene():
    return demo_scene.make_scene()


def test_every_kind_of_land_has_its_share(scene):
    image, cover = scene
    assert image.shape == (*cover.shape, 3) == (demo_scene.SIZE, demo_scene.SIZE, 3)
    assert image.dtype == cover.dtype == np.uint8
    shares = np.bincount(cover.ravel(), minlength=7) / cover.size
    assert (shares[:6] > 0.03).all()
    assert shares[6:].sum() == 0


def test_land_looks_like_what_it_is(scene):
    image, cover = scene
    mean = {c.name: image[cover == c.code].mean(axis=0) for c in LAND_COVER if (cover == c.code).any()}
    brightness = {name: color.mean() for name, color in mean.items()}
    assert brightness["forest"] == min(brightness.values())
    assert brightness["barren"] == max(brightness.values())
    assert mean["water"][2] > mean["rangeland"][2]
    assert mean["forest"][1] > mean["forest"][0]


def test_the_file_is_placed_in_metres(tmp_path, scene, monkeypatch):
    monkeypatch.setattr(demo_scene, "make_scene", lambda: scene)
    demo_scene.write_demo_scene(tmp_path / "scene.tif")
    with rasterio.open(tmp_path / "scene.tif") as dataset:
        assert dataset.crs == rasterio.CRS.from_user_input(demo_scene.CRS)
        assert dataset.res == (demo_scene.PIXEL, demo_scene.PIXEL)
        np.testing.assert_array_equal(np.moveaxis(dataset.read(), 0, -1), scene[0])


def test_the_default_model_finds_what_was_drawn(tmp_path, scene, monkeypatch):
    monkeypatch.setattr(demo_scene, "make_scene", lambda: scene)
    demo_scene.write_demo_scene(tmp_path / "scene.tif")
    segment(SegmentOptions(input=str(tmp_path / "scene.tif"), output=str(tmp_path / "map.tif")), Reporter())
    with rasterio.open(tmp_path / "map.tif") as dataset:
        found = dataset.read(1)
    assert (found == scene[1]).mean() > 0.68
    for land_class in LAND_COVER.classes[:6]:
        share = (found[scene[1] == land_class.code] == land_class.code).mean()
        # What the card says of the two: the model takes much of them for farmland.
        assert share > (0.1 if land_class.name in ("rangeland", "barren") else 0.85), land_class.name


def test_noise_is_standardised_and_smoother_with_a_steeper_slope():
    rough, smooth = (spectral_noise(np.random.default_rng(0), 128, slope, 64.0) for slope in (0.5, 2.0))
    for noise in (rough, smooth):
        assert noise.mean() == pytest.approx(0, abs=1e-3)
        assert noise.std() == pytest.approx(1, abs=1e-3)
    assert np.abs(np.diff(smooth)).mean() < 0.2 * np.abs(np.diff(rough)).mean()


def test_parcels_divide_their_rectangle():
    whole = (0.0, 0.0, 400.0, 300.0)
    found = list(parcels(np.random.default_rng(0), whole, 30, 80))
    assert len(found) > 10
    assert sum((right - left) * (bottom - top) for left, top, right, bottom in found) == pytest.approx(120_000)


def test_a_turned_frame_goes_there_and_back():
    frame = Frame(0.3, 200)
    column, row = frame.to_image(12.0, -34.0)
    assert frame.to_frame(np.float32(column), np.float32(row)) == pytest.approx((12.0, -34.0), abs=1e-4)
