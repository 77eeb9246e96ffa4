"""Blocks of a GeoTIFF that were never written: GDAL shows them as 0, and they are no black land."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from rasterio.windows import Window

from satseg_core.events import Reporter
from satseg_core.legend import LAND_COVER
from satseg_core.raster.area import class_areas
from satseg_core.raster.grid import Block, Span
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.reading import read_window, valid_pixels
from satseg_core.raster.source import open_source
from satseg_core.raster.sparse import written
from tests.web_server import serving

RGB = ("red", "green", "blue")
SIDE = 16


def sparse(path, present, values=200, band=None, shape=None, **options):
    """A GeoTIFF of three bands of which some blocks of 16 x 16 px are written: ``present (rows, columns) bool``."""
    height, width = shape or (len(present) * SIDE, len(present[0]) * SIDE)
    profile = {
        "driver": "GTiff", "count": 3, "height": height, "width": width, "dtype": "uint8", "crs": "EPSG:32632",
        "transform": from_origin(5e5, 5e6, 2.44, 2.44), "tiled": True, "blockxsize": SIDE, "blockysize": SIDE,
        "photometric": "RGB", "SPARSE_OK": True, **options,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as dataset:
        for row, col in np.argwhere(present).tolist():
            part = Window(col * SIDE, row * SIDE, min(SIDE, width - col * SIDE), min(SIDE, height - row * SIDE))
            size = (int(part.height), int(part.width))
            if band is None:
                dataset.write(np.full((dataset.count, *size), values, dataset.dtypes[0]), window=part)
            else:
                dataset.write(np.full(size, values, dataset.dtypes[0]), band, window=part)
    return path


def valid(path, nodata=()):
    with open_source(str(path), RGB, (1, 2, 3), overrides=Overrides(nodata=nodata)) as source:
        whole = Block(*(Span(0, length) for length in source.shape))
        return valid_pixels(source, whole), [one["from"] for one in source.validity.told()]


def spread(present, shape=None):
    height, width = shape or (len(present) * SIDE, len(present[0]) * SIDE)
    return np.kron(present, np.ones((SIDE, SIDE), bool))[:height, :width]


PRESENT = np.array([[1, 0, 1, 1], [0, 0, 1, 1], [0, 1, 0, 0]], bool)


@pytest.mark.parametrize("interleave", ["pixel", "band"])
@pytest.mark.parametrize("compress", [None, "DEFLATE", "JPEG"])
def test_blocks_that_were_never_written_are_without_data(tmp_path, interleave, compress):
    options = {} if compress is None else {"compress": compress}
    found, told = valid(sparse(tmp_path / "a.tif", PRESENT, interleave=interleave, **options))
    np.testing.assert_array_equal(found, spread(PRESENT))
    assert told == ["parts of the file that were never written"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_of_the_blocks_can_be_missing(tmp_path, data):
    rows, cols = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    flags = data.draw(st.lists(st.booleans(), min_size=rows * cols, max_size=rows * cols))
    shape = (rows * SIDE - data.draw(st.integers(0, 15)), cols * SIDE - data.draw(st.integers(0, 15)))
    present = np.array(flags).reshape(rows, cols)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found, _ = valid(sparse(tmp_path / "any.tif", present, shape=shape))
    np.testing.assert_array_equal(found, spread(present, shape))


def test_a_px_has_data_where_one_of_the_bands_was_written(tmp_path):
    found, _ = valid(sparse(tmp_path / "a.tif", PRESENT, band=2, interleave="band"))
    np.testing.assert_array_equal(found, spread(PRESENT))


def test_a_file_that_is_whole_has_no_gaps_though_it_is_black(tmp_path):
    path = sparse(tmp_path / "a.tif", np.ones((2, 3), bool), values=0, SPARSE_OK=False)
    found, told = valid(path)
    assert found.all()
    assert told == []


@pytest.mark.parametrize(
    ("compress", "interleave"), list(itertools.product([None, "DEFLATE", "LZW", "PACKBITS"], ["pixel", "band"]))
)
def test_a_file_of_one_large_strip_is_whole(make_raster, compress, interleave):
    values = np.zeros((1, 2500, 1500), np.uint8)
    values[:, 1200:1203] = 7
    options = {} if compress is None else {"compress": compress}
    path = make_raster(values, blockysize=2500, interleave=interleave, **options)
    with rasterio.open(path) as dataset:
        assert written(dataset, 1) is None


def test_strips_that_were_never_written_are_without_data(make_raster, tmp_path):
    path = tmp_path / "strips.tif"
    profile = {"driver": "GTiff", "count": 3, "height": 90, "width": 50, "dtype": "uint8", "SPARSE_OK": True}
    with rasterio.open(path, "w", **profile, blockysize=10, transform=from_origin(5e5, 5e6, 1, 1)) as dataset:
        dataset.write(np.full((3, 20, 50), 9, np.uint8), window=Window(0, 30, 50, 20))
    rows = np.arange(90)
    np.testing.assert_array_equal(valid(path)[0], np.broadcast_to(((rows >= 30) & (rows < 50))[:, None], (90, 50)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_server_that_fails_makes_no_gaps(tmp_path, seed):
    """What GDAL could not read of the list of blocks looks like blocks that were never written."""
    rng = np.random.default_rng(seed)
    present = rng.random((40, 60)) < 0.9
    path = sparse(tmp_path / "many.tif", present, interleave="band")
    expected = spread(present)
    np.testing.assert_array_equal(valid(path)[0], expected)
    with serving(tmp_path) as server:
        server.behave(failing=0.2, seed=seed)
        with open_source(f"{server.url}/many.tif", RGB, (1, 2, 3)) as source:
            found = source.validity.gaps
        assert {"500", "503", "429", "reset", "cut"} & set(server.deeds)
    with open_source(str(path), RGB, (1, 2, 3)) as source:
        for band, coverage in source.validity.gaps.items():
            np.testing.assert_array_equal(found[band].rects, coverage.rects)


def test_what_a_file_declares_goes_before_what_it_lacks(tmp_path):
    assert valid(sparse(tmp_path / "value.tif", PRESENT, nodata=0))[1] == ["file"]
    found, told = valid(sparse(tmp_path / "alpha.tif", PRESENT, count=4, alpha="YES"))
    np.testing.assert_array_equal(found, spread(PRESENT))
    assert told == ["alpha band"]


def test_a_value_of_the_users_counts_besides(tmp_path):
    found, told = valid(sparse(tmp_path / "a.tif", PRESENT), (200.0,))
    assert not found.any()
    assert told == ["user", "parts of the file that were never written"]


def test_by_the_users_word_all_px_are_data(tmp_path):
    assert valid(sparse(tmp_path / "a.tif", PRESENT), (math.inf,))[0].all()


def test_they_do_not_darken_what_lies_beside_them(tmp_path):
    with open_source(str(sparse(tmp_path / "a.tif", PRESENT)), RGB, (1, 2, 3)) as source:
        values, data = read_window(source, source.dataset, Window(0, 0, 64, 48), (9, 13))
    assert set(values[np.broadcast_to(data, values.shape)].tolist()) == {200}


def test_overviews_know_of_them(tmp_path):
    path = sparse(tmp_path / "a.tif", np.kron(PRESENT, np.ones((4, 4), bool)))
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2, 4], Resampling.average)
    with open_source(str(path), RGB, (1, 2, 3)) as source:
        level = source.level(16)
        assert level.shape < source.shape
        values, data = read_window(source, level, Window(0, 0, 256, 192), (12, 16))
    np.testing.assert_array_equal(data.any(axis=0), np.kron(PRESENT, np.ones((4, 4), bool)))
    assert set(values[:, data.any(axis=0)].ravel().tolist()) == {200}


@pytest.mark.parametrize(("profile", "warned"), [({}, 1), ({"nodata": 0}, 0), ({"SPARSE_OK": False}, 0)])
def test_a_class_map_that_lacks_blocks_has_a_doubtful_class_0(tmp_path, profile, warned):
    path = tmp_path / "map.tif"
    settings = {"count": 1, "photometric": "MINISBLACK", **profile}
    sparse(path, PRESENT if settings.get("SPARSE_OK", True) else np.ones((3, 4), bool), values=3, **settings)
    if not settings.get("SPARSE_OK", True):
        with rasterio.open(path, "r+") as dataset:
            dataset.write(np.zeros((1, SIDE, SIDE), np.uint8), window=Window(0, 0, SIDE, SIDE))
    said = []
    class_areas(path, LAND_COVER, Reporter(lambda event: said.append(getattr(event, "text", ""))))
    assert sum("never written, and count as class 0" in text for text in said) == warned
