"""The lattice: every pixel covered once by blocks, and by tiles with positive weight, for any raster."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satseg_core.raster.grid import Axis, Block, Lattice, Span, Tile, blocks

STRIDE = 4
axes = st.builds(
    Axis.plan,
    pixels=st.integers(1, 3000),
    scale=st.floats(0.25, 6),
    tile=st.sampled_from([32, 64, 128, 256]),
    overlap=st.sampled_from([0, 8, 16]),
    stride=st.just(STRIDE),
)


@given(axes)
def test_model_px_cover_the_raster_exactly(axis):
    assert axis.scale * axis.model == pytest.approx(axis.pixels)
    assert axis.cells * STRIDE >= axis.model > (axis.cells - 1) * STRIDE


@given(axes)
def test_every_cell_has_positive_weight(axis):
    total = np.zeros(axis.cells + axis.tile)
    for index in range(len(axis.starts)):
        cells = axis.tile_cells(index)
        total[cells.start : cells.stop] += axis.weights()
    assert (axis.weights() > 0).all()
    assert (total[: axis.cells] > 0).all()


@given(axes)
def test_tiles_lie_on_cells_and_inside_the_raster(axis):
    assert all(start % STRIDE == 0 for start in axis.starts)
    assert list(axis.starts) == sorted(set(axis.starts))
    for index, start in enumerate(axis.starts):
        read = axis.read_model(index)
        assert read.start == start
        assert 0 < read.size <= axis.tile
        assert read.stop <= axis.model


@given(axes, st.data())
def test_interpolation_is_the_same_in_any_part(axis, data):
    start = data.draw(st.integers(0, axis.pixels - 1))
    stop = data.draw(st.integers(start + 1, axis.pixels))
    first, weight = axis.taps(Span(0, axis.pixels))
    part_first, part_weight = axis.taps(Span(start, stop))
    np.testing.assert_array_equal(first[start:stop], part_first)
    np.testing.assert_array_equal(weight[start:stop], part_weight)
    cells = axis.cells_of(Span(start, stop))
    assert cells.start <= part_first.min()
    assert part_first.max() < cells.stop <= axis.cells


@given(axes, st.data())
def test_tiles_of_cells_are_all_that_reach_into_them(axis, data):
    start = data.draw(st.integers(0, axis.cells - 1))
    cells = Span(start, data.draw(st.integers(start + 1, axis.cells)))
    tiles = [axis.tile_cells(index) for index in range(len(axis.starts))]
    reaching = [index for index, tile in enumerate(tiles) if tile.start < cells.stop and cells.start < tile.stop]
    assert axis.tiles_of(cells) == reaching


@given(axes, st.data())
def test_a_tile_knows_every_pixel_that_depends_on_it(axis, data):
    pixel = data.draw(st.integers(0, axis.pixels - 1))
    for index in axis.tiles_of(axis.cells_of(Span(pixel, pixel + 1))):
        touched = axis.pixels_of(index)
        assert touched.start <= pixel < touched.stop


def test_taps_are_linear_interpolation_between_cell_centres():
    axis = Axis.plan(pixels=64, scale=1, tile=32, overlap=8, stride=4)
    first, weight = axis.taps(Span(0, 64))
    centres = np.arange(axis.cells) * 4 + 2.0
    expected = np.clip(np.arange(64) + 0.5, centres[0], centres[-1])
    following = np.minimum(first + 1, axis.cells - 1)
    np.testing.assert_allclose(centres[first] + (centres[following] - centres[first]) * weight, expected, rtol=1e-6)


@given(st.integers(1, 500), st.integers(1, 500), st.integers(0, 100), st.integers(0, 100), st.integers(1, 300))
def test_blocks_cover_every_pixel_once(height, width, row, col, size):
    within = Block(Span(row, row + height), Span(col, col + width))
    count = np.zeros((row + height, col + width), int)
    for block in blocks(within, size):
        count[block.rows.start : block.rows.stop, block.cols.start : block.cols.stop] += 1
    assert (count[row:, col:] == 1).all()
    assert count.sum() == height * width


def test_tiles_of_a_block_are_in_lattice_order_and_enough():
    lattice = Lattice.plan((900, 1300), (1.5, 2.0), tile=128, overlap=32, stride=4)
    block = Block(Span(300, 600), Span(512, 1024))
    tiles = lattice.tiles_of(block)
    assert tiles == sorted(tiles)
    inside = {tile for tile in tiles if _touches(lattice.pixels_of(tile), block)}
    assert inside == set(tiles)
    everything = lattice.tiles_of(Block(Span(0, 900), Span(0, 1300)))
    assert len(everything) == lattice.tiles == len(set(everything))
    assert everything[0] == Tile(0, 0)


def _touches(a: Block, b: Block) -> bool:
    return (
        a.rows.start < b.rows.stop
        and b.rows.start < a.rows.stop
        and a.cols.start < b.cols.stop
        and b.cols.start < a.cols.stop
    )


def test_small_rasters_get_small_tiles():
    lattice = Lattice.plan((10, 70), (1, 1), tile=512, overlap=128, stride=4)
    assert (lattice.rows.tile, lattice.cols.tile) == (32, 96)
    assert lattice.tiles == 1


def test_block_size_follows_the_scale():
    fine = Lattice.plan((9000, 9000), (2.44, 2.44), 512, 128, 4)
    coarse = Lattice.plan((9000, 9000), (0.25, 0.25), 512, 128, 4)
    assert fine.block_size() == 2048
    assert coarse.block_size() == 512
