"""At which pixel size a raster is run, and what cannot be asked for."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.enums import Resampling
from rasterio.transform import from_origin

from satseg_core.errors import CancelledError, UsageError
from satseg_core.events import Progress, Reporter
from satseg_core.model.store import find_model
from satseg_core.prediction import MOST_ENLARGED, model_scale
from satseg_core.raster.source import open_source
from satseg_core.segment import SegmentOptions, segment


@pytest.fixture
def scale_of(make_raster):
    """Raster px a model px of 1.22 m, and the warnings, for a raster of a given pixel size in metres."""
    card = dataclasses.replace(find_model().card, pixel_size=1.22)

    def find(pixel, wanted=None, **profile):
        place = {"transform": from_origin(5e5, 5e6, pixel, pixel), **profile}
        path = make_raster(np.zeros((3, 8, 8), np.uint8), **place)
        with open_source(str(path), card.bands) as source:
            (down, across), warnings = model_scale(source, card, wanted)
        assert down == pytest.approx(across, rel=1e-3)
        return down, warnings

    return find


def test_finer_rasters_are_averaged_to_the_models_pixel(scale_of):
    scale, warnings = scale_of(0.5)
    assert scale == pytest.approx(2.44, rel=1e-3)
    assert not warnings


def test_nearly_the_same_pixel_is_used_as_it_is(scale_of):
    assert scale_of(1.22) == (1.0, [])
    assert scale_of(1.19) == (1.0, [])


def test_coarser_rasters_are_enlarged_up_to_a_limit_and_said_to_be_coarse(scale_of):
    assert scale_of(2.44)[0] == pytest.approx(0.5, rel=1e-3)
    scale, warnings = scale_of(10)
    assert scale == 1 / MOST_ENLARGED
    assert "expect a rough map" in warnings[0]


def test_far_too_coarse_rasters_are_not_enlarged_at_all(scale_of):
    scale, warnings = scale_of(30)
    assert scale == 1
    assert "expect a rough map" in warnings[0]


def test_a_given_pixel_size_is_taken(scale_of):
    assert scale_of(0.5, wanted=5)[0] == pytest.approx(10, rel=1e-3)
    assert scale_of(30, wanted=10)[0] == pytest.approx(1 / 3, rel=1e-3)
    with pytest.raises(UsageError, match="times finer"):
        scale_of(30, wanted=1)


def test_without_georeference_pixels_are_the_unit(scale_of):
    assert scale_of(1, crs=None, transform=None) == (1.0, [])
    assert scale_of(1, wanted=2.5, crs=None, transform=None)[0] == 2.5


def test_a_library_user_can_watch_and_cancel(make_raster, tmp_path):
    path = make_raster(np.zeros((3, 600, 600), np.uint8))
    seen = []
    options = SegmentOptions(str(path), str(tmp_path / "map.tif"))
    with pytest.raises(CancelledError):
        segment(options, Reporter(seen.append, cancelled=lambda: any(isinstance(e, Progress) for e in seen)))
    assert [p.name for p in tmp_path.iterdir()] == ["in.tif"]
    result = segment(options)
    assert result.output.exists()
    assert sum(area.pixels for area in result.areas) == 360_000


@pytest.mark.parametrize("nodata", [None, 0])
def test_rasters_with_overviews_are_read_in_a_thread_of_its_own(tmp_path, make_raster, image, nodata):
    place = {"transform": from_origin(5e5, 5e6, 0.2, 0.2), "nodata": nodata}
    path = make_raster(np.tile(np.maximum(image, 1), (1, 6, 5)), tiled=True, blockxsize=256, blockysize=256, **place)
    segment(SegmentOptions(str(path), str(tmp_path / "plain.tif"), threads=1))
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2, 4, 8], Resampling.average)
    result = segment(SegmentOptions(str(path), str(tmp_path / "map.tif"), threads=1))
    with rasterio.open(result.output) as found, rasterio.open(tmp_path / "plain.tif") as expected:
        assert (found.read(1) == expected.read(1)).mean() > 0.97


def test_memory_and_layout_change_nothing(tmp_path, make_raster, image):
    values = np.tile(image, (1, 12, 10))
    place = {"transform": from_origin(5e5, 5e6, 1.0, 1.0)}
    paths = [
        make_raster(values, "strips.tif", **place),
        make_raster(values, "tiles.tif", tiled=True, blockxsize=128, blockysize=128, **place),
    ]
    found = []
    for number, (path, memory) in enumerate(((paths[0], None), (paths[0], 464), (paths[1], 464))):
        options = SegmentOptions(str(path), str(tmp_path / f"map{number}.tif"), memory=memory, threads=1)
        with rasterio.open(segment(options).output) as dataset:
            found.append(dataset.read(1))
    np.testing.assert_array_equal(found[0], found[1])
    # Files of another layout are read in other pieces: averages may be rounded the other way.
    assert (found[0] == found[2]).mean() > 0.999


@pytest.mark.parametrize("part", ["mask", "extent"])
def test_masks_and_extents_never_narrow_what_the_network_sees(tmp_path, make_raster, image, part):
    """Inside, the map has the bytes of the map of the whole raster, beside gaps, too."""
    values = np.tile(image, (1, 6, 4)).clip(1, 255)
    rows, cols = np.indices(values.shape[1:])
    values[:, rows + cols < 300] = 0
    values[:, 400:420, 200:260] = 0
    path = make_raster(values, nodata=0)
    whole = segment(SegmentOptions(str(path), str(tmp_path / "whole.tif"), threads=1))
    with rasterio.open(whole.output) as dataset:
        expected, place = dataset.read(1), dataset.transform
    (left, top), (right, bottom) = place * (150, 100), place * (420, 470)
    box = shapely.box(left, bottom, right, top)
    options = SegmentOptions(str(path), str(tmp_path / "part.tif"), threads=1)
    if part == "mask":
        mask = tmp_path / "box.gpkg"
        pyogrio.raw.write(mask, shapely.to_wkb(np.array([box])), [], [], geometry_type="Polygon", crs="EPSG:32633")
        options = dataclasses.replace(options, mask=str(mask))
    else:
        options = dataclasses.replace(options, extent=box.bounds)
    with rasterio.open(segment(options).output) as dataset:
        found = dataset.read(1)
    found = found[100:470, 150:420] if part == "mask" else found
    np.testing.assert_array_equal(found, expected[100:470, 150:420])
    assert 0 < (found == 255).sum() < found.size


def test_two_small_squares_run_few_tiles(tmp_path, make_raster):
    place = {"transform": from_origin(5e5, 5e6, 0.5, 0.5), "tiled": True, "compress": "DEFLATE", "sparse_ok": True}
    path = make_raster(np.full((3, 8192, 8192), 90, np.uint8), **place)
    mask = tmp_path / "squares.gpkg"
    corners = [(500_800, 4_998_900), (503_200, 4_997_000)]
    squares = [shapely.box(x, y, x + 100, y + 100) for x, y in corners]
    pyogrio.raw.write(mask, shapely.to_wkb(np.array(squares)), [], [], geometry_type="Polygon", crs="EPSG:32633")
    result = segment(SegmentOptions(str(path), str(tmp_path / "map.tif"), mask=str(mask), threads=1))
    assert 2 <= result.tiles_run <= 6
