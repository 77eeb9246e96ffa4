"""Bands as they are written and places as they are said, from the command line."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
from affine import Affine

from tests.e2e.command import PIXEL, satseg, scene

FEET = 'ENGCRS["Site",EDATUM["Pole 7"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["foot",0.3048]]'
PLACE = {"crs": "EPSG:32632", "transform": Affine(PIXEL, 0, 500_000, 0, -PIXEL, 5_400_000)}


@pytest.fixture(scope="module")
def image():
    """A scene in which red and blue cannot be taken for each other unnoticed, ``(3, 256, 256) uint8``."""
    values = scene(256, 256).astype(float)
    values[2] /= 3
    return values.astype(np.uint8)


@pytest.fixture
def write(tmp_path):
    def run(name, bands, words=(), **profile):
        settings = {"driver": "GTiff", "count": len(bands), "dtype": bands.dtype, **PLACE, **profile}
        path = tmp_path / name
        with rasterio.open(path, "w", height=bands.shape[1], width=bands.shape[2], **settings) as dataset:
            dataset.write(bands)
            for band, word in enumerate(words, 1):
                dataset.set_band_description(band, word)
        return path

    return run


@pytest.fixture
def codes(tmp_path):
    """The map of a raster and what was said besides."""

    def run(path, *options):
        done = satseg("segment", path, "--output", tmp_path / "map.tif", "--overwrite", *options)
        assert done.code == 0, done.err
        with rasterio.open(tmp_path / "map.tif") as dataset:
            return dataset.read(1), done.err

    return run


def test_one_scene_in_any_order_and_with_any_words_is_one_map(write, codes, image):
    expected, said = codes(write("rgb.tif", image, ("red", "green", "blue")))
    assert "Warning" not in said or "calls its bands" not in said
    assert len(np.unique(expected)) > 1
    infrared = np.full((1, 256, 256), 120, np.uint8)
    infrared[:, :, :100] = 0  # as over water; GDAL calls the band alpha
    cases = [
        (image[::-1], ("blue", "green", "red"), ()),
        (np.concatenate([image[::-1], infrared]), ("blue", "green", "red", "nir"), ()),
        (np.concatenate([image, infrared]), ("red", "green", "blue", "nir"), ()),
        (np.concatenate([image, infrared]), ("red", "green", "blue", "nir"), ("--bands", "1,2,3")),
        (np.concatenate([infrared, image]), ("B08", "B04", "B03", "B02"), ()),
    ]
    for number, (bands, words, options) in enumerate(cases):
        found, said = codes(write(f"in{number}.tif", np.ascontiguousarray(bands), words), *options)
        np.testing.assert_array_equal(found, expected, err_msg=f"{words} {said}")


def test_a_raster_that_lacks_a_band_of_the_models_is_refused_with_a_sentence(write, image, tmp_path):
    path = write("cir.tif", image, ("nir", "red", "green"))
    done = satseg("segment", path, "--output", tmp_path / "map.tif")
    assert done.code == 1
    assert "shows nir, red, green, and the model reads red, green, blue" in done.err


def test_a_crs_without_a_place_is_told_and_counts_px(write, codes, image, tmp_path):
    path = write("crs_only.tif", image, transform=None)
    _, said = codes(path, "--polygons", tmp_path / "p.gpkg")
    assert "does not say where it lies" in said
    record = json.loads((tmp_path / "map.json").read_text())
    assert all(area["area_m2"] is None for area in record["areas"])
    assert sum(area["pixels"] for area in record["areas"]) == 256 * 256


def test_feet_are_feet(write, codes, image, tmp_path):
    path = write("site_feet.tif", image, crs=FEET, transform=Affine(2, 0, 100, 0, -2, 900))
    _, said = codes(path)
    assert "the foot (0.3048 m)" in said
    record = json.loads((tmp_path / "map.json").read_text())
    assert record["input"]["metres_per_pixel"] == pytest.approx([0.6096, 0.6096])
    assert sum(area["area_m2"] for area in record["areas"]) == pytest.approx(256 * 256 * 0.6096**2, rel=1e-9)
