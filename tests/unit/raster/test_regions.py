"""Regions of equal code and their borders."""

from __future__ import annotations

import numpy as np
import rasterio.features
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from satseg_core.raster.regions import borders, components, find_regions, gathered

maps = hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.sampled_from([0, 1, 255]))


@given(maps)
def test_regions_are_those_that_gdal_finds(codes: np.ndarray) -> None:
    regions, count = find_regions(codes)
    assert sorted(np.unique(regions)) == list(range(count))
    firsts = [int(np.flatnonzero(regions.ravel() == number)[0]) for number in range(count)]
    assert firsts == sorted(firsts)
    shapes = list(rasterio.features.shapes(codes, connectivity=4))
    assert len(shapes) == count
    for shape, _ in shapes:
        inside = rasterio.features.geometry_mask([shape], codes.shape, rasterio.Affine.identity(), invert=True)
        assert len(np.unique(regions[inside])) == 1


def test_borders_are_counted_in_edges_of_pixels() -> None:
    regions, _ = find_regions(np.array([[0, 0, 1], [2, 0, 1], [2, 2, 2]], np.uint8))
    found = {(int(a), int(b)): int(n) for a, b, n in zip(*borders(regions))}
    assert found == {(0, 1): 2, (0, 2): 3, (1, 2): 1}


def test_pairs_are_gathered_whatever_their_order() -> None:
    low, high, lengths = gathered(np.array([1, 2, 2]), np.array([2, 1, 3]), np.array([10, 5, 1]))
    assert list(zip(low, high, lengths)) == [(1, 2, 15), (2, 3, 1)]


@given(st.integers(1, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20))
def test_components_are_named_by_their_lowest_node(count: int, pairs: list[tuple[int, int]]) -> None:
    edges = [(a % count, b % count) for a, b in pairs]
    expected = list(range(count))
    for _ in range(count):
        for a, b in edges:
            expected[a] = expected[b] = min(expected[a], expected[b])
    ends = np.array(edges, np.int64).reshape(-1, 2)
    assert components(count, ends[:, 0], ends[:, 1]).tolist() == expected
