"""Reading tiles: averaging, scaling and nodata agree with arithmetic done by hand."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp, Resampling

from satseg_core.errors import UsageError
from satseg_core.legend import LAND_COVER
from satseg_core.model.card import Architecture, ModelCard, Scaling
from satseg_core.raster.grid import Block, Lattice, Span, Tile
from satseg_core.raster.reading import TileReader, read_window, valid_pixels
from satseg_core.raster.scaling import find_stretch
from satseg_core.raster.source import open_source

CARD = ModelCard(
    name="test", title="", description="", version="1.0.0", licence="", legend=LAND_COVER, architecture=Architecture(),
    bands=("red", "green", "blue"), mean=(0.5, 0.4, 0.3), std=(0.2, 0.25, 0.3), pixel_size=1.22, tile_size=64,
    overlap=16,
)  # fmt: skip
MEAN, STD = (np.array(values)[:, None, None] for values in (CARD.mean, CARD.std))

FIRST = Tile(0, 0)
INSIDE = (slice(None), slice(8, None), slice(12, None))
"""Px of the first tile of ``image`` that lie inside of it: its 2 x 3 tiles of 64 px have 16 and 24 px to spare."""


def read(path, scale=1.0, tile=FIRST, stretch=None, kept=2**24):
    with open_source(str(path), CARD.bands, (1, 2, 3)) as source:
        lattice = Lattice.plan(source.shape, (scale, scale), CARD.tile_size, CARD.overlap, CARD.score_stride)
        return TileReader(source, lattice, CARD, find_stretch(source, CARD.scaling, stretch), kept).read(tile)


def valid(path, bands=(1, 2, 3)):
    with open_source(str(path), CARD.bands, bands) as source:
        height, width = source.shape
        return valid_pixels(source, Block(Span(0, height), Span(0, width)))


def test_eight_bits_are_divided_by_255(make_raster, image):
    found = read(make_raster(image))[INSIDE]
    np.testing.assert_allclose(found, (image[:, :56, :52] / 255 - MEAN) / STD, atol=1e-5)


def test_shrinking_averages_every_pixel(make_raster, image):
    found = read(make_raster(image[:, :96, :96]), scale=2.0)
    averaged = image[:, :96, :96].reshape(3, 48, 2, 48, 2).mean((2, 4))
    # GDAL rounds to whole numbers, so half a grey level is as near as it gets.
    assert found.shape == (3, 64, 64)
    np.testing.assert_allclose(found[:, 8:56, 8:56] * STD + MEAN, averaged / 255, atol=0.51 / 255)


def test_beyond_the_raster_the_image_is_mirrored(make_raster, image):
    path = make_raster(image)
    first, last = read(path), read(path, tile=Tile(1, 2))
    np.testing.assert_array_equal(first[:, :8], first[:, 15:7:-1])
    np.testing.assert_array_equal(first[:, :, :12], first[:, :, 23:11:-1])
    np.testing.assert_array_equal(last[:, -8:], last[:, -9:-17:-1])
    np.testing.assert_array_equal(last[:, :, -14:], last[:, :, -15:-29:-1])


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (10, 40), (64, 5), (60, 64)])
def test_rasters_smaller_than_a_tile_are_mirrored_on_all_sides_as_often_as_it_takes(make_raster, image, shape):
    part = image[:, : shape[0], : shape[1]]
    expected = (part / 255 - MEAN) / STD
    before = [(64 // 4 - -(-length // 4)) // 2 * 4 for length in shape]
    pads = [(pad, 64 - length - pad) for length, pad in zip(shape, before)]
    found = read(make_raster(part))
    np.testing.assert_allclose(found, np.pad(expected, [(0, 0), *pads], mode="symmetric"), atol=1e-5)


def test_tiles_meet_without_a_gap(make_raster, image):
    path = make_raster(image)
    left, right = read(path, tile=Tile(0, 0)), read(path, tile=Tile(0, 1))
    np.testing.assert_array_equal(left[:, :, 48:64], right[:, :, 0:16])  # their overlap


def test_wide_types_are_stretched_once_for_the_whole_raster(make_raster, image):
    values = (image.astype(np.uint16) + 100) * 20
    path = make_raster(values)
    with open_source(str(path), CARD.bands, (1, 2, 3)) as source:
        stretch = find_stretch(source, CARD.scaling)
    low, high = np.percentile(values[0], (2, 98))
    assert (stretch.low[0], stretch.high[0]) == pytest.approx((low, high), rel=0.01)
    dark, bright = read(path, tile=Tile(0, 0)), read(path, tile=Tile(1, 1))
    scaled = np.clip((values[0] - stretch.low[0]) / (stretch.high[0] - stretch.low[0]), 0, 1)
    np.testing.assert_allclose(dark[0, 8:, 12:] * 0.2 + 0.5, scaled[:56, :52], atol=1e-4)
    np.testing.assert_allclose(bright[0, :56] * 0.2 + 0.5, scaled[40:, 36:100], atol=1e-4)


def test_given_and_fixed_values_go_before_percentiles(make_raster, image):
    with open_source(str(make_raster(image.astype(np.int16))), CARD.bands, (1, 2, 3)) as source:
        assert find_stretch(source, CARD.scaling, (10, 60)).high == (60, 60, 60)
        assert find_stretch(source, Scaling(fixed=(0, 3000))).high == (3000, 3000, 3000)
        with pytest.raises(UsageError, match="lower one first"):
            find_stretch(source, CARD.scaling, (60, 10))


def test_a_flat_raster_can_be_stretched(make_raster):
    assert np.isfinite(read(make_raster(np.full((3, 40, 40), 7, np.float32)))).all()


def test_pixels_without_data_show_the_land_beside_them_and_do_not_darken_it(make_raster):
    values = np.full((3, 64, 64), 200, np.uint8)
    values[:, :, :31] = 0
    found = read(make_raster(values, nodata=0), scale=2.0)
    np.testing.assert_allclose(found * STD + MEAN, 200 / 255, atol=1e-5)


@pytest.mark.parametrize("how", ["nodata", "mask", "alpha", "nan"])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_gaps_of_all_kinds_are_filled_from_what_the_tile_holds(make_raster, image, how, scale):
    image, land = image.clip(1, 255), np.ones((96, 130), bool)
    land[:40, :70] = False
    land[60:63, 100:] = False
    if how == "mask":
        path = make_raster(np.where(land, image, 77).astype(np.uint8), mask=land.astype(np.uint8) * 255)
    elif how == "alpha":
        C = ColorInterp
        rgba = np.concatenate([np.where(land, image, 77), 255 * land[None]]).astype(np.uint8)
        path = make_raster(rgba, colorinterp=[C.red, C.green, C.blue, C.alpha])
    elif how == "nan":
        path = make_raster(np.where(land, image, np.nan).astype(np.float32))
    else:
        path = make_raster(np.where(land, image, 0).astype(np.uint8), nodata=0)
    # What land is there keeps its values; all others are values of land, band by band of one px.
    given = (0, 255) if how == "nan" else None
    found = read(path, scale, stretch=given)
    colors = {tuple(color) for color in np.rint((found * STD + MEAN).reshape(3, -1).T * 255).astype(int)}
    assert scale > 1 or colors <= {tuple(color) for color in image[:, land].T.astype(int)}
    whole = read(make_raster(image.astype(np.float32 if how == "nan" else np.uint8), "whole.tif"), scale, stretch=given)
    same = np.isclose(found, whole, atol=1e-5).all(axis=0)
    assert same[round(40 / scale) + 18 :, 10:30].all()


def test_a_nodata_value_in_some_bands_is_a_dark_colour(make_raster, image):
    image = image.clip(1, 255)
    image[0, 20:30] = 0
    image[:2, 40:44, 50:60] = 0
    dark = read(make_raster(image, nodata=0))
    np.testing.assert_allclose(dark[INSIDE], (image[:, :56, :52] / 255 - MEAN) / STD, atol=1e-5)


def test_a_tile_without_any_data_is_neutral(make_raster):
    assert (read(make_raster(np.zeros((3, 64, 64), np.uint8), nodata=0)) == 0).all()


def test_nodata_value_counts_where_all_bands_have_it(make_raster, image):
    image = image.clip(1, 255)
    image[:, :10] = 0
    image[0, 20:30] = 0
    np.testing.assert_array_equal(valid(make_raster(image, nodata=0))[:, 0], np.arange(96) >= 10)


def test_mask_alpha_and_nan_are_nodata(make_raster, image):
    keep = np.zeros((96, 130), np.uint8)
    keep[5:50, 7:80] = 255
    np.testing.assert_array_equal(valid(make_raster(image, mask=keep)), keep > 0)

    C = ColorInterp
    rgba = np.concatenate([image, keep[None]])
    path = make_raster(rgba, colorinterp=[C.red, C.green, C.blue, C.alpha])
    np.testing.assert_array_equal(valid(path), keep > 0)

    floats = image.astype(np.float32)
    floats[1, keep == 0] = np.nan
    floats[2, 6, 8] = np.inf
    expected = keep > 0
    expected[6, 8] = False
    path = make_raster(floats)
    np.testing.assert_array_equal(valid(path), expected)
    assert np.isfinite(read(path)).all()


def test_palettes_become_colours(make_raster):
    import rasterio

    path = make_raster(np.tile(np.array([[0, 1]], np.uint8), (32, 16)))
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, {0: (255, 0, 51, 255), 1: (0, 255, 102, 255)})
    with open_source(str(path), CARD.bands) as source:
        lattice = Lattice.plan(source.shape, (1, 1), 64, 16, 4)
        found = TileReader(source, lattice, CARD, find_stretch(source, CARD.scaling), 2**24).read(Tile(0, 0))
    np.testing.assert_allclose((found * STD + MEAN)[:, 16, 16:18].T, [[1, 0, 0.2], [0, 1, 0.4]], atol=1e-5)


def test_gdals_cache_is_set_in_bytes_and_holds_rows_of_tiles():
    import rasterio
    from rasterio.env import get_gdal_config

    from satseg_core.memory import Budget

    with rasterio.Env(**Budget.of().gdal_options()):
        assert 2**26 <= get_gdal_config("GDAL_CACHEMAX") <= 2**28


@pytest.mark.parametrize("method", [Resampling.nearest, Resampling.average])
def test_tiles_do_not_depend_on_overviews(make_raster, method):
    values = np.random.default_rng(3).integers(0, 256, (3, 512, 512)).astype(np.uint8)
    plain, with_overviews = (make_raster(values, name) for name in ("plain.tif", "overviews.tif"))
    with rasterio.open(with_overviews, "r+") as dataset:
        dataset.build_overviews([2, 4, 8], method)
    assert np.array_equal(read(plain, 4.9), read(with_overviews, 4.9))


def test_far_coarser_px_are_averaged_from_an_overview(make_raster):
    path = make_raster(np.zeros((1, 512, 512), np.uint8))
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2, 4, 8], Resampling.average)
    with open_source(str(path), ("gray",)) as source:
        level = source.level(20.0)
        assert level.shape == (128, 128)
        assert source.level(7.9).shape == (512, 512)
        assert not source.level(7.9).overviews(1)
    assert level.closed


def test_a_tile_from_an_overview_shows_the_same_ground(make_raster):
    rows = np.broadcast_to(np.linspace(0, 255, 2048)[:, None], (2048, 2048)).astype(np.uint8)
    path = make_raster(np.stack([rows, rows.T, rows]), "slope.tif")
    without = read(path, 16.0)
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2, 4], Resampling.average)
    np.testing.assert_allclose(read(path, 16.0), without, atol=0.02)


@pytest.mark.parametrize("layout", [{}, {"tiled": True, "blockxsize": 16, "blockysize": 16}])
@pytest.mark.parametrize("scale", [0.7, 1.0, 1.3, 2.3])
def test_tiles_do_not_depend_on_what_is_kept_nor_on_what_was_read_before(make_raster, image, layout, scale):
    path = make_raster(np.tile(image, (1, 2, 2)), **layout)
    with open_source(str(path), CARD.bands, (1, 2, 3)) as source:
        lattice = Lattice.plan(source.shape, (scale, scale), CARD.tile_size, CARD.overlap, CARD.score_stride)
        stretch = find_stretch(source, CARD.scaling)
        tiles = [Tile(r, c) for r in range(len(lattice.rows.starts)) for c in range(len(lattice.cols.starts))]
        assert len(tiles) > 3
        alone = [TileReader(source, lattice, CARD, stretch, 0).read(tile) for tile in tiles]
        reader = TileReader(source, lattice, CARD, stretch, 2**24)
        for tile, expected in reversed(list(zip(tiles, alone))):
            np.testing.assert_array_equal(reader.read(tile), expected)


@pytest.mark.parametrize(
    ("layout", "at_most"), [({}, 1.05), ({"tiled": True, "blockxsize": 16, "blockysize": 16}, 1.05)]
)
def test_every_pixel_is_read_once(make_raster, image, layout, at_most, monkeypatch):
    path, read_px = make_raster(image, **layout), []

    def counted(source, dataset, window, shape):
        read_px.append(window.width * window.height)
        return read_window(source, dataset, window, shape)

    monkeypatch.setattr("satseg_core.raster.reading.read_window", counted)
    with open_source(str(path), CARD.bands, (1, 2, 3)) as source:
        lattice = Lattice.plan(source.shape, (1.5, 1.5), CARD.tile_size, CARD.overlap, CARD.score_stride)
        reader = TileReader(source, lattice, CARD, find_stretch(source, CARD.scaling), 2**24)
        for row in range(len(lattice.rows.starts)):
            for col in range(len(lattice.cols.starts)):
                reader.read(Tile(row, col))
    assert sum(read_px) == pytest.approx(image.shape[1] * image.shape[2])
