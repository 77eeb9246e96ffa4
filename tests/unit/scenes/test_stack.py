"""Bands of several files as one raster: on the finest grid, px by px what the files hold."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.enums import ColorInterp
from rasterio.transform import from_origin

from satseg_core.errors import RasterError
from satseg_core.raster.grid import Block, Span
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.reading import valid_pixels
from satseg_core.raster.source import open_source
from satseg_core.raster.stack import Part, Stack
from satseg_core.remote.mosaics import listed_elsewhere
from tests.scenes import EAST, NORTH, band, write

RGB = ("red", "green", "blue")


def three(folder: Path, sizes=(10, 10, 10), **profile) -> Stack:
    """Red, green and blue of sizes of px in m, in files of their own."""
    files = [str(write(folder / f"a & b_{name}.tif", band(name, px), px, **profile)) for name, px in zip(RGB, sizes)]
    return Stack(tuple(Part(name, name.title(), file) for name, file in zip(RGB, files)))


def read(stack: Stack):
    with open_source("a scene", RGB, overrides=Overrides(stack=stack)) as source:
        return source.dataset.read(), source


def test_files_of_one_grid_are_read_as_they_are(tmp_path):
    stack = three(tmp_path)
    values, source = read(stack)
    assert np.array_equal(values, [band(name) for name in RGB])
    assert source.transform == from_origin(EAST, NORTH, 10, 10)
    assert source.crs.to_epsg() == 32632
    assert source.bands == (1, 2, 3)
    assert source.path == "a scene"
    assert source.warnings == ()


def test_bands_tell_their_colours(tmp_path):
    with open_source("a scene", RGB, overrides=Overrides(stack=three(tmp_path))) as source:
        assert source.dataset.colorinterp == (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
        assert source.dataset.descriptions == RGB


@given(st.lists(st.sampled_from([10, 20, 30, 60]), min_size=3, max_size=3))
def test_coarser_bands_give_the_px_that_lie_there(sizes):
    """Whatever the order of sizes: the finest grid, and each of its px has the value that lies under its centre."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        values, source = read(three(Path(folder), sizes))
        finest = min(sizes)
        assert source.transform.a == finest
        for found, name, size in zip(values, RGB, sizes):
            times = size // finest if size % finest == 0 else None
            whole = band(name, size)
            if times:
                expected = np.kron(whole, np.ones((times, times), int))
            else:  # 30 and 20: px whose centre lies in a coarse one
                places = (np.arange(len(found)) + 0.5) * finest // size
                expected = whole[np.ix_(places.astype(int), places.astype(int))]
            assert np.array_equal(found, expected[: len(found), : len(found)])


def test_any_window_has_the_px_of_the_whole(tmp_path):
    stack = three(tmp_path, (10, 20, 60))
    with open_source("a scene", RGB, overrides=Overrides(stack=stack)) as source:
        whole = source.dataset.read()
        rng = np.random.default_rng(3)
        for _ in range(60):
            top, left = rng.integers(0, 200, 2)
            height, width = rng.integers(1, 40, 2)
            part = source.dataset.read(window=((top, top + height), (left, left + width)))
            assert np.array_equal(part, whole[:, top : top + height, left : left + width])


def test_what_the_product_says_of_no_data_counts(tmp_path):
    files = [str(write(tmp_path / f"{name}.tif", band(name, hole=True))) for name in RGB]
    block = Block(Span(0, 240), Span(0, 240))
    for nodata, missing in ((0.0, 30 * 60), (None, 0), (-9999.0, 0)):
        stack = Stack(tuple(Part(name, name, file, 1, nodata) for name, file in zip(RGB, files)))
        with open_source("a scene", RGB, overrides=Overrides(stack=stack)) as source:
            assert (~valid_pixels(source, block)).sum() == missing


@pytest.mark.parametrize("impossible", [math.nan, -9999.0, 0.5])
def test_what_a_catalogue_says_and_cannot_be_leaves_the_files_own(tmp_path, impossible):
    files = [str(write(tmp_path / f"{name}.tif", band(name, hole=True), nodata=0)) for name in RGB]
    stack = Stack(tuple(Part(name, name, file, 1, impossible) for name, file in zip(RGB, files)))
    told = Overrides(stack=stack)
    with open_source("a scene", RGB, overrides=told) as source:
        assert (~valid_pixels(source, Block(Span(0, 240), Span(0, 240)))).sum() == 30 * 60
    json.dumps(told.to_json(), allow_nan=False)


