"""Overviews of one-byte rasters: half the size, and half of that, made from flat files piece by piece.

GDAL can do it, too, but takes longer for the mode of four px than the network does for the px.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Callable

import numpy as np
from numpy.typing import NDArray

from satseg_core.legend import NODATA

Codes = NDArray[np.uint8]

Halve = Callable[[Codes], Codes]
"""``(2 h, 2 w) uint8`` to ``(h, w) uint8``; `NODATA` counts only where there is nothing else."""


def level_shapes(shape: tuple[int, int], smallest: int) -> Iterator[tuple[int, int]]:
    """Height and width of each overview, down to the first that fits a square of ``smallest`` px."""
    while max(shape) > smallest:
        shape = (-(-shape[0] // 2), -(-shape[1] // 2))
        yield shape


def even(values: Codes) -> Codes:
    """The same with a last row and column repeated where their number is odd."""
    odd = tuple((0, length % 2) for length in values.shape)
    return np.pad(values, odd, mode="edge") if any(extra for _, extra in odd) else values


def mode(values: Codes) -> Codes:
    """The most frequent code of each four px; where none is, the first of them that is one."""
    a, b, c, d = _quarters(values)
    result = np.where(c == d, c, a)
    np.copyto(result, b, where=(b == c) | (b == d))
    np.copyto(result, a, where=(a == b) | (a == c) | (a == d))
    empty = result == NODATA
    if empty.any():
        for corner in (d, c, b, a):
            np.copyto(result, corner, where=empty & (corner != NODATA))
    return result


def average(values: Codes) -> Codes:
    """The mean of each four px, rounded."""
    quarters = _quarters(values)
    if not (values == NODATA).any():
        a, b, c, d = quarters
        upper, lower = np.add(a, b, dtype=np.uint16), np.add(c, d, dtype=np.uint16)
        upper += lower
        upper += 2
        upper >>= 2
        return upper.astype(np.uint8)
    total = np.zeros(quarters[0].shape, np.uint16)
    count = np.zeros(quarters[0].shape, np.uint16)
    for corner in quarters:
        known = corner != NODATA
        count += known
        total += np.where(known, corner, np.uint8(0))
    some = np.maximum(count, 1)
    return np.where(count > 0, (2 * total + some) // (2 * some), NODATA).astype(np.uint8)


def _quarters(values: Codes) -> tuple[Codes, Codes, Codes, Codes]:
    """Upper left, upper right, lower left and lower right px of each four. Views."""
    return values[::2, ::2], values[::2, 1::2], values[1::2, ::2], values[1::2, 1::2]
