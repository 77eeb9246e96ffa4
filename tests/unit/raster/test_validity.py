"""Which px have data, in all the ways in which it is said: at the raster's px, and where px are averaged."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasterio.enums import ColorInterp, Resampling
from rasterio.windows import Window

from satseg_core.errors import UsageError
from satseg_core.raster.averaging import Taps, weighted
from satseg_core.raster.grid import Block, Span
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.reading import read_window, valid_pixels
from satseg_core.raster.source import open_source

RGB = ("red", "green", "blue")
COLORS = [ColorInterp.red, ColorInterp.green, ColorInterp.blue]
RGBA = [*COLORS, ColorInterp.alpha]


def valid(path, bands=(1, 2, 3), nodata=(), names=RGB):
    with open_source(str(path), names, bands, overrides=Overrides(nodata=nodata)) as source:
        return valid_pixels(source, Block(*(Span(0, length) for length in source.shape)))


def told(path, bands=(1, 2, 3), nodata=()):
    with open_source(str(path), RGB, bands, overrides=Overrides(nodata=nodata)) as source:
        return [way["from"] for way in source.validity.told()]


def averaged(path, shape, nodata=(), bands=(1, 2, 3)):
    with open_source(str(path), RGB, bands, overrides=Overrides(nodata=nodata)) as source:
        level = source.level(source.shape[0] / shape[0])
        return read_window(source, level, Window(0, 0, *source.shape[::-1]), shape)


@pytest.fixture
def left() -> np.ndarray:
    """The px of a raster of 96 x 130 that have data: all but 40 columns."""
    keep = np.ones((96, 130), bool)
    keep[:, :40] = False
    return keep


def test_the_users_value_goes_before_the_files(make_raster, image, left):
    image = image.clip(1, 254)
    image[:, ~left] = 0
    image[:, :5] = 255
    path = make_raster(image, nodata=255)
    np.testing.assert_array_equal(valid(path)[:, 60], np.arange(96) >= 5)
    found = valid(path, nodata=(0.0,))
    expected = left.copy()
    expected[:5] = True
    np.testing.assert_array_equal(found, expected)
    assert told(path, nodata=(0.0,)) == ["user"]
    assert told(path) == ["file"]


def test_each_band_has_a_value_of_its_own(make_raster, image, left):
    values = image.clip(20, 200).astype(np.int16)
    values[:, ~left] = np.array([[-1], [-2], [-3]])
    path = make_raster(values)
    assert valid(path, nodata=(-1.0,)).all()
    np.testing.assert_array_equal(valid(path, nodata=(-1.0, -2.0, -3.0)), left)
    np.testing.assert_array_equal(valid(path, (3, 2, 1), nodata=(-1.0, -2.0, -3.0)), left)


def test_values_besides_those_of_the_file(make_raster, image, left):
    values = image.clip(20, 200).astype(np.int16)
    values[:, ~left] = -1
    values[:, :7] = 400
    values[:, 90:] = 500
    path = make_raster(values, nodata=-1)
    with open_source(str(path), RGB, (1, 2, 3), overrides=Overrides(also_nodata=(400.0, 500.0))) as source:
        data = source.validity.data(source.dataset, Window(0, 0, 130, 96))
        told = source.validity.told()
    expected = left.copy()
    expected[:7] = expected[90:] = False
    np.testing.assert_array_equal(data, expected)
    assert [way["from"] for way in told] == ["file", "user, besides"]
    with (
        pytest.raises(UsageError, match=r"--also-nodata 1e\+09 cannot occur"),
        open_source(str(path), RGB, (1, 2, 3), overrides=Overrides(also_nodata=(1e9,))),
    ):
        pass


def test_a_user_may_say_that_no_value_is_without_data(make_raster, image, left):
    image[:, ~left] = 0
    path = make_raster(image, nodata=0)
    infinite = (float("inf"),)
    assert valid(path, nodata=infinite).all()
    assert told(path, nodata=infinite) == []
    values, _ = averaged(path, (48, 65), infinite)
    np.testing.assert_allclose(values[0], image[0].reshape(48, 2, 65, 2).mean((1, 3)), atol=0.51)
    with open_source(str(path), RGB, (1, 2, 3), overrides=Overrides(nodata=infinite)) as source:
        assert source.collar is None


@pytest.mark.parametrize(
    ("dtype", "given_values", "words"),
    [
        (np.uint8, (300.0,), "whole numbers from 0 to 255"),
        (np.uint8, (float("nan"),), "nan cannot occur"),
        (np.uint16, (-9999.0,), "whole numbers from 0 to 65535"),
        (np.int16, (0.5,), "0.5 cannot occur"),
        (np.float32, (1e300,), "cannot occur"),
        (np.uint8, (0.0, 0.0), "names 2 values"),
    ],
)
def test_a_value_that_cannot_occur_is_wrong_use(make_raster, image, dtype, given_values, words):
    path = make_raster(image.astype(dtype))
    with pytest.raises(UsageError, match=words):
        valid(path, nodata=given_values)


def test_a_mask_that_is_counted_as_a_band_may_have_a_value_too(make_raster, image, left):
    image[:, ~left] = np.array([[7], [8], [9]], np.uint8)
    path = make_raster(image, mask=np.full(left.shape, 255, np.uint8))
    none = float("inf")
    np.testing.assert_array_equal(valid(path, nodata=(7.0, 8.0, 9.0, none)), left)
    np.testing.assert_array_equal(valid(path, nodata=(7.0, 8.0, 9.0)), left)
    with pytest.raises(UsageError, match=r"has no band 4; its bands are 1 to 3 \(its mask is none"):
        valid(path, bands=(4, 1, 2))
    with pytest.raises(UsageError, match="names 4 values"):
        valid(make_raster(image, name="no_mask.tif"), nodata=(7.0, 8.0, 9.0, none))


def test_nan_for_floats_is_what_they_have_anyway(make_raster, image, left):
    values = image.astype(np.float32)
    values[0, ~left] = np.nan
    np.testing.assert_array_equal(valid(make_raster(values, nodata=-9999), nodata=(float("nan"),)), left)


@pytest.mark.parametrize(("declared", "stored"), [(-3.40282e38, -3.4028234663852886e38), (1e20, 1e20), (0.1, 0.1)])
def test_floats_are_found_though_they_are_written_with_other_digits(make_raster, image, left, declared, stored):
    values = image.astype(np.float32)
    values[:, ~left] = np.float32(stored)
    np.testing.assert_array_equal(valid(make_raster(values), nodata=(declared,)), left)
    np.testing.assert_array_equal(valid(make_raster(values, "declared.tif", nodata=declared)), left)


def test_a_palette_has_a_value_without_data_too(make_raster):
    path = make_raster(np.tile(np.array([[0, 1]], np.uint8), (32, 16)))
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, {0: (255, 0, 51, 255), 1: (0, 255, 102, 255)})
    np.testing.assert_array_equal(valid(path, None, (1.0,))[0], np.arange(32) % 2 == 0)


def test_transparent_colours_are_no_data(tmp_path):
    path = tmp_path / "in.png"
    index = np.tile(np.array([0, 1, 2, 3], np.uint8), (32, 8))
    with rasterio.open(path, "w", driver="PNG", width=32, height=32, count=1, dtype="uint8") as dataset:
        dataset.write(index, 1)
        dataset.write_colormap(1, {0: (9, 9, 9, 255), 1: (0, 255, 102, 0), 2: (8, 8, 8, 0), 3: (7, 7, 7, 128)})
    with rasterio.open(path) as dataset:
        assert [dataset.colormap(1)[i][3] for i in range(4)] == [255, 0, 0, 128]
    np.testing.assert_array_equal(valid(path, None), (index == 0) | (index == 3))


def test_sentinels_metadata_say_which_value_is_no_data(make_raster, image, left):
    values = image.clip(1, 255).astype(np.uint16) * 20
    values[:, ~left] = 0
    path = make_raster(values)
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(SPECIAL_VALUE_NODATA="0", SPECIAL_VALUE_SATURATED="65535")
    np.testing.assert_array_equal(valid(path), left)
    assert told(path) == ["SPECIAL_VALUE_NODATA"]
    assert valid(path, nodata=(65535.0,)).all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "uint32", "int32", "float32", "float64"])
def test_alpha_of_any_type_is_heard(make_raster, image, left, dtype):
    alpha = np.where(left, 7, 0).astype(dtype)  # hardly seen is seen
    path = make_raster(np.concatenate([image.astype(dtype), alpha[None]]), colorinterp=RGBA)
    np.testing.assert_array_equal(valid(path), left)
    assert told(path) == ["alpha band"]


def test_alpha_below_zero_or_nan_is_nothing_to_see(make_raster, image):
    alpha = np.ones((96, 130), np.float32)
    alpha[:3], alpha[3:6] = -1, np.nan
    path = make_raster(np.concatenate([image.astype(np.float32), alpha[None]]), colorinterp=RGBA)
    np.testing.assert_array_equal(valid(path)[:, 0], np.arange(96) >= 6)


def test_alpha_and_value_both_count_and_nobody_warns(make_raster, image, left):
    image = image.clip(1, 254)
    image[:, :8] = 0
    path = make_raster(np.concatenate([image, 255 * left[None].astype(np.uint8)]), colorinterp=RGBA, nodata=0)
    expected = left.copy()
    expected[:8] = False
    # Warnings are errors in these tests.
    np.testing.assert_array_equal(valid(path), expected)
    averaged(path, (48, 65))
    assert told(path) == ["file", "alpha band"]


def test_mask_and_value_both_count(make_raster, image, left):
    image = image.clip(1, 254)
    image[:, :8] = 0
    path = make_raster(image, mask=255 * left.astype(np.uint8), nodata=0)
    expected = left.copy()
    expected[:8] = False
    np.testing.assert_array_equal(valid(path), expected)
    assert told(path) == ["file", "mask band"]


def test_a_band_that_is_read_is_no_alpha(make_raster, image, left):
    path = make_raster(np.concatenate([image, 200 * left[None].astype(np.uint8)]), colorinterp=RGBA)
    assert valid(path, (4, 1, 2)).all()
    # Nor do its zeros leave px out of means.
    values, _ = averaged(path, (48, 65), bands=(4, 1, 2))
    np.testing.assert_allclose(values[1], image[0].reshape(48, 2, 65, 2).mean((1, 3)), atol=0.51)


def test_a_band_that_says_it_is_infrared_is_no_alpha(make_raster, image, left):
    path = make_raster(
        np.concatenate([image, 200 * left[None].astype(np.uint8)]), colorinterp=RGBA, descriptions=(*RGB, "nir")
    )
    with open_source(str(path), RGB, (1, 2, 3)) as source:
        assert not source.has_nodata
    values, _ = averaged(path, (48, 65))
    np.testing.assert_allclose(values[0], image[0].reshape(48, 2, 65, 2).mean((1, 3)), atol=0.51)


def test_a_dark_colour_is_no_hole_and_stays_dark(make_raster):
    values = np.full((3, 64, 64), 100, np.uint8)
    values[0] = 0
    values[:, :, :20] = 0
    path = make_raster(values, nodata=0)
    found, data = averaged(path, (32, 32))
    assert data[:, :, 10:].all()
    assert not data[:, :, :10].any()
    assert (found[0] == 0).all()


def _with_ways(make_raster, image, left):
    """The same image, without data on its left, which is bright there; said in every way."""
    image = image.clip(1, 200)
    bright = np.where(left, image, 255).astype(np.uint8)
    alpha = 255 * left[None].astype(np.uint8)
    wide = bright.astype(np.int16)
    return {
        "nodata": (make_raster(bright, "nodata.tif", nodata=255), ()),
        "user": (make_raster(bright, "user.tif"), (255.0,)),
        "mask": (make_raster(bright, "mask.tif", mask=alpha[0]), ()),
        "alpha": (make_raster(np.concatenate([bright, alpha]), "alpha.tif", colorinterp=RGBA), ()),
        "both": (make_raster(np.concatenate([bright, alpha]), "both.tif", colorinterp=RGBA, nodata=255), ()),
        "wide": (make_raster(np.concatenate([wide, alpha.astype(np.int16)]), "wide.tif", colorinterp=RGBA), ()),
        "nan": (make_raster(np.where(left, image, np.nan).astype(np.float32), "nan.tif"), ()),
    }, image


@pytest.mark.parametrize("shape", [(48, 65), (35, 41), (96, 130), (150, 200)])
def test_no_way_of_saying_it_lets_px_without_data_into_means(make_raster, image, left, shape):
    ways, image = _with_ways(make_raster, image, left)
    plain, _ = averaged(make_raster(image, "plain.tif"), shape)
    for name, (path, nodata) in ways.items():
        found, data = averaged(path, shape, nodata)
        edge = 40 * shape[1] / 130
        inner, outer = int(np.ceil(edge)) + 1, int(edge) - 1
        assert data[:, :, inner:].all(), name
        assert not data[:, :, :outer].any(), name
        np.testing.assert_allclose(found[:, :, inner:], plain[:, :, inner:], atol=1, err_msg=name)
        # Px that are cut show what they have, and never the bright px of the gap.
        assert (found[data] <= 200.5).all(), name


def test_overviews_made_of_px_that_nobody_declared_are_not_read(make_raster):
    values = np.full((3, 512, 512), 100, np.uint8)
    values[:, :, :250] = 0
    path = make_raster(values)
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2, 4, 8], Resampling.average)
    found, data = averaged(path, (32, 32), (0.0,))
    assert (found[data] == 100).all()
    assert data[0, 0].sum() == 17  # 250 of 16 px each: the 16th has six columns of data


@given(
    start=st.floats(0, 50),
    step=st.one_of(st.floats(0.2, 1.0), st.floats(1.01, 7.9)),
    count=st.integers(1, 12),
)
def test_taps_weigh_each_px_by_its_share(start, step, count):
    length = int(np.ceil(start + step * count)) + 3
    values = np.random.default_rng(1).random((1, 2, length))
    taps, same = Taps.along(start, step, count, length), Taps.along(0, 1, 2, 2)
    found = weighted(values[:, :, taps.first : taps.stop], same, taps)[0, 0]
    # Against very many px in place of each.
    fine = np.repeat(values[0, 0], 1000)
    for i, value in enumerate(found):
        if step > 1:
            a, b = (round(1000 * (start + step * n)) for n in (i, i + 1))
            expected = fine[a:b].mean()
        else:
            expected = np.interp(start + step * (i + 0.5) - 0.5, np.arange(length), values[0, 0])
        assert value == pytest.approx(expected, abs=0.01)
    assert np.allclose(taps.weight.sum(axis=0), 1)


@pytest.mark.parametrize("scale", [1.3, 2.0, 2.44, 3.7])
def test_own_means_are_gdals_within_a_grey_level(make_raster, image, scale):
    path = make_raster(image)
    shape = (int(96 / scale), int(130 / scale))
    window = Window(0.7, 0.3, shape[1] * scale - 0.7, shape[0] * scale - 0.3)
    with rasterio.open(path) as dataset:
        gdal = dataset.read(window=window, out_shape=(3, *shape), resampling=Resampling.average)
        rows = Taps.along(0.3, window.height / shape[0], shape[0], 96)
        cols = Taps.along(0.7, window.width / shape[1], shape[1], 130)
        part = dataset.read()[:, rows.first : rows.stop, cols.first : cols.stop].astype(np.float32)
    np.testing.assert_allclose(weighted(part, rows, cols), gdal, atol=1)


@pytest.mark.parametrize(
    ("said", "missing"), [(math.nan, "file"), (-9999.0, "file"), (0.5, "file"), (7.0, "catalogue")]
)
def test_a_catalogues_value_that_cannot_occur_leaves_the_files_own(make_raster, said, missing):
    """Many items say NaN or -9999 of whole numbers; nobody has given an option that could be mended."""
    values = np.full((3, 60, 60), 500, np.uint16)
    values[:, :20], values[:, 40:] = 0, 7
    told = Overrides(nodata=(said,), by_catalogue=True)
    with open_source(str(make_raster(values, nodata=0)), RGB, (1, 2, 3), overrides=told) as source:
        data = source.validity.data(source.dataset, rasterio.windows.Window(0, 0, 60, 60))
    np.testing.assert_array_equal(data, values[0] != {"file": 0, "catalogue": 7}[missing])
