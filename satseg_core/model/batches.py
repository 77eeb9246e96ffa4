"""How many tiles a graphics card should be given at a time."""

from __future__ import annotations

from typing import Callable

MOST = 64
"""Larger batches bring nothing: the card has enough to do, and the tiles of a block are fewer."""

WORTH = 0.9
"""A batch is doubled as long as its tiles take at most this share of the time that they took before."""


def fitting_batch(run: Callable[[int], float], most: int = MOST) -> int:
    """The batch, a power of two, that is clearly the fastest of those that fit into free memory.

    Args:
        run: runs so many tiles and returns how long that took, s.
        most: not to be exceeded.

    Raises:
        MemoryError: not even one tile fits.
    """
    batch, each = 1, run(1)
    while 2 * batch <= most:
        try:
            next_each = run(2 * batch) / (2 * batch)
        except MemoryError:
            break
        if next_each > WORTH * each:
            break
        batch, each = 2 * batch, next_each
    return batch
