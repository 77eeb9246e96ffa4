"""Regions of equal code: which px belong together, and which regions are neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from satseg_core.raster.labels import Codes

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.integer[Any]]
Regions = npt.NDArray[np.int32]
"""Number of its region for each px, ``(h, w) int32``; they count from 0 in the order of their first px, row by row."""


def components(count: int, first: Numbers, second: Numbers) -> Ints:
    """Connected components of a graph.

    Args:
        count: number of nodes.
        first: one end of each edge, ``(m,)``.
        second: the other end.

    Returns:
        The lowest node of each node's component, ``(count,)``.
    """
    parent = np.arange(count)
    while True:
        first, second = parent[first], parent[second]
        apart = first != second
        if not apart.any():
            return parent
        first, second = first[apart], second[apart]
        np.minimum.at(parent, np.maximum(first, second), np.minimum(first, second))
        while True:
            above = parent[parent]
            if np.array_equal(above, parent):
                break
            parent = above


def find_regions(codes: Codes) -> tuple[Regions, int]:
    """4-connected regions of equal code.

    Args:
        codes: ``(h, w)``.

    Returns:
        The px' regions, and how many there are.
    """
    begins = np.ones(codes.shape, bool)
    np.not_equal(codes[:, 1:], codes[:, :-1], out=begins[:, 1:])
    runs = np.cumsum(begins.ravel(), dtype=np.int32).reshape(codes.shape) - 1
    below = codes[1:] == codes[:-1]
    # Two runs touch along many px; one of them is enough.
    first_touch = below.copy()
    first_touch[:, 1:] &= begins[1:, 1:] | begins[:-1, 1:]
    count = int(runs[-1, -1]) + 1
    root = components(count, runs[:-1][first_touch].astype(np.int64), runs[1:][first_touch].astype(np.int64))
    is_root = root == np.arange(count)
    number = (np.cumsum(is_root) - 1).astype(np.int32)
    return number[root][runs], int(is_root.sum())


def borders(regions: Regions) -> tuple[Numbers, Numbers, Numbers]:
    """Which regions touch, and along how many edges of px.

    Returns:
        Lower and higher number of each pair ``(m,)``, and the length of their border ``(m,)``.
    """
    first, second = [], []
    for one, other in ((regions[:, :-1], regions[:, 1:]), (regions[:-1], regions[1:])):
        differ = one != other
        first.append(one[differ])
        second.append(other[differ])
    return gathered(np.concatenate(first), np.concatenate(second))


def gathered(first: Numbers, second: Numbers, lengths: Numbers | None = None) -> tuple[Numbers, Numbers, Numbers]:
    """Pairs that occur several times, in any order, as one each with the sum of their lengths.

    Args:
        first: one of each pair, ``(n,)``.
        second: the other.
        lengths: of the pairs; None for 1 each.

    Returns:
        Lower, higher and sum, ``(m,) int32`` each, sorted.
    """
    keys = np.minimum(first, second).astype(np.int64) << 32
    keys |= np.maximum(first, second)
    order = np.argsort(keys)
    keys = keys[order]
    begins = np.flatnonzero(np.diff(keys, prepend=-1))
    sums = np.diff(begins, append=len(keys)) if lengths is None else _sums(lengths[order], begins)
    keys = keys[begins]
    return (keys >> 32).astype(np.int32), (keys & 0x7FFFFFFF).astype(np.int32), sums.astype(np.int32)


def _sums(values: Numbers, begins: Ints) -> Numbers:
    """Sums of stretches that begin at some places, the last one to the end."""
    return np.add.reduceat(values, begins) if len(begins) else values
