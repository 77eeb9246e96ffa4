"""From edges to px: which centres lie inside, and which share of each px does."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from satseg_core.raster.edges import Edges, cut
from satseg_core.raster.grid import Block
from satseg_core.raster.projecting import Floats

_NEARLY = 1e-6
"""Px: a share so near to nothing or to all is that, and a border so near to a centre runs through it."""

_MIDDLE = 0.5 + _NEARLY


class Runs(NamedTuple):
    """Stretches of px in rows: row, first column, and column after the last, ``(n,)`` each, in a block's px."""

    rows: NDArray[np.intp]
    starts: NDArray[np.intp]
    stops: NDArray[np.intp]


def runs(edges: Edges, block: Block) -> Runs:
    """Stretches of px whose centres lie inside; a centre on an edge lies to the right of it, or below."""
    width = block.cols.size
    rows, cols, signs = _crossings(edges, block)
    order = np.lexsort((cols, rows))
    rows, cols, signs = rows[order], cols[order], signs[order]
    sums = np.concatenate([[0], np.cumsum(signs)])
    first = np.searchsorted(rows, rows)
    inside = np.rint(sums[1:] - sums[first]) != 0
    same_row = np.append(rows[1:] == rows[:-1], False)
    stops = np.where(same_row, np.append(cols[1:], width), width)
    wanted = inside & (stops > cols)
    return Runs(rows[wanted], cols[wanted], stops[wanted])


def centres(edges: Edges, block: Block) -> NDArray[np.bool_]:
    """Px of a block whose centres lie inside, ``(h, w) bool``; see `runs`."""
    height, width = block.shape
    rows, cols, signs = _crossings(edges, block)
    inside = cols < width
    steps = np.bincount((rows * width + cols)[inside], signs[inside], height * width).reshape(height, width)
    found: NDArray[np.bool_] = np.cumsum(np.rint(steps).astype(np.int32), axis=1) != 0
    return found


def _crossings(edges: Edges, block: Block) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Where edges cross the middles of a block's rows: rows, first px whose centres lie to the right, signs."""
    (top, bottom), (left, right) = block
    edges = edges.take((edges.ends[:, 1] < bottom) & (edges.ends[:, 3] > top))
    edges = edges.take(edges.ends[:, ::2].min(axis=1) < right)
    x, y, other_x, other_y = edges.ends.T
    first = np.clip(np.ceil(y - _MIDDLE), top, bottom).astype(np.intp)
    counts = np.clip(np.ceil(other_y - _MIDDLE), top, bottom).astype(np.intp) - first
    which = np.repeat(np.arange(len(edges)), counts)
    rows = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    slope = (other_x - x)[which] / (other_y - y)[which]
    at = x[which] + (rows + _MIDDLE - y[which]) * slope
    cols = np.clip(np.ceil(at - _MIDDLE), left, right).astype(np.intp) - left
    return rows - top, cols, edges.signs[which]


def shares(edges: Edges, block: Block) -> Floats:
    """The share of each px of a block that lies inside of edges in px, ``(h, w) float64`` 0 to 1."""
    height, width = block.shape
    (top, _), (left, _) = block
    frame = (float(left), float(top), float(left + width), float(top + height))
    ends, signs = _by_pixel(cut(edges, frame))
    x, y, other_x, other_y = ends.T
    rows = np.clip(np.floor((y + other_y) / 2).astype(np.intp) - top, 0, height - 1)
    cols = np.clip(np.floor((x + other_x) / 2).astype(np.intp) - left, 0, width)
    cover = (other_y - y) * signs
    # What lies to the right of the edge in its own px, and all of the row in those after it.
    own = cover * (cols + left + 1 - (x + other_x) / 2)
    size = height * (width + 2)
    place = rows * (width + 2) + cols
    steps = np.bincount(place, own, size) + np.bincount(place + 1, cover - own, size)
    found = np.abs(np.cumsum(steps.reshape(height, width + 2), axis=1)[:, :width])
    touched = np.bincount(place, minlength=size).reshape(height, width + 2)[:, :width] > 0
    whole = np.rint(found)
    found = np.where(~touched | (np.abs(found - whole) < _NEARLY), whole, found)
    return np.minimum(found, 1.0)


def _by_pixel(edges: Edges) -> tuple[Floats, Floats]:
    """Edges cut wherever they pass from one px to another: ends and signs."""
    ends, signs = edges.ends, edges.signs
    for axis in (1, 0):
        ends, which = _at_whole(ends, axis)
        signs = signs[which]
    return ends, signs


def _at_whole(ends: Floats, axis: int) -> tuple[Floats, NDArray[np.intp]]:
    """Edges cut at the whole numbers of an axis, and which edge each piece is of."""
    begin, end = ends[:, axis], ends[:, axis + 2]
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    first = np.floor(low).astype(np.intp)
    counts = np.maximum(np.ceil(high).astype(np.intp) - first, 1)
    which = np.repeat(np.arange(len(ends)), counts)
    number = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    rising = (end >= begin)[which]
    # Pieces are counted along the edge: down from the top where it falls.
    line = np.where(rising, first[which] + number, (first + counts)[which] - number)
    after = np.where(rising, line + 1, line - 1)
    pieces = ends[which]
    is_first, is_last = number == 0, number == counts[which] - 1
    length = np.where(end == begin, 1.0, end - begin)[which]
    from_share = np.where(is_first, 0.0, (line - begin[which]) / length)
    to_share = np.where(is_last, 1.0, (after - begin[which]) / length)
    found = np.empty_like(pieces)
    along = pieces[:, 2:] - pieces[:, :2]
    found[:, :2] = np.where(is_first[:, None], pieces[:, :2], pieces[:, :2] + along * from_share[:, None])
    found[:, 2:] = np.where(is_last[:, None], pieces[:, 2:], pieces[:, :2] + along * to_share[:, None])
    found[:, axis] = np.where(is_first, found[:, axis], line)
    found[:, axis + 2] = np.where(is_last, found[:, axis + 2], after)
    return found, which
