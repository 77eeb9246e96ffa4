"""Overviews: each px against what its four px say, by hand and by a slow count."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satseg_core.raster.flat import FlatFile, make_overviews
from satseg_core.raster.overviews import average, even, level_shapes, mode

NONE = 255


@pytest.mark.parametrize(
    ("four", "expected"),
    [
        ((1, 2, 3, 4), 1),
        ((1, 2, 2, 3), 2),
        ((1, 2, 3, 3), 3),
        ((4, 2, 4, 3), 4),
        ((4, 4, 2, 2), 4),
        ((1, 2, 1, 2), 1),
        ((NONE, 2, 3, 4), 2),
        ((NONE, NONE, NONE, 4), 4),
        ((NONE, NONE, 3, NONE), 3),
        ((NONE, 2, NONE, 3), 2),
        ((NONE, NONE, NONE, NONE), NONE),
    ],
)
def test_the_most_frequent_code_wins_and_the_first_of_equals(four, expected):
    assert mode(np.array(four, np.uint8).reshape(2, 2))[0, 0] == expected


@settings(max_examples=50)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_mode_is_one_of_the_most_frequent_codes(height, width, seed):
    values = np.random.default_rng(seed).choice(np.array([0, 1, 2, NONE], np.uint8), (2 * height, 2 * width))
    found = mode(values)
    for row in range(height):
        for col in range(width):
            counts = Counter(v for v in values[2 * row : 2 * row + 2, 2 * col : 2 * col + 2].ravel() if v != NONE)
            if not counts:
                assert found[row, col] == NONE
            elif max(counts.values()) > 1 and NONE not in values[2 * row : 2 * row + 2, 2 * col : 2 * col + 2]:
                assert counts[found[row, col]] == max(counts.values())
            else:
                assert found[row, col] in counts


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_average_is_the_rounded_mean_of_what_is_known(seed):
    values = np.random.default_rng(seed).choice(np.array([0, 3, 50, 100, NONE], np.uint8), (6, 8))
    found = average(values)
    for row, col in np.ndindex(3, 4):
        known = [int(v) for v in values[2 * row : 2 * row + 2, 2 * col : 2 * col + 2].ravel() if v != NONE]
        if known:
            assert abs(found[row, col] - sum(known) / len(known)) <= 0.5
        else:
            assert found[row, col] == NONE


def test_odd_sides_are_filled_up_with_themselves():
    values = np.arange(15, dtype=np.uint8).reshape(3, 5)
    filled = even(values)
    assert filled.shape == (4, 6)
    assert (filled[:3, 5] == values[:, 4]).all()
    assert (filled[3] == filled[2]).all()
    assert even(filled) is filled


def test_levels_end_with_the_first_that_fits():
    assert list(level_shapes((1025, 300), 512)) == [(513, 150), (257, 75)]
    assert list(level_shapes((512, 512), 512)) == []


@pytest.mark.parametrize("piece", [1, 300, 2**24])
def test_levels_of_a_file_are_those_of_the_whole(tmp_path, monkeypatch, piece):
    monkeypatch.setattr("satseg_core.raster.flat.PIECE_BYTES", piece)
    values = np.random.default_rng(1).integers(0, 7, (101, 67)).astype(np.uint8)
    with FlatFile(tmp_path / "map.flat", values.shape) as base:
        base.write(0, 0, values)
        shares = [(level, share) for level, share in make_overviews(base, mode, 16)]
    levels = list(dict.fromkeys(level for level, _ in shares))
    assert [level.path.name for level in levels] == ["map.1.flat", "map.2.flat", "map.3.flat"]
    assert [share for _, share in shares] == sorted(share for _, share in shares)
    assert shares[-1][1] == 1.0
    for level in levels:
        values = mode(even(values))
        np.testing.assert_array_equal(level.read(0, 0, level.shape), values)
        level.close()


def test_a_flat_file_keeps_what_it_holds_and_writes_rectangles(tmp_path):
    values = np.arange(30, dtype=np.uint8).reshape(5, 6)
    with FlatFile(tmp_path / "a.flat", (5, 6)) as file:
        file.write(0, 0, values)
        file.write(1, 2, np.zeros((2, 3), np.uint8))
    with FlatFile(tmp_path / "a.flat", (5, 6)) as file:
        values[1:3, 2:5] = 0
        np.testing.assert_array_equal(file.read(0, 0, (5, 6)), values)
        np.testing.assert_array_equal(file.read(2, 1, (3, 4)), values[2:5, 1:5])
    with FlatFile(tmp_path / "a.flat", (2, 6)) as file:
        assert not file.read(0, 0, (2, 6)).any()
