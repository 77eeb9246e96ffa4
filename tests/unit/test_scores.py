"""Blending and classifying: the same bits whatever the blocks, and right where it can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satseg_core import scores
from satseg_core.classify import classify
from satseg_core.cluster.lanes import cut
from satseg_core.raster.grid import Block, Lattice, Span, Tile

CLASSES = 5
MOST = 2**28


class RandomTiles:
    """Stands for reader and runtime: scores that depend on the tile alone."""

    name, device, version, reason = "random", "cpu", "1", "a test needs no network"
    precision = "float32"
    batch = at_once = 1

    def __init__(self, lattice: Lattice) -> None:
        self._lattice = lattice

    def read(self, tile: Tile) -> np.ndarray:
        return np.array([tile.row, tile.col], np.float32)[:, None, None]

    def scores(self, tiles: np.ndarray) -> np.ndarray:
        row, col = tiles[0, :, 0, 0].astype(int)
        shape = self._lattice.weights().shape
        return np.random.default_rng([row, col]).normal(size=(1, CLASSES, *shape)).astype(np.float32)


def run(lattice: Lattice, order, wanted=None, temperature=1.0):
    """Labels and confidence of the whole raster, and the number of tiles run."""
    shape = (lattice.rows.pixels, lattice.cols.pixels)
    wanted = np.ones(shape, bool) if wanted is None else wanted
    labels, percent = np.full(shape, 255, np.uint8), np.full(shape, 255, np.uint8)
    network = RandomTiles(lattice)
    tiles = scores.TileScores(scores.last_uses(lattice, order))
    done = set()
    for number, block in enumerate(order):
        area = (slice(*block.rows), slice(*block.cols))
        needed = list(scores.needed_tiles(lattice, block, wanted[area]))
        for tile in needed:
            if tile not in done:
                tiles.add([tile], network.scores(network.read(tile)[None]))
        done.update(needed)
        found = [(tile, tiles.get(tile)) for tile in needed]
        if found:
            blended = scores.blend(lattice, lattice.cells_of(block), found, CLASSES)
            block_labels, block_percent = classify(lattice, block, blended, range(CLASSES), temperature)
            labels[area][wanted[area]] = block_labels[wanted[area]]
            percent[area][wanted[area]] = block_percent[wanted[area]]
        tiles.forget(number)
    assert not tiles._kept
    return labels, percent, tiles.run


def lattice_of(height, width, scale):
    return Lattice.plan((height, width), (scale, scale * 1.1), tile=64, overlap=16, stride=4)


@settings(max_examples=25)
@given(st.integers(1, 400), st.integers(1, 400), st.floats(0.3, 4), st.integers(17, 300), st.randoms())
def test_result_does_not_depend_on_blocks_or_their_order(height, width, scale, size, random):
    lattice = lattice_of(height, width, scale)
    whole = Block(Span(0, height), Span(0, width))
    expected = run(lattice, [whole])
    order = scores.ordered_blocks(lattice, whole, size, CLASSES, MOST)
    random.shuffle(order)
    found = run(lattice, order)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


@settings(max_examples=25)
@given(st.integers(0, 399), st.integers(0, 299), st.integers(20, 200))
def test_a_wanted_pixel_gets_the_same_class_when_little_else_is_run(row, col, size):
    lattice = lattice_of(400, 300, 1.0)
    whole = Block(Span(0, 400), Span(0, 300))
    expected, _, all_run = run(lattice, [whole])
    wanted = np.zeros((400, 300), bool)
    wanted[row, col] = True
    labels, _, tiles_run = run(lattice, scores.ordered_blocks(lattice, whole, size, CLASSES, MOST), wanted)
    assert labels[row, col] == expected[row, col]
    assert (np.delete(labels.ravel(), row * 300 + col) == 255).all()
    # Two tiles overlap along an axis, three where the last one was moved back to end with the raster.
    assert tiles_run <= 9 < all_run


def test_each_tile_runs_once():
    lattice = lattice_of(900, 700, 1.3)
    order = scores.ordered_blocks(lattice, Block(Span(0, 900), Span(0, 700)), 128, CLASSES, MOST)
    assert run(lattice, order)[2] == lattice.tiles


def test_strips_keep_memory_bounded_without_changing_anything():
    lattice = lattice_of(500, 1500, 1.0)
    whole = Block(Span(0, 500), Span(0, 1500))
    plain = scores.ordered_blocks(lattice, whole, 128, CLASSES, MOST)
    strips = scores.ordered_blocks(lattice, whole, 128, CLASSES, 4 * CLASSES * lattice.weights().size * 12)
    assert strips != plain
    assert sorted(strips) == sorted(plain)
    np.testing.assert_array_equal(run(lattice, strips)[0], run(lattice, plain)[0])


@given(st.integers(1, 900), st.integers(1, 900), st.integers(1, 20))
def test_every_block_comes_once_for_any_number_of_parts(height, width, parts):
    lattice = lattice_of(height, width, 1.0)
    whole = Block(Span(0, height), Span(0, width))
    order = scores.ordered_blocks(lattice, whole, 128, CLASSES, MOST, parts)
    assert sorted(order) == sorted(scores.ordered_blocks(lattice, whole, 128, CLASSES, MOST))


def tiles_of_parts(lattice, order, parts):
    """Tiles that so many equal parts of an order run together."""
    return sum(len({tile for block in part for tile in lattice.tiles_of(block)}) for part in cut(order, parts))


@pytest.mark.parametrize(("parts", "most"), [(1, 0.0), (2, 0.05), (4, 0.08), (16, 0.24), (64, 0.6)])
def test_parts_for_several_networks_have_few_tiles_in_common(parts, most):
    lattice = lattice_of(2048, 2048, 1.0)
    whole = Block(Span(0, 2048), Span(0, 2048))
    rows, squares = (
        tiles_of_parts(lattice, scores.ordered_blocks(lattice, whole, 128, CLASSES, MOST, across), parts)
        for across in (1, parts)
    )
    twice = squares / lattice.tiles - 1
    assert 0 <= twice <= most
    assert squares <= (0.95 if parts >= 16 else 1) * rows


def test_equal_tiles_blend_to_themselves():
    lattice = lattice_of(300, 300, 1.0)
    constant = np.arange(CLASSES, dtype=np.float32)[:, None, None] * np.ones(lattice.weights().shape, np.float32)
    block = Block(Span(0, 300), Span(0, 300))
    blended = scores.blend(
        lattice, lattice.cells_of(block), [(tile, constant) for tile in lattice.tiles_of(block)], CLASSES
    )
    np.testing.assert_allclose(blended, np.broadcast_to(np.arange(CLASSES)[:, None, None], blended.shape), rtol=1e-5)


def test_confidence_is_the_softmax_of_the_best_class():
    lattice = Lattice.plan((32, 32), (1, 1), 32, 0, 4)
    logits = np.array([1.0, 3.0, 0.5], np.float32)
    blended = logits[:, None, None] * np.ones((3, 8, 8), np.float32)
    block = Block(Span(0, 32), Span(0, 32))
    for temperature in (1.0, 2.5):
        labels, percent = classify(lattice, block, blended, (4, 9, 2), temperature)
        softmax = np.exp(logits / temperature) / np.exp(logits / temperature).sum()
        assert (labels == 9).all()
        assert (percent == round(100 * float(softmax[1]))).all()
    assert classify(lattice, block, blended, (4, 9, 2))[1] is None


def test_interpolation_agrees_with_torch():
    torch = pytest.importorskip("torch")
    lattice = Lattice.plan((96, 128), (1, 1), 64, 0, 4)
    blended = np.random.default_rng(1).normal(size=(CLASSES, 24, 32)).astype(np.float32)
    block = Block(Span(0, 96), Span(0, 128))
    labels, _ = classify(lattice, block, blended, range(CLASSES))
    upsampled = torch.nn.functional.interpolate(
        torch.from_numpy(blended)[None], size=(96, 128), mode="bilinear", align_corners=False
    )[0]
    same = labels == upsampled.argmax(0).numpy()
    assert same.mean() > 0.9999
