"""Small areas go to the neighbour they share most border with, whatever the blocks."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

from satseg_core.raster.regions import find_regions
from satseg_core.vector.generalize import generalized

PLACE = {
    "driver": "GTiff",
    "count": 1,
    "dtype": "uint8",
    "nodata": 255,
    "crs": "EPSG:32633",
    "transform": from_origin(5e5, 5e6, 1, 1),
}


def run(codes: np.ndarray, threshold: int, path, block: int = 100) -> np.ndarray:
    with MemoryFile() as memory:
        with memory.open(height=codes.shape[0], width=codes.shape[1], **PLACE) as dataset:
            dataset.write(codes, 1)
        with memory.open() as dataset:
            generalized(dataset, threshold, path, lambda _: None, block)
    with rasterio.open(path) as dataset:
        return dataset.read(1)


def grid(text: str) -> np.ndarray:
    """Codes of a drawing; dots are nodata."""
    rows = [line.strip() for line in text.strip().splitlines()]
    return np.array([[255 if char == "." else int(char) for char in row] for row in rows], np.uint8)


@pytest.mark.parametrize(
    ("before", "threshold", "after"),
    [
        # The longest border wins, not the largest neighbour and no mean of codes.
        ("1111333\n1121333\n1112333\n1111333", 2, "1111333\n1111333\n1111333\n1111333"),
        ("000000\n000000\n002444\n000444\n000444", 2, "000000\n000000\n000444\n000444\n000444"),
        ("0000000\n0004440\n0042440\n0004440", 2, "0000000\n0004440\n0004440\n0004440"),
        # Of neighbours that are too small the smallest goes first, and what becomes large enough stays.
        (".......\n.12220.\n.......", 4, ".......\n.22222.\n......."),
        ("00000\n01200\n00000", 3, "00000\n00000\n00000"),
        # Nodata is no neighbour and stays; an area alone in it stays, too.
        ("1..22\n...22", 3, "1..22\n...22"),
        ("1.2\n112\n222", 4, "2.2\n222\n222"),
        # What it joins on several sides becomes one.
        ("111\n111\n232\n111\n111", 4, "111\n111\n111\n111\n111"),
    ],
)
def test_small_areas_go_where_they_share_most_border(before: str, threshold: int, after: str, tmp_path) -> None:
    np.testing.assert_array_equal(run(grid(before), threshold, tmp_path / "x.tif"), grid(after))


maps = hnp.arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.sampled_from([0, 1, 2, 255]))


@given(maps, st.integers(2, 9), st.integers(1, 5))
@settings(max_examples=60)
def test_the_result_is_the_same_whatever_the_blocks(
    tmp_path_factory: pytest.TempPathFactory, codes: np.ndarray, threshold: int, block: int
) -> None:
    folder = tmp_path_factory.mktemp("maps")
    whole = run(codes, threshold, folder / "a.tif")
    np.testing.assert_array_equal(run(codes, threshold, folder / "b.tif", block), whole)
    np.testing.assert_array_equal(whole == 255, codes == 255)
    regions, count = find_regions(whole)
    sizes = np.bincount(regions.ravel(), minlength=count)
    for number in np.flatnonzero(sizes < threshold):
        if (whole[regions == number] == 255).any():
            continue
        around = _around(regions == number)
        assert (whole[around] == 255).all(), "an area with a neighbour stayed too small"


def _around(inside: np.ndarray) -> np.ndarray:
    padded = np.pad(inside, 1)
    beside = padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    return beside & ~inside
