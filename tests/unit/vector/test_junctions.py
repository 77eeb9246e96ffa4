"""Junctions: the corners where three or more borders meet, found and put into rings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from satseg_core.vector import junctions as module
from satseg_core.vector.junctions import Junctions

grids = hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 21)), elements=st.sampled_from([0, 1, 255]))


def _found(codes):
    junctions = Junctions(*codes.shape)
    junctions.find(lambda first, last: codes[first:last], lambda: None)
    rows, columns = np.indices((codes.shape[0] + 1, codes.shape[1] + 1))
    points = np.column_stack([columns.ravel(), rows.ravel()])
    return junctions, junctions.at(points).reshape(rows.shape)


def _by_hand(codes):
    """Count the borders at every corner, one by one; beyond the frame is nodata."""
    padded = np.pad(codes.astype(int), 1, constant_values=255)
    expected = np.zeros((codes.shape[0] + 1, codes.shape[1] + 1), bool)
    for row, column in np.ndindex(expected.shape):
        a, b, c, d = padded[row : row + 2, column : column + 2].ravel().tolist()
        expected[row, column] = (a != b) + (c != d) + (a != c) + (b != d) >= 3
    return expected


@given(grids, st.integers(1, 4))
def test_finds_every_corner_where_three_borders_meet(codes, strip):
    before = module.STRIP
    module.STRIP = strip
    try:
        np.testing.assert_array_equal(_found(codes)[1], _by_hand(codes))
    finally:
        module.STRIP = before


def test_a_ring_gets_the_junctions_it_passes_straight():
    # 0 0 0 0    The lower border of the upper area runs straight past the corner
    # 1 1 2 2    between 1 and 2, which is a junction.
    junctions, _ = _found(np.array([[0, 0, 0, 0], [1, 1, 2, 2]], np.uint8))
    ring = np.array([[0, 0], [0, 1], [4, 1], [4, 0], [0, 0]])
    points, offsets = junctions.insert(ring, np.array([0, 5]))
    assert points.tolist() == [[0, 0], [0, 1], [2, 1], [4, 1], [4, 0], [0, 0]]
    assert offsets.tolist() == [0, 6]


def test_several_rings_keep_their_bounds():
    junctions, _ = _found(np.array([[0, 0, 0, 0], [1, 1, 2, 2]], np.uint8))
    upper = [[0, 0], [0, 1], [4, 1], [4, 0], [0, 0]]
    lower = [[0, 1], [0, 2], [2, 2], [2, 1], [0, 1]]
    points, offsets = junctions.insert(np.array(upper + lower), np.array([0, 5, 10]))
    assert offsets.tolist() == [0, 6, 11]
    assert points[6:].tolist() == lower


def test_stops_when_told():
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Junctions(4, 4).find(lambda first, last: np.zeros((last - first, 4), np.uint8), stop)
