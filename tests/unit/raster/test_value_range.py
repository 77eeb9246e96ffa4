"""What values mean: bits that a file declares, 0 that is white, and images of bytes that hardly use them."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.enums import ColorInterp
from rasterio.shutil import copy
from rasterio.windows import Window

from satseg_core.model.card import Scaling
from satseg_core.raster.grid import Block, Span
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.reading import read_window, valid_pixels
from satseg_core.raster.scaling import find_stretch
from satseg_core.raster.source import open_source
from satseg_core.raster.value_range import range_warnings

RGB = ("red", "green", "blue")


def stretch(path, given=None, bands=None):
    with open_source(str(path), RGB, bands) as source:
        return find_stretch(source, Scaling(), given)


def warned(path, stretched=False, nodata=()):
    with open_source(str(path), RGB, overrides=Overrides(nodata=nodata)) as source:
        return range_warnings(source, stretched=stretched)


def brought_to(image: np.ndarray, low: int, high: int) -> np.ndarray:
    return (low + image.astype(float) * (high - low) / 255).astype(image.dtype)


@pytest.mark.parametrize("bits", range(1, 8))
def test_bytes_go_up_to_what_the_bits_hold_that_a_tiff_declares(make_raster, image, bits):
    found = stretch(make_raster(image >> (8 - bits), nbits=bits, photometric="RGB"))
    assert (found.low, found.high) == ((0.0,) * 3, (2.0**bits - 1,) * 3)
    assert found.origin == f"{bits}-bit, as is"


def test_so_do_png_and_jpeg_2000(make_raster, image):
    assert stretch(make_raster(image[:1] >> 4, "four.png", driver="PNG", nbits=4)).high == (15.0,) * 3
    lossless = {"reversible": "YES", "quality": 100}
    path = make_raster(image >> 4, "four.jp2", driver="JP2OpenJPEG", nbits=4, **lossless)
    assert stretch(path).high == (15.0,) * 3


def test_whole_bytes_stay_what_they_are(make_raster, image):
    found = stretch(make_raster(image, photometric="RGB"))
    assert found.is_plain
    assert found.origin == "8-bit, as is"


def test_twelve_bits_in_sixteen_are_stretched_as_other_values_of_sixteen(make_raster, image):
    values = image.astype(np.uint16) * 16
    plain = stretch(make_raster(values, "plain.tif", photometric="RGB"))
    assert stretch(make_raster(values, "twelve.tif", photometric="RGB", nbits=12)) == plain


def test_a_stretch_that_the_user_gives_goes_before_bits(make_raster, image):
    assert stretch(make_raster(image >> 4, nbits=4, photometric="RGB"), (2.0, 9.0)).high == (9.0,) * 3


def test_bits_of_colours_in_a_table_are_no_range(tmp_path, image):
    Image.fromarray(image[0]).quantize(16).save(tmp_path / "sixteen.png")
    with rasterio.open(tmp_path / "sixteen.png") as dataset:
        assert dataset.tags(1, ns="IMAGE_STRUCTURE")["NBITS"] == "4"
    assert stretch(tmp_path / "sixteen.png").is_plain


def test_where_zero_is_white_the_stretch_is_inverted(make_raster, image):
    found = stretch(make_raster(image[:1], photometric="MINISWHITE"))
    assert (found.low, found.high) == ((255.0,) * 3, (0.0,) * 3)
    assert "0 is white" in found.origin
    assert stretch(make_raster(image[:1] >> 4, "four.tif", nbits=4, photometric="MINISWHITE")).low == (15.0,) * 3
    assert stretch(make_raster(image[:1], photometric="MINISWHITE"), (10.0, 90.0)).low == (90.0,) * 3


def test_percentiles_are_inverted_too(make_raster, image):
    values = image[:1].astype(np.uint16) * 100
    white = stretch(make_raster(values, "white.tif", photometric="MINISWHITE"))
    black = stretch(make_raster(values, "black.tif", photometric="MINISBLACK"))
    assert (white.low, white.high) == (black.high, black.low)


def test_zero_is_white_beside_transparency(make_raster, image):
    values = np.stack([image[0], np.full_like(image[0], 255)])
    assert stretch(make_raster(values, photometric="MINISWHITE", alpha="YES")).low == (255.0,) * 3


def test_a_colour_table_is_not_inverted_again(make_raster, image):
    path = make_raster((image[:1] > 100).astype(np.uint8), nbits=1, photometric="MINISWHITE")
    with rasterio.open(path) as dataset:
        assert dataset.colorinterp == (ColorInterp.palette,)
        assert dataset.colormap(1)[0][:3] == (255, 255, 255)
    assert stretch(path).is_plain
    assert stretch(path, bands=(1, 1, 1)).low == (1.0,) * 3  # read as numbers, without the table
    (sentence,) = warned(path)
    assert "one bit" in sentence


def test_nodata_is_a_value_of_the_file_where_zero_is_white(make_raster, image):
    values = image[:1] | 1
    values[:, :20], values[:, 20:30] = 0, 255
    with open_source(str(make_raster(values, photometric="MINISWHITE", nodata=0)), RGB) as source:
        found = valid_pixels(source, Block(*(Span(0, length) for length in source.shape)))
    np.testing.assert_array_equal(found, values[0] != 0)


def test_white_zero_is_told_of(make_raster, image):
    (sentence,) = warned(make_raster(image[:1], photometric="MINISWHITE"))
    assert "0 is white" in sentence
    assert "PHOTOMETRIC=MINISBLACK" in sentence


def test_black_and_white_is_told_of(make_raster, image):
    (sentence,) = warned(make_raster((image > 100).astype(np.uint8), nbits=1, photometric="RGB"))
    assert "one bit" in sentence


@pytest.mark.parametrize(
    ("low", "high", "option"), [(0, 60, "0,60"), (3, 31, "0,31"), (100, 140, "100,140"), (0, 7, "0,7")]
)
def test_images_that_hardly_use_their_bytes_are_told_of(make_raster, image, low, high, option):
    values = brought_to(image, low, high)
    values[:, 0, 0], values[:, 50, 50] = 255, 0  # a few px are no range
    path = make_raster(values, photometric="RGB")
    (sentence,) = warned(path)
    assert f"give --stretch {option}." in sentence
    assert warned(path, stretched=True) == []


@pytest.mark.parametrize(("low", "high"), [(0, 255), (0, 70), (40, 110), (150, 255)])
def test_ordinary_images_are_not_told_of(make_raster, image, low, high):
    assert warned(make_raster(brought_to(image, low, high), photometric="RGB")) == []


def test_one_wide_band_is_enough(make_raster, image):
    values = np.stack([image[0] // 8, image[1] // 8, image[2]])
    assert warned(make_raster(values, photometric="RGB")) == []


def test_a_raster_of_one_value_has_nothing_to_stretch(make_raster):
    assert warned(make_raster(np.full((3, 80, 90), 9, np.uint8), photometric="RGB")) == []


def test_what_is_without_data_has_no_part_in_the_range(make_raster, image):
    values = brought_to(image, 3, 50)
    values[:, :, :60] = 255
    assert "--stretch 0,50." in warned(make_raster(values, "declared.tif", photometric="RGB", nodata=255))[0]
    plain = make_raster(values, "plain.tif", photometric="RGB")
    assert "--stretch 0,50." in warned(plain, nodata=(255.0,))[0]
    assert "--stretch 0,50." in warned(plain)[0]  # nobody says so, and it looks like it
    black = brought_to(image, 100, 140)
    black[:, :, :60] = 0
    assert "--stretch 100,140." in warned(make_raster(black, "black.tif", photometric="RGB"))[0]


def test_other_types_have_a_stretch_of_their_own(make_raster, image):
    assert warned(make_raster(image.astype(np.uint16) // 8, photometric="RGB")) == []


@pytest.mark.parametrize("folder", ["deepglobe", "naip", "dubai", "geotiff", "loveda", "openearthmap"])
@pytest.mark.slow
def test_no_false_alarm_on_real_images(shared, folder):
    files = [file for file in (shared / folder).rglob("*") if file.suffix.lower() in (".tif", ".jpg", ".png")]
    images = [file for file in files if "mask" not in file.parts[-2] and "label" not in file.parts[-2]]
    alarmed = []
    for file in images:
        with rasterio.open(file) as dataset:
            if dataset.count < 3 or dataset.dtypes[0] != "uint8":
                continue
        with open_source(str(file), RGB, (1, 2, 3)) as source:
            alarmed += range_warnings(source, stretched=False)
    assert alarmed == []


def seen(path):
    """Colours as they are read, and where there is data."""
    with open_source(str(path), RGB) as source:
        height, width = source.shape
        assert source.bands == (1, 2, 3)
        values, _ = read_window(source, source.dataset, Window(0, 0, width, height), source.shape)
        return values.astype(int), valid_pixels(source, Block(Span(0, height), Span(0, width)))


@pytest.mark.parametrize(("mode", "most"), [("CMYK", 1), ("LAB", 20), ("YCbCr", 3)])
def test_other_spaces_of_colour_are_read_as_red_green_blue(tmp_path, image, mode, most):
    """GDAL converts them, and gives CMYK and CIELAB an alpha band that is full."""
    smooth = np.stack([np.broadcast_to(np.linspace(20, 220, 130), (96, 130)), *image[:2] // 2 + 60]).astype(np.uint8)
    Image.fromarray(smooth.transpose(1, 2, 0)).convert(mode).save(tmp_path / "other.tif")
    values, data = seen(tmp_path / "other.tif")
    assert data.all()
    assert np.abs(values - smooth).mean() < most
    with rasterio.open(tmp_path / "other.tif") as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["SOURCE_COLOR_SPACE"].lower() == mode.lower().replace("lab", "cielab")


def test_a_jpeg_inside_of_a_tiff_with_a_mask(make_raster, image):
    where = image[0] > 100
    tiles = {"tiled": True, "blockxsize": 64, "blockysize": 64}
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        path = make_raster(image, mask=where, photometric="YCBCR", compress="JPEG", **tiles)
    np.testing.assert_array_equal(seen(path)[1], where)


@pytest.mark.parametrize("bits", ["YES", "NO"])
def test_jpeg_2000_with_transparency_of_one_bit(make_raster, image, tmp_path, bits):
    where = image[0] > 100
    plain = make_raster(np.stack([*image, np.where(where, 255, 0)]).astype(np.uint8), photometric="RGB", alpha="YES")
    copy(plain, tmp_path / "a.jp2", driver="JP2OpenJPEG", REVERSIBLE="YES", QUALITY="100", **{"1BIT_ALPHA": bits})
    values, data = seen(tmp_path / "a.jp2")
    np.testing.assert_array_equal(data, where)
    np.testing.assert_array_equal(values, image)


def test_a_mask_and_a_nodata_value_and_transparency_count_together(make_raster, image):
    where = image[0] > 100
    values = image | 1
    values[:, :10] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        path = make_raster(values, mask=where, photometric="RGB", nodata=0)
    np.testing.assert_array_equal(seen(path)[1], where & (values[0] > 0))
