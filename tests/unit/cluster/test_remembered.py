"""A worker runs a tile again only where it had to forget it, and forgets what nobody is going to ask for."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np
import pytest

from satseg_core.cluster.remembered import RememberedTiles
from satseg_core.raster.grid import Block, Lattice, Span
from satseg_core.scores import ordered_blocks

LATTICE = Lattice.plan((1000, 3000), (1.0, 1.0), tile=64, overlap=16, stride=4)
WITHIN = Block(Span(40, 1000), Span(100, 2900))
SIZE = 128
TILE_BYTES = 4 * 2 * 16 * 16
"""Of the scores of two classes."""

BLOCKS = [Block(*spans) for spans in product(*LATTICE.blocks(WITHIN, SIZE))]
"""Row by row."""

ASKED = {tile for block in BLOCKS for tile in LATTICE.tiles_of(block)}


def make(remembered: RememberedTiles, block: Block) -> int:
    """Ask for the tiles of a block, run those that are not there, and have the block made; gives how many were run."""
    claimed, futures = remembered.claim(LATTICE.tiles_of(block))
    for tile in claimed:
        futures[tile].set_result(np.zeros((2, 16, 16), np.float32))
    assert all(future.done() for future in futures.values())
    remembered.made(block)
    return len(claimed)


def run(remembered: RememberedTiles, order: Iterable[Block]) -> int:
    return sum(make(remembered, block) for block in order)


def test_strips_share_the_tiles_at_their_border() -> None:
    most = 200  # a strip has more: who only kept what was asked for last would have to run its border again
    order = ordered_blocks(LATTICE, WITHIN, SIZE, 2, TILE_BYTES * most)
    assert order != BLOCKS
    remembered = RememberedTiles(LATTICE, WITHIN, SIZE, most)
    assert run(remembered, order) == len(ASKED)
    assert len(remembered) == 0


def test_what_others_make_is_not_waited_for_beyond_what_may_be_kept() -> None:
    remembered = RememberedTiles(LATTICE, WITHIN, SIZE, 30)
    every_other = BLOCKS[::2]
    assert run(remembered, every_other) <= sum(len(LATTICE.tiles_of(block)) for block in every_other)
    assert 0 < len(remembered) <= 30


def test_a_block_that_is_made_twice_costs_its_own_tiles_at_most() -> None:
    remembered = RememberedTiles(LATTICE, WITHIN, SIZE, 10_000)
    order = BLOCKS
    again = len(LATTICE.tiles_of(order[3]))
    assert run(remembered, [*order[:4], order[3], *order[4:]]) <= len(ASKED) + again
    assert len(remembered) <= again


def test_a_tile_on_its_way_is_kept() -> None:
    remembered = RememberedTiles(LATTICE, WITHIN, SIZE, 1)
    first, second = BLOCKS[:2]
    claimed, futures = remembered.claim(LATTICE.tiles_of(first))
    make_beside = [tile for tile in LATTICE.tiles_of(second) if tile not in claimed]
    assert remembered.claim(LATTICE.tiles_of(second))[0] == make_beside
    remembered.made(first)
    assert len(remembered) == len(claimed) + len(make_beside)
    assert remembered.claim(claimed)[0] == []
    assert all(not future.done() for future in futures.values())


def test_who_waits_for_what_was_given_up_fails_and_who_comes_later_tries_again() -> None:
    remembered = RememberedTiles(LATTICE, WITHIN, SIZE, 100)
    block = BLOCKS[0]
    claimed, futures = remembered.claim(LATTICE.tiles_of(block))
    waiting = remembered.claim(claimed)[1]
    futures[claimed[0]].set_result(np.zeros((2, 16, 16), np.float32))
    remembered.give_up(claimed, futures, ValueError("broken"))
    assert remembered.claim(claimed)[0] == claimed[1:]
    for tile in claimed[1:]:
        with pytest.raises(ValueError, match="broken"):
            waiting[tile].result(0)
