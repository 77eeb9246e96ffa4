"""What the network sees where a raster has nothing: the land around, mirrored at the edge of the data.

Any flat colour is taken for something: dark ones for water, and what lies beside the edge with it. Of the ways that
``python -m benchmarks.edges`` compares, mirroring changes the classes beside an edge least.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]
Flags = NDArray[np.bool_]

CELL = 4
"""Gaps are filled by squares of so many px a side: to find the nearest data of each px would take longer than the
network does, and the map beside the edge would be no better."""

FAR = 2**11
"""Cells, more than any tile has on a side."""

ROOM = 2**20
"""Distances that are held in memory at a time."""


def folded(places: Places, length: int) -> Places:
    """Places on an axis that goes on mirrored at both of its ends, without end, as places on the axis itself."""
    within = places % (2 * length)
    return np.asarray(np.minimum(within, 2 * length - 1 - within))


def fill_gaps(values: NDArray[Any], data: Flags) -> None:
    """Give px without data, in place, the values of px that lie about as far on the other side of the edge of the data.

    Depends on the image alone and takes no chance. Where nothing has data, nothing is changed.

    Args:
        values: ``(B, h, w)``, of any type.
        data: ``(h, w)``, which px have data.
    """
    height, width = data.shape
    if height % CELL or width % CELL or not values.flags.c_contiguous:
        whole = ((0, -height % CELL), (0, -width % CELL))
        filled = np.pad(values, ((0, 0), *whole), mode="symmetric")
        fill_gaps(filled, np.pad(data, whole, mode="symmetric"))
        values[:] = filled[:, :height, :width]
        return
    count = _sums(data)
    some = count > 0
    mixed = some & (count < CELL**2)
    if not some.any():
        return
    if mixed.any():
        _fill_beside(values, data, mixed)
    if not some.all():
        _fill_cells(values, some)


def _sums(data: Flags) -> NDArray[np.uint8]:
    """How many px of each cell have data."""
    rows = data.view(np.uint8).reshape(-1, CELL, data.shape[1])
    found = rows[:, 0].copy()
    for row in range(1, CELL):
        found += rows[:, row]
    cols = found.reshape(len(found), -1, CELL)
    return np.asarray(cols.sum(axis=2, dtype=np.uint8))


def _fill_beside(values: NDArray[Any], data: Flags, mixed: Flags) -> None:
    """Fill the gaps in cells that have data, too: each px by what lies opposite of the nearest one with data."""
    inside = np.arange(CELL)
    down, across = np.nonzero(mixed)
    rows, cols = (down * CELL)[:, None, None] + inside[:, None], (across * CELL)[:, None, None] + inside
    here = (rows * data.shape[1] + cols)[~data[rows, cols]]
    reach = 2 * (CELL - 1)
    padded = np.pad(data, reach)
    width = padded.shape[1]
    rows, cols = np.divmod(here, data.shape[1])
    places = (rows + reach) * width + cols + reach
    flat = padded.ravel()
    near = _nearest(flat, places, width)
    opposite = 2 * near - places
    rows, cols = np.divmod(np.where(flat[opposite], opposite, near), width)
    _copy(values, here, (rows - reach) * data.shape[1] + cols - reach)


def _copy(values: NDArray[Any], here: Places, there: Places) -> None:
    """Give px the values of others; both are numbered row by row."""
    for band in values:
        flat = band.reshape(-1)
        flat[here] = flat.take(there)


def _nearest(flat: Flags, places: Places, width: int) -> Places:
    """The nearest px with data of px that have one in their cell, as places in the image ``flat`` of rows so long."""
    near = places.copy()
    left = np.arange(places.size)
    for down, across in _AROUND:
        there = places[left] + (down * width + across)
        hit = flat[there]
        near[left[hit]] = there[hit]
        left = left[~hit]
        if not left.size:
            break
    return near


def _around(reach: int) -> list[tuple[int, int]]:
    """Steps down and across to the px around one, the nearest first."""
    steps = range(-reach, reach + 1)
    around = [(down, across) for down in steps for across in steps if (down, across) != (0, 0)]
    return sorted(around, key=lambda step: (step[0] ** 2 + step[1] ** 2, step))


_AROUND = _around(CELL - 1)


def _fill_cells(values: NDArray[Any], full: Flags) -> None:
    """Fill all cells that are not full from those that are."""
    seen = mirrored_cells(full)
    cells = np.nonzero(~full)
    width = values.shape[2]
    inside = np.arange(CELL)
    here = _px(cells[0], inside)[:, :, None] * width + _px(cells[1], inside)[:, None, :]
    rows = _px(seen.rows[cells], np.where(seen.upside_down[cells][:, None], inside[::-1], inside))
    cols = _px(seen.cols[cells], np.where(seen.reversed[cells][:, None], inside[::-1], inside))
    _copy(values, here.reshape(-1), (rows[:, :, None] * width + cols[:, None, :]).reshape(-1))


def _px(cells: Places, inside: Places) -> Places:
    """Px of cells along an axis, ``(n, CELL)``, in an order of their own."""
    return np.asarray(cells[:, None] * CELL + inside)


class Seen(NamedTuple):
    """The full cell that each cell shows, ``(H, W)`` each, and whether it shows it turned round, down and across."""

    rows: Places
    cols: Places
    upside_down: Flags
    reversed: Flags


def mirrored_cells(full: Flags) -> Seen:
    """What cells show: they are mirrored at the nearest full one, again and again until all of them show something.

    Args:
        full: ``(H, W)``, which cells have data; some do. They show themselves.
    """
    known = full.copy()
    rows, cols = np.meshgrid(*map(np.arange, full.shape), indexing="ij")
    seen = Seen(rows, cols, np.zeros(full.shape, bool), np.zeros(full.shape, bool))
    while not known.all():
        cells = np.nonzero(~known)
        near = nearest_cells(known)
        mirrors = near[0][cells], near[1][cells]
        found = [_across(mirror, places) for mirror, places in zip(mirrors, cells)]
        inside = np.logical_and.reduce([(place >= 0) & (place < length) for place, length in zip(found, full.shape)])
        hit = inside.copy()
        hit[inside] = known[found[0][inside], found[1][inside]]
        here, there = (cells[0][hit], cells[1][hit]), (found[0][hit], found[1][hit])
        for turned, mirror, places in zip((seen.upside_down, seen.reversed), mirrors, cells):
            turned[here] = turned[there] ^ (mirror != places)[hit]
        seen.rows[here], seen.cols[here] = seen.rows[there], seen.cols[there]
        known[here] = True
    return seen


def _across(mirrors: Places, places: Places) -> Places:
    """What places see in mirrors, along an axis; a mirror is the nearer side of a cell."""
    return np.asarray(2 * mirrors + np.sign(places - mirrors) - places)


def nearest_cells(full: Flags) -> tuple[Places, Places]:
    """Row and column of the full cell that is nearest to each, ``(H, W)`` both; exact, from centre to centre."""
    high, wide = full.shape
    rows, cols = np.arange(high)[:, None], np.arange(wide)
    above = np.maximum.accumulate(np.where(full, rows, -FAR), axis=0)
    below = np.minimum.accumulate(np.where(full, rows, FAR)[::-1], axis=0)[::-1]
    row = np.where(rows - above <= below - rows, above, below)
    # The nearest one in each column is known; the nearest of these is looked for among all columns.
    down = ((row - rows) ** 2).astype(np.float32)
    across = ((cols[:, None] - cols) ** 2).astype(np.float32)
    col = np.broadcast_to(cols, full.shape).copy()
    (wanted,) = np.nonzero(~full.all(axis=1))
    each = max(ROOM // wide**2, 1)
    for start in range(0, wanted.size, each):
        part = wanted[start : start + each]
        col[part] = (down[part, None, :] + across).argmin(axis=2)
    return np.take_along_axis(row, col, axis=1), col
