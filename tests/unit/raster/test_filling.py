"""Filling gaps: data stays, every gap shows data, nothing but the image matters, and edges are mirrors."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from satseg_core.raster.filling import fill_gaps, folded, mirrored_cells, nearest_cells

sides = st.integers(1, 48)
masks = st.tuples(sides, sides).flatmap(lambda shape: arrays(bool, shape))
boxes = st.tuples(sides, sides, st.integers(0, 47), st.integers(0, 47), st.integers(1, 48), st.integers(1, 48))


def box(height, width, top, left, high, wide):
    """Data in a rectangle: gaps as large as they can be."""
    data = np.zeros((height, width), bool)
    data[top % height : top % height + high, left % width : left % width + wide] = True
    return data


def numbered(shape):
    """An image in whose two bands every px tells where it is."""
    return np.stack(np.indices(shape)).astype(np.float32)


@given(st.one_of(masks, boxes.map(lambda words: box(*words)), boxes.map(lambda words: ~box(*words))))
def test_data_stays_and_every_gap_shows_one_px_that_has_data(data):
    values = numbered(data.shape)
    before = values.copy()
    values[:, ~data] = np.nan
    fill_gaps(values, data)
    np.testing.assert_array_equal(values[:, data], before[:, data])
    if data.any():
        rows, cols = values.astype(int)
        assert data[rows, cols].all()
    else:
        assert np.isnan(values).all()


@given(masks, st.integers(0, 2**32 - 1))
def test_what_gaps_hold_before_does_not_matter(data, seed):
    one, other = numbered(data.shape), numbered(data.shape)
    other[:, ~data] = np.random.default_rng(seed).random((2, int((~data).sum())))
    fill_gaps(one, data)
    fill_gaps(other, data)
    if data.any():
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("edge", [4, 20, 40, 60])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("flip", [1, -1])
def test_a_straight_edge_is_a_mirror_and_what_it_shows_is_mirrored_again(edge, axis, flip):
    values, data = numbered((64, 64)), np.zeros((64, 64), bool)
    data[:edge] = True
    values, data = (
        image[..., ::flip, :].swapaxes(-1, -2) if axis else image[..., ::flip, :] for image in (values, data)
    )
    values, data = np.ascontiguousarray(values), np.ascontiguousarray(data)
    expected = numbered((64, 64))[:, folded(np.arange(64), edge)]
    expected = expected[:, ::flip].swapaxes(1, 2) if axis else expected[:, ::flip]
    fill_gaps(values, data)
    np.testing.assert_array_equal(values, expected)


@given(st.integers(1, 30), st.integers(-100, 100))
def test_folded_is_numpys_symmetric_padding(length, place):
    padded = np.pad(np.arange(length), 100, mode="symmetric")
    expected = padded[place + 100] if place + 100 < padded.size else None
    found = folded(np.array([place]), length)[0]
    assert 0 <= found < length
    assert expected is None or found == expected


def test_small_holes_show_what_lies_across_their_edge():
    values, data = numbered((16, 16)), np.ones((16, 16), bool)
    data[5, 6] = data[9:11, 9:11] = False
    values[:, ~data] = -1
    fill_gaps(values, data)
    for row, col in np.argwhere(~data):
        assert np.abs(values[:, row, col] - (row, col)).max() <= 2


@given(arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_the_nearest_cell_is_the_nearest(full):
    if not full.any():
        return
    rows, cols = nearest_cells(full)
    assert full[rows, cols].all()
    here = np.indices(full.shape)
    found = (rows - here[0]) ** 2 + (cols - here[1]) ** 2
    places = np.argwhere(full)
    every = ((here[:, :, :, None] - places.T[:, None, None, :]) ** 2).sum(axis=0).min(axis=-1)
    np.testing.assert_array_equal(found, every)


@given(arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_cells_show_full_ones_and_full_ones_themselves(full):
    if not full.any():
        return
    seen = mirrored_cells(full)
    assert full[seen.rows, seen.cols].all()
    rows, cols = np.indices(full.shape)
    np.testing.assert_array_equal(seen.rows[full], rows[full])
    np.testing.assert_array_equal(seen.cols[full], cols[full])
    assert not (seen.upside_down | seen.reversed)[full].any()


def test_memory_stays_in_bounds_for_the_largest_tiles():
    values = np.zeros((3, 1024, 1024), np.float32)
    data = np.zeros((1024, 1024), bool)
    data[700:, 900:] = True
    tracemalloc.start()
    fill_gaps(values, data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * values.nbytes