def test_no_data_of_coarse_bands_does_not_spread(tmp_path):
    """A px is without data where all bands say so: where the coarse ones and the fine one do."""
    stack = three(tmp_path, (10, 20, 60))
    files = [write(tmp_path / f"{name}.tif", band(name, px, hole=True), px) for name, px in zip(RGB, (10, 20, 60))]
    stack = Stack(tuple(Part(name, name, str(file), 1, 0.0) for name, file in zip(RGB, files)))
    with open_source("a scene", RGB, overrides=Overrides(stack=stack)) as source:
        valid = valid_pixels(source, Block(Span(0, 240), Span(0, 240)))
    assert (~valid).sum() == 30 * 60
    assert not valid[:30, :60].any()


def test_a_mask_beside_a_band_counts(tmp_path):
    stack = three(tmp_path)
    mask = np.full((240, 240), 255, np.uint8)
    mask[:, :50] = 0
    with rasterio.open(stack.parts[1].file, "r+") as dataset:
        dataset.write_mask(mask)
    with open_source("a scene", RGB, overrides=Overrides(stack=stack)) as source:
        valid = valid_pixels(source, Block(Span(0, 240), Span(0, 240)))
    assert np.array_equal(valid, mask > 0)


def test_grids_shifted_by_half_a_px_are_cut_to_what_all_cover(tmp_path):
    """As Landsat's panchromatic band lies: 15 m, half a px beside the others."""
    fine = write(tmp_path / "pan.tif", band("pan"), 15, transform=from_origin(EAST - 7.5, NORTH + 7.5, 15, 15))
    coarse = write(tmp_path / "red.tif", band("red")[:120, :120], 30)
    stack = Stack((Part("red", "B4", str(coarse)), Part("pan", "B8", str(fine))))
    with open_source("a scene", ("red", "pan"), overrides=Overrides(stack=stack)) as source:
        values = source.dataset.read()
        transform = source.transform
    assert transform == from_origin(EAST + 7.5, NORTH - 7.5, 15, 15)
    assert np.array_equal(values[1], band("pan")[1:, 1:])
    places = (np.arange(values.shape[1]) + 1) // 2
    assert np.array_equal(values[0], band("red")[np.ix_(places, places)])


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ({"crs": "EPSG:32633"}, "another grid"),
        ({"crs": None}, "another grid"),
        ({"transform": from_origin(EAST + 500, NORTH, 10, 10)}, "covers other ground"),
        ({"transform": Affine.translation(EAST, NORTH) @ Affine.rotation(10) @ Affine.scale(10, -10)}, "another grid"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(tmp_path, profile, words):
    stack = three(tmp_path)
    other = write(tmp_path / "other.tif", band("other"), **profile)
    wrong = Stack((*stack.parts[:2], Part("blue", "Blue", str(other))))
    with pytest.raises(RasterError, match=words):
        read(wrong)


def test_a_file_that_is_gone_is_named(tmp_path):
    stack = three(tmp_path)
    Path(stack.parts[2].file).unlink()
    with pytest.raises(RasterError, match=r"There is no file .*_blue\.tif"):
        read(stack)


def test_files_on_servers_are_known_to_be_there():
    text = "<VRTDataset><SourceFilename>/vsicurl/https://host/B04.tif?a=1&amp;b=2</SourceFilename></VRTDataset>"
    assert listed_elsewhere(text) == ("/vsicurl/https://host/B04.tif?a=1&b=2",)
    assert listed_elsewhere("<VRTDataset><SourceFilename>/data/B04.tif</SourceFilename></VRTDataset>") == ()


def test_records_have_no_signatures(tmp_path):
    part = Part("red", "B04", "https://host/B04.tif?sig=SECRET&se=2030")
    assert "SECRET" not in str(Overrides(stack=Stack((part,))).to_json())
