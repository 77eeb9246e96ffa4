"""The lattice: every pixel covered once by blocks, and by tiles with positive weight, for any raster."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satseg_core.raster.grid import BEYOND, SMALLEST, Axis, Block, Lattice, Span, Tile

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
    before = axis.tile  # tiles may begin before the raster
    total = np.zeros(before + axis.cells + axis.tile)
    for index in range(len(axis.starts)):
        cells = axis.tile_cells(index)
        total[before + cells.start : before + cells.stop] += axis.weights()
    assert (axis.weights() > 0).all()
    assert (total[before : before + axis.cells] > 0).all()


@given(axes)
def test_tiles_lie_on_cells_and_hold_some_of_the_raster(axis):
    assert all(start % STRIDE == 0 for start in axis.starts)
    assert list(axis.starts) == sorted(set(axis.starts))
    for index in range(len(axis.starts)):
        tile, read = axis.tile_model(index), axis.read_model(index)
        assert tile.size == axis.tile
        assert read == (max(tile.start, 0), min(tile.stop, axis.model))
        assert read.size > 0


@given(axes)
def test_tiles_are_as_few_as_without_reaching_beyond_the_raster(axis):
    length = axis.cells * STRIDE
    fewest = 1 + max(-(-(length - axis.tile) // axis.step), 0)
    assert len(axis.starts) == fewest
    pairs = zip(axis.starts, axis.starts[1:])
    assert all(axis.tile - (other - one) >= axis.overlap for one, other in pairs)


@given(axes)
def test_tiles_reach_beyond_both_ends_alike(axis):
    length = axis.cells * STRIDE
    before, after = -axis.starts[0], axis.starts[-1] + axis.tile - length
    assert before >= 0
    spare = axis.tile + (len(axis.starts) - 1) * axis.step - length
    if len(axis.starts) > 1:
        assert before == after == min(BEYOND, spare // (2 * STRIDE) * STRIDE)
    else:
        assert 0 <= after - before <= STRIDE


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


@given(axes, st.integers(1, 1000), st.data())
def test_blocks_cover_every_pixel_once(axis, size, data):
    start = data.draw(st.integers(0, axis.pixels - 1))
    within = Span(start, data.draw(st.integers(start + 1, axis.pixels)))
    spans = axis.cut(within, size)
    assert (spans[0].start, spans[-1].stop) == within
    assert all(span.size > 0 for span in spans)
    assert all(one.stop == other.start for one, other in zip(spans, spans[1:]))
    half_a_step = (axis.tile - axis.overlap) * axis.scale / 2
    assert max(span.size for span in spans) <= size + (half_a_step + 1 if half_a_step < size / 6 else 0)


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.3, 2.44])
@pytest.mark.parametrize("start", [0, 777])
def test_blocks_of_many_tiles_have_few_of_them_in_common(scale, start):
    axis = Axis.plan(20_000, scale, tile=320, overlap=64, stride=4)
    inner = axis.cut(Span(start, 20_000), 2048)[:-1]
    tiles = [set(axis.tiles_of(axis.cells_of(span))) for span in inner]
    assert len(inner) >= 8
    assert {len(one & other) for one, other in zip(tiles, tiles[1:])} == {1}


def test_blocks_of_few_tiles_keep_their_size():
    axis = Axis.plan(10_000, 4.88, tile=320, overlap=64, stride=4)
    assert [span.size for span in axis.cut(Span(0, 10_000), 2048)] == [2048] * 4 + [1808]


def test_what_is_left_at_the_end_is_no_sliver():
    axis = Axis.plan(4096, 1, tile=320, overlap=64, stride=4)
    assert [span.size for span in axis.cut(Span(0, 4096), 2048)] == [1936, 2160]


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


@pytest.mark.parametrize(("pixels", "tile"), [(1, 192), (160, 192), (161, 224), (480, 512), (481, 512), (512, 512)])
def test_small_rasters_lie_in_the_middle_of_one_tile_with_surroundings(pixels, tile):
    axis = Axis.plan(pixels, 1, tile=512, overlap=128, stride=STRIDE)
    assert axis.tile == tile
    assert len(axis.starts) == 1
    assert abs((axis.starts[0] + tile / 2) - pixels / 2) <= STRIDE
    assert axis.tile >= SMALLEST


def test_tiles_of_a_model_may_be_smaller_than_the_smallest():
    assert Axis.plan(10, 1, tile=64, overlap=16, stride=STRIDE).tile == 64


def test_block_size_follows_the_scale():
    fine = Lattice.plan((9000, 9000), (2.44, 2.44), 512, 128, 4)
    coarse = Lattice.plan((9000, 9000), (0.25, 0.25), 512, 128, 4)
    assert fine.block_size() == 2048
    assert coarse.block_size() == 512
