"""Borders of one value that nothing declares: told of once, with the option to use; no false alarms."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
import rasterio.windows
from rasterio.enums import ColorInterp

from satseg_core.raster.overrides import Overrides
from satseg_core.raster.source import open_source

RGB = ("red", "green", "blue")


def collar(path, nodata=(), bands=(1, 2, 3)):
    with open_source(str(path), RGB, bands, overrides=Overrides(nodata=nodata)) as source:
        return source.collar


def land(height=300, width=400, dtype=np.uint8, bands=3):
    rng = np.random.default_rng(2)
    coarse = rng.integers(30, 220, (bands, -(-height // 20), -(-width // 20)))
    values = np.kron(coarse, np.ones((1, 20, 20), int))[:, :height, :width]
    return (values + rng.integers(0, 9, values.shape)).astype(dtype)


def diamond(height=300, width=400):
    y, x = np.mgrid[:height, :width]
    return np.abs(y / height - 0.5) + np.abs(x / width - 0.5) < 0.5


def frame(part, height=300, width=400):
    inside = np.zeros((height, width), bool)
    edge = int(part * min(height, width))
    inside[edge : height - edge, edge : width - edge] = True
    return inside


def half(height=300, width=400):
    return np.broadcast_to(np.arange(width) >= width // 2, (height, width))


@pytest.mark.parametrize(
    "inside", [diamond(), frame(0.04), frame(0.1), half()], ids=["diamond", "narrow", "wide", "half"]
)
@pytest.mark.parametrize(
    ("dtype", "fill"),
    [
        (np.uint8, (0, 0, 0)),
        (np.uint8, (255, 255, 255)),
        (np.uint8, (255, 0, 255)),
        (np.uint16, (0, 0, 0)),
        (np.int16, (-9999, -9999, -9999)),
        (np.float32, (-3.4028234663852886e38,) * 3),
    ],
)  # fmt: skip
def test_a_border_of_one_value_is_told_of(make_raster, inside, dtype, fill):
    values = land(dtype=dtype)
    values[:, ~inside] = np.array(fill, dtype)[:, None]
    path = make_raster(values)
    found = collar(path)
    assert found.values == pytest.approx(fill)
    assert found.share == pytest.approx(1 - inside.mean(), abs=0.08)
    # The option that it names is the right one.
    sentence = found.warning(str(path))
    assert sentence.count(". ") == 1
    option = sentence.rpartition("--nodata ")[2].rstrip(".")
    given = tuple(float(part) for part in option.split(","))
    assert collar(path, given) is None
    with open_source(str(path), RGB, (1, 2, 3), overrides=Overrides(nodata=given)) as source:
        np.testing.assert_array_equal(
            source.validity.data(source.dataset, rasterio.windows.Window(0, 0, 400, 300)), inside
        )


def test_what_is_declared_is_not_told_of(make_raster):
    values = land()
    values[:, ~diamond()] = 0
    C = ColorInterp
    alpha = 255 * diamond()[None].astype(np.uint8)
    for path in (
        make_raster(values, "nodata.tif", nodata=0),
        make_raster(values, "mask.tif", mask=alpha[0]),
        make_raster(np.concatenate([values, alpha]), "alpha.tif", colorinterp=[C.red, C.green, C.blue, C.alpha]),
    ):
        assert collar(path) is None


def test_another_value_than_the_declared_one_is_told_of(make_raster):
    values = land()
    values[:, ~half()] = 0
    assert collar(make_raster(values, nodata=255)).values == (0, 0, 0)


@pytest.mark.parametrize(
    "values",
    [
        land(),
        np.zeros((3, 300, 400), np.uint8),
        np.full((3, 300, 400), 77, np.uint8),
        np.where(frame(0.008), land(), 0),
        np.where(diamond() | (np.indices((300, 400)).sum(0) > 60), land(), 0),
        np.where(~frame(0.2), land(), 0),
    ],
    ids=["land", "black", "one colour", "a thin line", "a small corner", "a hole in the middle"],
)
def test_no_false_alarms(make_raster, values):
    assert collar(make_raster(values.astype(np.uint8))) is None


@pytest.mark.parametrize("noise", [0, 1])
def test_a_lake_of_a_single_band_is_land(make_raster, noise):
    """A height model's lake has one value, and it is a height."""
    values = 300 + land(bands=1).astype(np.float32)[0]
    values[~half()] = 412.5 + noise * np.random.default_rng(1).random((~half()).sum())
    assert collar(make_raster(values), bands=(1, 1, 1)) is None


def test_water_that_has_noise_is_land(make_raster):
    values = land()
    values[:, ~half()] = np.random.default_rng(1).integers(0, 3, (3, (~half()).sum()))
    assert collar(make_raster(values)) is None


def test_palettes_have_no_border(make_raster):
    values = np.where(half(), land()[0] % 4, 0).astype(np.uint8)
    path = make_raster(values)
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, {i: (9 * i, 3 * i, i, 255) for i in range(4)})
    assert collar(path, bands=None) is None


def test_black_that_jpeg_has_made_uneven_is_black_where_it_is_far_from_the_land(make_raster, tmp_path):
    values = land()
    values[:, ~half()] = 0
    path = make_raster(values, compress="jpeg", photometric="YCBCR", tiled=True, blockxsize=64, blockysize=64)
    assert collar(path).values == (0, 0, 0)


def test_it_costs_four_small_readings_where_there_is_none(make_raster, monkeypatch):
    path = make_raster(land(2000, 2000))
    with open_source(str(path), RGB, (1, 2, 3)) as source:
        read = []
        look = type(source.validity).look
        monkeypatch.setattr(
            type(source.validity), "look", lambda self, *args: read.append(args[1]) or look(self, *args)
        )
        assert source.collar is None
    assert len(read) == 4
    assert all(window.width * window.height <= 256 for window in read)


@pytest.mark.parametrize("declared", [None, 0])
def test_a_second_value_is_named_besides_the_first(make_raster, declared):
    """Whoever follows the sentence keeps what is known already."""
    values = land(dtype=np.uint16)
    values[:, ~half()] = 65535
    values[:, :40] = 0
    path = make_raster(values, nodata=declared)
    given = () if declared == 0 else (0.0,)
    sentence = collar(path, given).warning(str(path))
    assert sentence.endswith("give --also-nodata 65535.")
    told = Overrides(nodata=given, also_nodata=(65535,))
    with open_source(str(path), RGB, (1, 2, 3), overrides=told) as source:
        data = source.validity.data(source.dataset, rasterio.windows.Window(0, 0, 400, 300))
    np.testing.assert_array_equal(data, (values[0] != 0) & (values[0] != 65535))
