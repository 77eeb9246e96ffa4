"""Alpha bands: those that are declared, and not a fourth band of 8 bits that shows something."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from rasterio.enums import ColorInterp

from satseg_core.errors import RasterError
from satseg_core.raster.alpha import alpha_band
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.source import open_source

C = ColorInterp
RGBA = [C.red, C.green, C.blue, C.alpha]


def alpha_of(path, *arguments):
    with rasterio.open(path) as dataset:
        return alpha_band(dataset, *arguments)


def alpha_in(source):
    return alpha_band(source.dataset, source.overrides.band_names, source.bands)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "uint32", "float32"])
def test_a_declared_alpha_band_is_one_in_any_type(make_raster, dtype):
    assert alpha_of(make_raster(np.ones((4, 8, 8), dtype), colorinterp=RGBA)) == 4


@pytest.mark.parametrize(
    ("driver", "suffix"), [("PNG", ".png"), ("WEBP", ".webp"), ("JP2OpenJPEG", ".jp2"), ("VRT", ".vrt")]
)
def test_a_declared_alpha_band_in_other_formats(make_raster, driver, suffix):
    source = make_raster(np.full((4, 64, 64), 200, np.uint8), colorinterp=RGBA)
    target = source.with_suffix(suffix)
    rasterio.shutil.copy(source, target, driver=driver)
    assert alpha_of(target) == 4


@pytest.mark.parametrize(
    "word",
    ["nir", "NIR", "Near Infrared", "Band 4 (NIR)", "B08", "infrarrojo cercano", "833 nm", "rededge", "NDVI", "dsm"],
)
def test_a_band_that_shows_something_is_none(make_raster, word):
    path = make_raster(np.ones((4, 8, 8), np.uint8), descriptions=("red", "green", "blue", word))
    with rasterio.open(path) as dataset:
        assert dataset.colorinterp[3] == C.alpha
    assert alpha_of(path) is None


@pytest.mark.parametrize("word", [None, "Band 4", "Layer_4", "alpha", "Alpha band", "foo"])
def test_a_word_that_shows_nothing_leaves_alpha(make_raster, word):
    path = make_raster(np.ones((4, 8, 8), np.uint8), descriptions=("red", "green", "blue", word))
    assert alpha_of(path) == 4


@pytest.mark.parametrize("word", ["dataMask", "alpha", "Alphakanal", "valid mask"])
def test_a_band_that_is_called_so_is_one_whatever_its_colour(make_raster, word):
    path = make_raster(
        np.ones((4, 8, 8), np.uint16), descriptions=("red", word, "green", "blue"), photometric="MINISBLACK"
    )
    assert alpha_of(path) == 2
    with open_source(str(path), ("red", "green", "blue")) as source:
        assert source.bands == (1, 3, 4)
        assert alpha_in(source) == 2


def test_a_count_of_bands_is_no_declaration(make_raster):
    for count, dtype in ((2, "uint8"), (4, "uint16"), (5, "uint8")):
        assert alpha_of(make_raster(np.ones((count, 8, 8), dtype))) is None
    assert alpha_of(make_raster(np.ones((4, 8, 8), np.uint8), alpha="NO", photometric="RGB")) is None


def test_without_the_tag_that_declares_it_there_is_none(make_raster):
    """TIFF's ExtraSamples; some software leaves it out for a fourth band."""
    path = make_raster(np.ones((4, 8, 8), np.uint8))
    data = path.read_bytes()
    tag = (338).to_bytes(2, "little") + (3).to_bytes(2, "little") + (1).to_bytes(4, "little")
    assert data.count(tag) == 1
    path.write_bytes(data.replace(tag, (337).to_bytes(2, "little") + tag[2:]))
    assert alpha_of(path) is None


def test_a_band_that_is_read_is_none(make_raster):
    path = make_raster(np.ones((4, 8, 8), np.uint8))
    assert alpha_of(path) == 4
    assert alpha_of(path, (), (4, 1, 2)) is None
    with open_source(str(path), ("red", "green", "blue"), (4, 1, 2)) as source:
        assert alpha_in(source) is None


def test_a_catalogue_counts(make_raster):
    path = make_raster(np.ones((4, 8, 8), np.uint8))
    assert alpha_of(path, ("red", "green", "blue", "nir")) is None
    with open_source(str(path), ("nir",), overrides=Overrides(band_names=("red", "green", "blue", "nir"))) as source:
        assert alpha_in(source) is None
        assert source.bands == (4,)


def test_a_raster_of_one_band_has_none(make_raster):
    assert alpha_of(make_raster(np.ones((1, 8, 8), np.uint8), descriptions=("alpha",))) is None


def warnings_of(path):
    with open_source(str(path), ("red", "green", "blue")) as source:
        return " ".join(source.warnings)


def test_a_fourth_band_with_an_images_values_is_none(make_raster, image):
    """GDAL writes the near infrared of 8 bits as alpha, and nothing in the file says that nobody meant it."""
    infrared = image[:1].copy()
    infrared[:, 40:] = 0  # water
    path = make_raster(np.concatenate([image, infrared]))
    assert alpha_of(path) is None
    assert "Band 4" in warnings_of(path)
    assert "no pixels are left out" in warnings_of(path)
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(BAND_NAMES="red,green,blue,alpha")
    assert alpha_of(path) == 4
    assert warnings_of(path) == ""


def test_transparency_has_values_of_its_own(make_raster, image):
    border = np.zeros((1, *image.shape[1:]), np.uint8)
    border[:, 20:, 30:] = 255
    faded = border.copy()
    faded[:, 20:40] = np.linspace(0, 255, 20).astype(np.uint8)[None, :, None]
    noisy = np.clip(border.astype(int) + np.random.default_rng(3).integers(-6, 7, border.shape), 0, 255).astype(
        np.uint8
    )
    for alpha in (border, faded, border // 2, noisy, np.zeros_like(border), np.full_like(border, 255)):
        path = make_raster(np.concatenate([image, alpha]))
        assert alpha_of(path) == 4
        assert warnings_of(path) == ""


def test_transparency_that_was_compressed_with_losses_is_one(make_raster, image):
    border = np.zeros((1, *image.shape[1:]), np.uint8)
    border[:, 20:, 30:] = 255
    path = make_raster(np.concatenate([image, border]), compress="JPEG", jpeg_quality=50)
    with rasterio.open(path) as dataset:
        assert len(np.unique(dataset.read(4))) > 2
    assert alpha_of(path) == 4


@pytest.mark.parametrize(("dtype", "factor"), [("uint16", 257), ("float32", 1 / 255), ("int16", 40)])
def test_other_types_than_bytes_are_looked_at_too(make_raster, image, dtype, factor):
    """Some software declares the fourth of six bands, and means the last."""
    bands = np.concatenate([image, image[:1]]).astype(float) * factor
    assert alpha_of(make_raster(bands.astype(dtype), colorinterp=RGBA)) is None
    bands[3] = np.where(bands[3] > 30 * factor, 255 * factor, 0)
    assert alpha_of(make_raster(bands.astype(dtype), colorinterp=RGBA)) == 4


def test_a_model_of_four_bands_is_told_why_one_is_missing(make_raster):
    path = make_raster(np.ones((4, 8, 8), np.uint8))
    told = "3 bands besides band 4, which is marked as transparency, and the model reads 4"
    with pytest.raises(RasterError, match=told), open_source(str(path), ("red", "green", "blue", "nir")):
        pass
    with open_source(str(path), ("red", "green", "blue", "nir"), (1, 2, 3, 4)) as source:
        assert alpha_in(source) is None
