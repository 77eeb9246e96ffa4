"""The stretch: the same whatever a file is like that holds the px, true to all of them, and of px with data alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.enums import Resampling
from rasterio.transform import from_origin

from satseg_core.model.card import Scaling
from satseg_core.raster import sampling
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.scaling import find_stretch
from satseg_core.raster.source import open_source
from tests.web_server import serving

RGB = ("red", "green", "blue")


def stretch(path, nodata=(), scaling=Scaling()):  # noqa: B008 # it cannot be changed
    with open_source(str(path), RGB, (1, 2, 3), overrides=Overrides(nodata=nodata)) as source:
        found = find_stretch(source, scaling)
    return np.array([found.low, found.high])


def land(height: int, width: int, seed: int = 3) -> np.ndarray:
    """Fields of different brightness, with noise: ``(3, height, width) uint16``."""
    rng = np.random.default_rng(seed)
    side = 37
    coarse = rng.integers(500, 9000, (3, -(-height // side), -(-width // side)))
    values = np.kron(coarse, np.ones((1, side, side), np.int64))[:, :height, :width]
    return (values + rng.integers(0, 900, values.shape)).astype(np.uint16)


def write(path: Path, values: np.ndarray, **options) -> Path:
    profile = {
        "driver": "GTiff", "width": values.shape[2], "height": values.shape[1], "count": len(values),
        "dtype": values.dtype, "crs": "EPSG:32632", "transform": from_origin(500_000, 5_000_000, 10, 10),
        "photometric": "RGB",
    }  # fmt: skip
    with rasterio.open(path, "w", **{**profile, **options}) as dataset:
        dataset.write(values)
    return path


@pytest.fixture
def few(monkeypatch):
    """Patches are small and few, so that small rasters are sampled as large ones are."""
    monkeypatch.setattr(sampling, "SMALL", 1000)
    monkeypatch.setattr(sampling, "SIDE", 16)
    monkeypatch.setattr(sampling, "SPREADS", (3, 5, 8))
    monkeypatch.setattr(sampling, "ENOUGH", 9 * 256 // 2)
    monkeypatch.setattr(sampling, "_FEW", 9 * 256 // 16)
    monkeypatch.setattr(sampling, "_MOST", 2000)


LAYOUTS = st.fixed_dictionaries(
    {
        "tiled": st.booleans(),
        "compress": st.sampled_from(["none", "deflate", "lzw", "zstd"]),
        "interleave": st.sampled_from(["pixel", "band"]),
        "blockysize": st.sampled_from([16, 64, 128]),
    }
)
OVERVIEWS = st.sampled_from([None, Resampling.nearest, Resampling.average, Resampling.cubic])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shape=st.tuples(st.integers(40, 400), st.integers(40, 400)),
    layout=LAYOUTS,
    overviews=OVERVIEWS,
    gap=st.booleans(),
)
def test_the_stretch_depends_on_the_px_alone(few, tmp_path, shape, layout, overviews, gap):
    values = land(*shape)
    options = {"nodata": 0} if gap else {}
    if gap:
        values[:, :, : shape[1] // 2] = 0
    expected = stretch(write(tmp_path / "plain.tif", values, **options))
    if layout["tiled"]:
        layout = {**layout, "blockxsize": 64}
    other = write(tmp_path / "other.tif", values, **options, **layout)
    if overviews is not None:
        with rasterio.open(other, "r+") as dataset:
            dataset.build_overviews([2, 4, 8], overviews)
    np.testing.assert_array_equal(stretch(other), expected)
    for name, driver in (("cog.tif", "COG"), ("virtual.vrt", "VRT")):
        rasterio.shutil.copy(other, tmp_path / name, driver=driver)
        np.testing.assert_array_equal(stretch(tmp_path / name), expected)
    assert (expected[1] > expected[0]).all()


def test_nor_does_it_depend_on_where_the_file_is(few, tmp_path):
    values = land(600, 500)
    expected = stretch(write(tmp_path / "plain.tif", values))
    rasterio.shutil.copy(tmp_path / "plain.tif", tmp_path / "cog.tif", driver="COG", blocksize=128)
    with serving(tmp_path) as server:
        for name in ("plain.tif", "cog.tif"):
            np.testing.assert_array_equal(stretch(f"{server.url}/{name}"), expected)
        # What it costs is bounded: a request or two for a patch, however large the raster.
        server.behave()
        stretch(f"{server.url}/cog.tif")
        assert len(server.deeds) < 100


def test_a_large_raster_is_stretched_as_all_of_its_px_are(tmp_path):
    values = land(3000, 4100)
    found = stretch(write(tmp_path / "in.tif", values, tiled=True, blockxsize=256, blockysize=256))
    true = np.percentile(values.reshape(3, -1), (2, 98), axis=1)
    assert (np.abs(found - true) / (true[1] - true[0])).max() < 0.05


def test_a_small_raster_is_looked_at_whole(tmp_path):
    values = land(700, 900)
    true = np.percentile(values.reshape(3, -1), (2, 98), axis=1)
    np.testing.assert_allclose(stretch(write(tmp_path / "in.tif", values)), true)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(width=st.floats(0.01, 0.2), slope=st.floats(0.5, 2))
def test_a_narrow_strip_of_data_is_found(few, tmp_path, width, slope):
    values = land(300, 320)
    y, x = np.mgrid[:300, :320]
    strip = np.abs(y - slope * x) < width * 300
    values[:, ~strip] = 0
    found = stretch(write(tmp_path / "strip.tif", values, nodata=0))
    land_only = values[:, strip]
    true = np.percentile(land_only, (2, 98), axis=1)
    assert (found >= land_only.min(axis=1)).all()
    assert (found <= land_only.max(axis=1)).all()
    assert (found[1] - found[0] > 0.2 * (true[1] - true[0])).all()


def test_an_island_is_found_wherever_it_lies(few, tmp_path):
    values = np.zeros((3, 400, 500), np.uint16)
    values[:, 222:226, 301:305] = land(4, 4) + 100
    found = stretch(write(tmp_path / "island.tif", values, nodata=0))
    true = np.percentile(values[:, 222:226, 301:305].reshape(3, -1), (2, 98), axis=1)
    np.testing.assert_allclose(found, true)


def test_without_any_data_there_is_a_stretch_all_the_same(few, tmp_path):
    path = write(tmp_path / "none.tif", np.zeros((3, 100, 100), np.uint16), nodata=0)
    np.testing.assert_array_equal(stretch(path), [[0, 0, 0], [1, 1, 1]])


@pytest.mark.parametrize("nodata", [(), (0.0,)])
def test_a_border_of_one_value_is_not_in_it_whether_declared_or_not(tmp_path, nodata):
    values = land(300, 400)
    alone = stretch(write(tmp_path / "alone.tif", values[:, :, 200:]))
    values[:, :, :200] = 0
    np.testing.assert_array_equal(stretch(write(tmp_path / "half.tif", values), nodata), alone)


def test_values_are_those_of_the_file_whatever_scale_it_declares(tmp_path):
    path = write(tmp_path / "in.tif", land(100, 100).astype(np.int16))
    expected = stretch(path)
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.0001,) * 3, (-0.1,) * 3
    np.testing.assert_array_equal(stretch(path), expected)


@pytest.mark.parametrize("dtype", ["int16", "uint32", "float32", "float64"])
def test_types_of_all_kinds(tmp_path, dtype):
    values = land(200, 210).astype(dtype)
    if "float" in dtype:
        values = values / 10000
    found = stretch(write(tmp_path / "in.tif", values.astype(dtype), photometric="MINISBLACK"))
    np.testing.assert_allclose(found, np.percentile(values.reshape(3, -1), (2, 98), axis=1), rtol=1e-6)


def test_bands_that_repeat_are_read_once(tmp_path):
    path = write(tmp_path / "in.tif", land(100, 100))
    with open_source(str(path), RGB, (3, 3, 1)) as source:
        found = find_stretch(source, Scaling())
    assert found.low[0] == found.low[1] == stretch(path)[0, 2]
    assert found.low[2] == stretch(path)[0, 0]


@given(shape=st.tuples(st.integers(1, 5000), st.integers(1, 200_000)), spread=st.sampled_from(sampling.SPREADS))
def test_patches_lie_inside_and_are_spread(shape, spread):
    windows = sampling.patches(shape, spread)
    assert len(windows) == len({(w.row_off, w.col_off) for w in windows}) <= spread**2
    for window in windows:
        assert window.row_off >= 0
        assert window.col_off >= 0
        assert window.row_off + window.height <= shape[0]
        assert window.col_off + window.width <= shape[1]
    if min(shape) > 2 * spread * sampling.SIDE:
        assert len(windows) == spread**2
        for axis, length in enumerate(shape):
            begin = np.array([(w.row_off, w.col_off)[axis] for w in windows])
            assert np.bincount((begin * 4 // length).clip(0, 3), minlength=4).min() > 0.15 * len(windows)
