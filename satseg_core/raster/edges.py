"""Polygons as a heap of edges: cut and bent one by one, they still say what is inside, whatever else goes wrong.

A place is inside where the edges to its left go round it: a sum over edges, so that none of them has to fit another to
the last bit. No overlay of polygons is computed, and none can fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from satseg_core.raster.projecting import Floats

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Edges:
    """Edges of polygons.

    Attributes:
        ends: ``(n, 4)``: x, y, x, y. The first end has the smaller y (of two with the same, the smaller x), so that an
            edge that two polygons share is cut and bent in the same way for both.
        signs: ``(n,) float64``, 1 or -1: which way the ring goes.
        owners: ``(n,)``: the polygons that they belong to, counted from 0.
    """

    ends: Floats
    signs: Floats
    owners: Ints

    def __len__(self) -> int:
        return len(self.signs)

    def take(self, which: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Edges:
        """Some of them."""
        return Edges(self.ends[which], self.signs[which], self.owners[which])

    def moved(self, move: Callable[[Floats], Floats]) -> Edges:
        """The same between other ends, as ``move`` gives them for ``(n, 2)``."""
        moved = np.column_stack([move(self.ends[:, :2]), move(self.ends[:, 2:])])
        return _ordered(moved, self.signs, self.owners)

    @staticmethod
    def joined(parts: Sequence[Edges]) -> Edges:
        """All of several heaps."""
        return Edges(
            np.concatenate([np.empty((0, 4)), *(part.ends for part in parts)]),
            np.concatenate([np.empty(0), *(part.signs for part in parts)]),
            np.concatenate([np.empty(0, np.intp), *(part.owners for part in parts)]),
        )


def edges_of(polygons: NDArray[np.object_]) -> Edges:
    """The edges of ``(n,)`` valid polygons and multipolygons; shells go one way, holes the other."""
    parts, owners = shapely.get_parts(polygons, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    starts = np.flatnonzero(ring_of[1:] == ring_of[:-1])
    ring = ring_of[starts]
    first, second = points[starts], points[starts + 1]
    from_corner = first - points[np.searchsorted(ring_of, ring)]  # small numbers: no digits are lost
    doubled = from_corner[:, 0] * (second - first)[:, 1] - from_corner[:, 1] * (second - first)[:, 0]
    areas = np.bincount(ring, doubled, len(rings))
    is_shell = np.diff(part_of, prepend=-1) != 0
    signs = np.where(is_shell, 1.0, -1.0) * np.where(areas < 0, -1.0, 1.0)
    return _ordered(np.column_stack([first, second]), signs[ring], owners[part_of[ring]])


def _ordered(ends: Floats, signs: Floats, owners: Ints) -> Edges:
    """Edges with the lower end first."""
    (x, y), (other_x, other_y) = ends[:, :2].T, ends[:, 2:].T
    turned = (other_y < y) | ((other_y == y) & (other_x < x))
    ends = np.where(turned[:, None], ends[:, [2, 3, 0, 1]], ends)
    return Edges(ends, np.where(turned, -signs, signs), owners)


def cut(edges: Edges, frame: tuple[float, float, float, float]) -> Edges:
    """What edges say of the places in a frame, x and y from and to.

    What lies above, below and to the right says nothing; what lies to the left is pushed to the frame's left side.
    """
    left, top, right, bottom = frame
    edges = edges.take((edges.ends[:, 3] > top) & (edges.ends[:, 1] < bottom))
    edges = edges.take(edges.ends[:, ::2].min(axis=1) < right)
    edges = _split(_split(edges, 1, top), 1, bottom)
    edges = edges.take((edges.ends[:, 1] >= top) & (edges.ends[:, 3] <= bottom))
    edges = _split(_split(edges, 0, left), 0, right)
    edges = edges.take(edges.ends[:, ::2].max(axis=1) <= right)
    pushed = np.maximum(edges.ends[:, ::2], left)
    return Edges(np.column_stack([pushed[:, 0], edges.ends[:, 1], pushed[:, 1], edges.ends[:, 3]]), *_rest(edges))


def _rest(edges: Edges) -> tuple[Floats, Ints]:
    return edges.signs, edges.owners


def _split(edges: Edges, axis: int, value: float) -> Edges:
    """Cut the edges that cross a line, x (``axis`` 0) or y (1) = ``value``."""
    begin, end = edges.ends[:, axis], edges.ends[:, axis + 2]
    across = (np.minimum(begin, end) < value) & (value < np.maximum(begin, end))
    crossing = edges.take(across)
    share = (value - begin[across]) / (end - begin)[across]
    at = _between(crossing.ends, share)
    at[:, axis] = value
    near = Edges(np.column_stack([crossing.ends[:, :2], at]), *_rest(crossing))
    far = Edges(np.column_stack([at, crossing.ends[:, 2:]]), *_rest(crossing))
    return Edges.joined([edges.take(~across), near, far]) if len(crossing) else edges


def _between(ends: Floats, share: Floats) -> Floats:
    """Places on edges, ``(n, 2)``: ``share`` 0 is the first end and 1 the second, to the last bit."""
    begin, end = ends[:, :2], ends[:, 2:]
    found: Floats = np.where(share[:, None] == 1, end, begin + (end - begin) * share[:, None])
    return found


def divided(edges: Edges, bend: float, tolerance: float) -> Edges:
    """Edges in so many pieces that each is straight where the plane is bent.

    Args:
        edges: to divide.
        bend: how far an edge of length one is off, times 8; it grows with the square of the length.
        tolerance: by which a piece may be off, in the unit of the edges.
    """
    lengths = np.hypot(edges.ends[:, 2] - edges.ends[:, 0], edges.ends[:, 3] - edges.ends[:, 1])
    counts = np.maximum(np.ceil(lengths * np.sqrt(bend / 8 / tolerance)), 1).astype(np.intp)
    if counts.max(initial=1) == 1:
        return edges
    which = np.repeat(np.arange(len(edges)), counts)
    number = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    pieces, of = edges.take(which), counts[which]
    ends = np.column_stack([_between(pieces.ends, number / of), _between(pieces.ends, (number + 1) / of)])
    return Edges(ends, *_rest(pieces))
