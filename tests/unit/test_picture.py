"""The picture of a result: the right colours in the right places, for any kind of raster."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.enums import ColorInterp
from rasterio.transform import from_origin

from satseg_core.legend import LAND_COVER, Legend
from satseg_core.picture import PANEL, read_image, read_map, render
from satseg_core.raster.area import ClassArea

UTM = {"crs": "EPSG:32631", "transform": from_origin(500_000, 5_000_000, 0.5, 0.5)}
MARGIN, TOP, GAP = 48, 104, 28


def _areas(codes):
    """What the codes cover, at 0.25 m² a px."""
    data = codes[codes != 255]
    return [
        ClassArea(c.code, c.name, int((data == c.code).sum()), 0.25 * float((data == c.code).sum()),
                  100.0 * float((data == c.code).mean()) if data.size else 0.0)
        for c in LAND_COVER
    ]  # fmt: skip


@pytest.fixture
def draw(make_raster, tmp_path):
    """Draw an image and its codes; gives the picture as an array."""

    def run(image, codes, place=UTM, map_place=None, **profile):
        image_path = make_raster(image, name="image.tif", **{**place, **profile})
        map_path = make_raster(codes, name="map.tif", nodata=255, **(map_place or place))
        render(image_path, map_path, LAND_COVER, _areas(codes), tmp_path / "out.png")
        return np.asarray(Image.open(tmp_path / "out.png"))

    return run


@pytest.fixture
def codes():
    codes = np.full((60, 80), 4, np.uint8)
    codes[:30, :40] = 0
    codes[30:, :40] = 1
    codes[:10, 70:] = 255
    return codes


def _panels(sheet, width, height):
    """The two panels of a sheet, whose map is ``width`` by ``height`` px."""
    factor = PANEL / max(width, height)
    wide, high = round(width * factor), round(height * factor)
    right = MARGIN + wide + GAP
    return sheet[TOP : TOP + high, MARGIN : MARGIN + wide], sheet[TOP : TOP + high, right : right + wide]


def test_panels_show_the_image_and_the_colors_of_the_legend(draw, codes):
    image = np.stack([np.full(codes.shape, value, np.uint8) for value in (10, 120, 230)])
    left, right = _panels(draw(image, codes), 80, 60)
    assert left[10, 10].tolist() == [10, 120, 230]
    middle_of_quarter = {(0.25, 0.25): 0, (0.75, 0.25): 1, (0.5, 0.6): 4}
    for (down, across), code in middle_of_quarter.items():
        pixel = right[int(down * len(right)), int(across * right.shape[1])]
        assert tuple(pixel) == LAND_COVER.by_code(code).color
    assert tuple(right[5, -5]) not in {c.color for c in LAND_COVER}


def test_the_bar_and_the_legend_show_the_shares(draw, codes):
    sheet = draw(np.zeros((3, 60, 80), np.uint8), codes)
    bar = sheet[TOP + 675 + 30 + 13, MARGIN : sheet.shape[1] - MARGIN]
    for area in _areas(codes):
        color = LAND_COVER.by_code(area.code).color
        share = (bar == color).all(axis=1).mean() * 100
        assert share == pytest.approx(area.percent, abs=0.2)
        assert ((sheet[TOP + 740 :] == color).all(axis=2).sum() > 500) == (area.pixels > 0)


@pytest.mark.parametrize("dtype", ["uint16", "int16", "float32"])
@pytest.mark.parametrize("bands", [1, 2, 3, 5])
def test_any_type_and_number_of_bands_is_stretched(draw, codes, dtype, bands):
    ramp = np.linspace(100, 3000, codes.size).reshape(codes.shape).astype(dtype)
    if dtype == "float32":
        ramp[50:, 70:] = np.nan
    left, _ = _panels(draw(np.stack([ramp] * bands), codes), 80, 60)
    assert left[2, 400:800].max() < 40
    assert left[-4, 300:700].min() > 215


def test_palettes_are_shown_in_their_colors(make_raster, tmp_path, codes):
    image = make_raster(codes, name="palette.tif", **UTM)
    with rasterio.open(image, "r+") as dataset:
        dataset.write_colormap(1, {0: (1, 2, 3, 255), 1: (40, 50, 60, 255), 4: (7, 8, 9, 255)})
    labels = make_raster(codes, name="map.tif", nodata=255, **UTM)
    render(image, labels, LAND_COVER, _areas(codes), tmp_path / "out.png")
    left, _ = _panels(np.asarray(Image.open(tmp_path / "out.png")), 80, 60)
    assert left[5, 5].tolist() == [1, 2, 3]


def test_alpha_is_no_color(draw, codes):
    image = np.stack([np.full(codes.shape, 90, np.uint8), np.full(codes.shape, 255, np.uint8)])
    left, _ = _panels(draw(image, codes, colorinterp=[ColorInterp.gray, ColorInterp.alpha]), 80, 60)
    assert left[5, 5].tolist() == [90, 90, 90]


@pytest.mark.parametrize(
    ("profile", "value", "shown"),
    [
        ({"photometric": "MINISWHITE"}, 200, 55),
        ({"photometric": "MINISBLACK", "nbits": 4}, 12, 204),
        ({"photometric": "MINISWHITE", "nbits": 4}, 12, 51),
    ],
)
def test_values_are_shown_as_the_file_means_them(draw, codes, profile, value, shown):
    left, _ = _panels(draw(np.full(codes.shape, value, np.uint8), codes, **profile), 80, 60)
    assert left[5, 5].tolist() == [shown] * 3


def test_a_map_of_a_part_shows_that_part(draw, codes):
    image = np.zeros((3, 60, 80), np.uint8)
    image[:, 20:40, 30:50] = 200
    part = {"crs": UTM["crs"], "transform": from_origin(500_015, 4_999_990, 0.5, 0.5)}
    left, _ = _panels(draw(image, codes[:20, :20], map_place=part), 20, 20)
    assert (left[100:800, 300:800] == 200).all()


@pytest.mark.parametrize("place", [{"crs": None, "transform": from_origin(0, 9, 0.5, 0.5)}, UTM])
def test_scale_bar_only_where_lengths_are_known(draw, codes, place):
    left, _ = _panels(draw(np.full((3, 60, 80), 128, np.uint8), codes, place=place), 80, 60)
    assert (left == 255).all(axis=2).any() == (place is UTM)


def test_narrow_and_empty_maps(draw):
    assert draw(np.zeros((3, 400, 3), np.uint8), np.full((400, 3), 255, np.uint8)).shape[0] > PANEL


def test_no_data_is_where_all_bands_say_so(make_raster, codes):
    image = np.full((3, *codes.shape), 90, np.uint8)
    image[0, :20] = 0
    image[:, 40:] = 0
    paths = make_raster(image, name="image.tif", nodata=0, **UTM), make_raster(codes, name="map.tif", **UTM)
    with rasterio.open(paths[0]) as opened, rasterio.open(paths[1]) as labels:
        shown = read_image(opened, labels, (80, 60))
    assert (shown[:20] == [0, 90, 90]).all()
    assert (shown[20:40] == 90).all()
    assert shown[40:].min() > 200


def test_the_bands_that_are_asked_for_are_shown(make_raster, codes):
    image = np.stack([np.full(codes.shape, 10 * band, np.uint8) for band in range(1, 6)])
    paths = make_raster(image, name="image.tif", **UTM), make_raster(codes, name="map.tif", **UTM)
    with rasterio.open(paths[0]) as opened, rasterio.open(paths[1]) as labels:
        assert (read_image(opened, labels, (80, 60), [5, 3, 1, 2]) == [50, 30, 10]).all()
        assert (read_image(opened, labels, (80, 60), [4]) == 40).all()


def test_an_image_is_shown_in_its_own_colours(draw, codes):
    image = np.stack([np.full(codes.shape, value, np.uint8) for value in (10, 20, 30, 99)])
    words = ("blue", "green", "red", "nir")
    left, _ = _panels(draw(image, codes, descriptions=words), 80, 60)
    assert left[5, 5].tolist() == [30, 20, 10]
    left, _ = _panels(draw(image.astype(np.uint16), codes, descriptions=words, photometric="MINISBLACK"), 80, 60)
    assert left.shape[2] == 3


def test_near_infrared_hides_nothing(draw, codes):
    image = np.stack([np.full(codes.shape, value, np.uint8) for value in (10, 20, 30, 0)])
    left, _ = _panels(draw(image, codes, descriptions=("red", "green", "blue", "nir")), 80, 60)
    assert left[5, 5].tolist() == [10, 20, 30]
    left, _ = _panels(draw(image, codes), 80, 60)
    assert left[5, 5].tolist() != [10, 20, 30]


@pytest.mark.parametrize(("dtype", "nodata"), [("uint8", 0), ("int8", 0), ("int16", -9999), ("uint16", 0)])
def test_maps_from_elsewhere_have_their_own_nodata(make_raster, dtype, nodata):
    codes = np.full((20, 30), 4, dtype)
    codes[:10] = nodata
    codes[:, 20:] = 77
    path = make_raster(codes, name="map.tif", nodata=nodata, **UTM)
    with rasterio.open(path) as labels:
        colors, no_data = read_map(labels, LAND_COVER, (30, 20))
    assert (colors[10:, :20] == LAND_COVER.by_code(4).color).all()
    assert no_data[:10, :20].all()
    assert no_data[:, 20:].all(), "codes that are no classes"
    assert not no_data[10:, :20].any()


def test_px_without_data_are_hatched_in_whatever_way_that_is_said(make_raster):
    values = np.full((4, 60, 60), 90, np.uint8)
    values[3, :, :20], values[:3, :, 40:] = 0, 7
    C = ColorInterp
    # Alpha and a value at once, and another value that the user named.
    path = make_raster(values, colorinterp=[C.red, C.green, C.blue, C.alpha], nodata=8)
    codes = make_raster(np.ones((1, 60, 60), np.uint8), "map.tif")
    with rasterio.open(path) as image, rasterio.open(codes) as labels:
        picture = read_image(image, labels, (60, 60), (1, 2, 3), (7.0,))
    assert (picture[:, 20:40] == 90).all()
    assert not (picture[:, :20] == 90).any()
    assert not (picture[:, 40:] == 7).any()


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [("uint16", 0), ("int16", -9999), ("int32", -9999), ("float32", -9999), ("float32", float("nan"))],
)
@pytest.mark.parametrize("size", [(80, 60), (16, 12), (200, 150)])
def test_maps_from_elsewhere_are_drawn_as_satsegs_own(make_raster, codes, dtype, nodata, size):
    first = 100 if nodata == 0 else 0
    legend = Legend(tuple(dataclasses.replace(c, code=first + c.code) for c in LAND_COVER))
    values = codes.astype(dtype) + first
    values[codes == 255] = nodata
    with rasterio.open(make_raster(codes, name="own.tif", nodata=255)) as own:
        expected = read_map(own, LAND_COVER, size)
    with rasterio.open(make_raster(values, name="other.tif", nodata=nodata)) as other:
        found = read_map(other, legend, size)
    assert expected[1].any()
    for one, same in zip(found, expected):
        np.testing.assert_array_equal(one, same)
