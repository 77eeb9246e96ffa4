"""Rings of many polygons as flat arrays, and what can be done to all of them at once.

Rings are kept open here: the last vertex is not the first one again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Points = npt.NDArray[np.float64]
"""Vertices ``(n, 2)``, column and row in px."""

Offsets = npt.NDArray[np.int64]
"""``(m + 1,)`` where each of m things begins, and the end of the last."""

Mask = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Rings:
    """Polygons as flat arrays.

    Attributes:
        points: vertices of all rings, one ring after the other.
        rings: where each ring begins in ``points``.
        polygons: where each polygon begins among the rings, its outer ring first.
    """

    points: Points
    rings: Offsets
    polygons: Offsets

    @classmethod
    def from_shapely(cls, geometries: Geometries) -> Rings:
        """Of shapely polygons, none of them empty."""
        if not len(geometries):
            return cls(np.empty((0, 2)), offsets([]), offsets([]))
        _, points, (rings, polygons) = shapely.to_ragged_array(geometries)
        closing = np.zeros(len(points), bool)
        closing[rings[1:] - 1] = True
        return cls(points[~closing], rings - np.arange(len(rings)), polygons.astype(np.int64))

    def to_shapely(self) -> Geometries:
        """Shapely polygons, ``(k,)``."""
        if len(self.polygons) < 2:
            return np.empty(0, object)
        order = np.insert(np.arange(len(self.points)), self.rings[1:], self.rings[:-1])
        closed = self.rings + np.arange(len(self.rings))
        made: Geometries = shapely.from_ragged_array(
            shapely.GeometryType.POLYGON, self.points[order], (closed, self.polygons)
        )
        return made

    @property
    def following(self) -> Offsets:
        """Index of the vertex after each, ``(n,)``."""
        after = np.arange(1, len(self.points) + 1)
        after[self.rings[1:] - 1] = self.rings[:-1]
        return after

    @property
    def preceding(self) -> Offsets:
        """Index of the vertex before each, ``(n,)``."""
        before = np.arange(-1, len(self.points) - 1)
        before[self.rings[:-1]] = self.rings[1:] - 1
        return before

    def only(self, keep: Mask) -> Rings:
        """The same with some of the vertices."""
        return Rings(self.points[keep], offsets(keep.view(np.uint8))[self.rings], self.polygons)

    def straightened(self, fixed: Mask) -> Rings:
        """Without the vertices that lie on a straight line between their neighbours, but for the fixed ones."""
        there = self.points[self.following] - self.points
        here = self.points - self.points[self.preceding]
        turns = here[:, 0] * there[:, 1] != here[:, 1] * there[:, 0]
        return self.only(turns | fixed)

    def every_corner(self) -> Rings:
        """With a vertex at each corner of a px that the rings, which follow edges of px, pass."""
        steps = self.points[self.following] - self.points
        lengths = np.abs(steps).sum(axis=1).astype(np.int64)
        begins = offsets(lengths)
        along = np.arange(begins[-1]) - np.repeat(begins[:-1], lengths)
        corners = np.repeat(self.points, lengths, axis=0)
        corners += along[:, None] * np.repeat(np.sign(steps), lengths, axis=0)
        return Rings(corners, begins[self.rings], self.polygons)

    def smoothed(self, fixed: Mask, frame: tuple[int, int]) -> Rings:
        """Rings through the middle of each edge of a px, where they only passed its ends; fixed corners stay.

        Around a corner that is not fixed two borders meet, and the line from the middle of one to the middle of the
        other stays within half a px of it: rings come no closer to each other, so a coverage stays one.

        Args:
            fixed: which of the corners stay: those where three borders meet, for one.
            frame: height and width, px, of the rectangle whose frame is left as it is.
        """
        ends = self.points[self.following]
        height, width = frame
        on_frame = np.zeros(len(self.points), bool)
        for axis, last in ((0, width), (1, height)):
            one, other = self.points[:, axis], ends[:, axis]
            on_frame |= (one == other) & ((one == 0) | (one == last))
        both = np.stack([self.points, (self.points + ends) / 2], axis=1).reshape(-1, 2)
        keep = np.stack([fixed, ~on_frame], axis=1).ravel()
        stays = np.stack([fixed, np.zeros_like(fixed)], axis=1).ravel()
        return Rings(both, 2 * self.rings, self.polygons).only(keep).straightened(stays[keep])

    def chosen(self, which: npt.NDArray[np.integer]) -> Rings:
        """Some of the polygons, in the order that is given."""
        rings, polygons = _ranges(self.polygons, which)
        points, starts = _ranges(self.rings, rings)
        return Rings(self.points[points], starts, polygons)

    @classmethod
    def joined(cls, parts: Sequence[Rings]) -> Rings:
        """One after the other."""
        rings = offsets(np.concatenate([np.diff(part.rings) for part in parts]))
        polygons = offsets(np.concatenate([np.diff(part.polygons) for part in parts]))
        return cls(np.concatenate([part.points for part in parts]), rings, polygons)

    def turned(self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> Rings:
        """The same at other coordinates, ``(n,)`` each: outer rings counter-clockwise there, holes clockwise."""
        after, lengths = self.following, np.diff(self.rings)
        twice = x * y[after] - x[after] * y
        is_outer = np.zeros(len(lengths), bool)
        is_outer[self.polygons[:-1]] = True
        wrong = (np.add.reduceat(twice, self.rings[:-1]) > 0) != is_outer if len(lengths) else is_outer
        order = np.arange(len(x))
        mirrored = np.repeat(self.rings[:-1] + self.rings[1:] - 1, lengths) - order
        order = np.where(np.repeat(wrong, lengths), mirrored, order)
        return Rings(np.column_stack([x, y])[order], self.rings, self.polygons)

    def of_polygons(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Sums over the vertices of each polygon: ``(n,)`` to ``(k,)``."""
        if len(self.polygons) < 2:
            return np.zeros(0)
        return np.asarray(np.add.reduceat(values, self.rings[self.polygons[:-1]]), np.float64)

    def signed_areas(self) -> npt.NDArray[np.float64]:
        """Area of each polygon, px², ``(k,)``.

        Holes are wound against their outer ring, which is clockwise to the eye where the area is positive, as rows
        count downwards.
        """
        # From each polygon's first vertex: products of small numbers lose no digits.
        x, y = (self.points - self._spread(self.points[self.rings[self.polygons[:-1]]])).T
        after = self.following
        return self.of_polygons(x * y[after] - x[after] * y) / 2

    def areas(self) -> npt.NDArray[np.float64]:
        """Size of `signed_areas`."""
        return np.abs(self.signed_areas())

    def _spread(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """What belongs to each polygon, ``(k, ...)``, for each of its vertices: ``(n, ...)``."""
        return np.repeat(values, np.diff(self.rings[self.polygons]), axis=0)

    def lengths(self, across: npt.NDArray[np.float64], down: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Perimeter of each polygon, holes included, where a px measures so much (``(k,)`` each)."""
        steps = self.points[self.following] - self.points
        return self.of_polygons(np.hypot(steps[:, 0] * self._spread(across), steps[:, 1] * self._spread(down)))


def offsets(lengths: Sequence[int] | npt.NDArray[np.integer]) -> Offsets:
    """Where things of so many parts begin."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _ranges(bounds: Offsets, which: npt.NDArray[np.integer]) -> tuple[Offsets, Offsets]:
    """Indexes of everything in some of the ranges that ``bounds`` has, and the bounds of these ranges."""
    lengths = (bounds[1:] - bounds[:-1])[which]
    new = offsets(lengths)
    return np.arange(new[-1]) + np.repeat(bounds[:-1][which] - new[:-1], lengths), new
