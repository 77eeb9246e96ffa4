"""Pieces of polygons that blocks cut become whole again as soon as the last block that they reach is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from satseg_core.raster.labels import Codes, nodata_of
from satseg_core.raster.regions import Ints, components
from satseg_core.vector.block import OpenPieces
from satseg_core.vector.finish import Features, Finisher, Measures
from satseg_core.vector.rings import Points, Rings, offsets

Edge = tuple[Ints, Codes]
"""Number and code of the piece at each px along a frame; -1 where there is none."""


@dataclass(frozen=True)
class _Waiting:
    """Pieces that are not whole yet.

    Attributes:
        numbers: rising, ``(k,)``.
        groups: the number of one of the pieces that each is known to belong to, ``(k,)``.
        codes: ``(k,)``.
        outlines: in px of the raster.
        measures: of the pieces.
        junctions: corners where three borders meet, ``(m, 2)``.
    """

    numbers: Ints
    groups: Ints
    codes: Codes
    outlines: Rings
    measures: Measures
    junctions: Points

    def chosen(self, which: npt.NDArray[np.bool_]) -> _Waiting:
        """Some of them."""
        places = np.flatnonzero(which)
        outlines = self.outlines.chosen(places)
        needed = np.isin(_keys(self.junctions), _keys(outlines.points))
        return _Waiting(
            self.numbers[places],
            self.groups[places],
            self.codes[places],
            outlines,
            self.measures.chosen(places),
            self.junctions[needed],
        )

    @classmethod
    def joined(cls, parts: Sequence[_Waiting]) -> _Waiting:
        """One after the other."""
        return cls(
            np.concatenate([part.numbers for part in parts]),
            np.concatenate([part.groups for part in parts]),
            np.concatenate([part.codes for part in parts]),
            Rings.joined([part.outlines for part in parts]),
            Measures.joined([part.measures for part in parts]),
            np.concatenate([part.junctions for part in parts]),
        )


class Merger:
    """Takes the blocks of a raster row by row and gives back the polygons that cross their frames.

    Args:
        finisher: makes rows of them.
        columns: blocks in a row.
    """

    def __init__(self, finisher: Finisher, columns: int) -> None:
        self._finisher = finisher
        self._columns = columns
        self._count = 0
        self._waiting: list[_Waiting] = []
        self._pairs: list[tuple[Ints, Ints]] = []
        self._above: list[Edge] = []
        self._below: list[Edge] = []
        self._right: Edge | None = None

    def add(self, pieces: OpenPieces) -> Features:
        """Take the pieces of the next block; gives polygons that are whole now, if it is the last of its row."""
        numbers = np.arange(self._count, self._count + len(pieces.codes))
        self._count += len(numbers)
        top, bottom, left, right = (_edge(side, numbers, pieces.codes) for side in pieces.frame)
        if self._above:
            self._join(self._above[len(self._below)], top)
        if self._right is not None:
            self._join(self._right, left)
        self._below.append(bottom)
        self._right = right
        self._waiting.append(
            _Waiting(numbers, numbers, pieces.codes, pieces.outlines, pieces.measures, pieces.junctions)
        )
        if len(self._below) < self._columns:
            return Features.none()
        self._above, self._below, self._right = self._below, [], None
        return self._release()

    def _join(self, one: Edge, other: Edge) -> None:
        """Note which pieces on the two sides of a frame belong together."""
        same = (one[0] >= 0) & (other[0] >= 0) & (one[1] == other[1])
        if same.any():
            pairs = np.unique(np.stack([one[0][same], other[0][same]]), axis=1)
            self._pairs.append((pairs[0], pairs[1]))

    def _release(self) -> Features:
        """Everything that does not reach the last row's lower frame."""
        waiting = _Waiting.joined(self._waiting)
        first = np.concatenate([waiting.numbers, *(pair[0] for pair in self._pairs)])
        second = np.concatenate([waiting.groups, *(pair[1] for pair in self._pairs)])
        places = [np.searchsorted(waiting.numbers, ends) for ends in (first, second)]
        root = components(len(waiting.numbers), *places)
        goes_on = np.zeros(len(root), bool)
        for numbers, _ in self._above:
            goes_on[root[np.searchsorted(waiting.numbers, numbers[numbers >= 0])]] = True
        goes_on = goes_on[root]
        waiting = replace(waiting, groups=waiting.numbers[root])
        self._waiting, self._pairs = [waiting.chosen(goes_on)], []
        return self._whole(waiting.chosen(~goes_on & (waiting.codes != nodata_of(waiting.codes))))

    def _whole(self, pieces: _Waiting) -> Features:
        """Rows of polygons all of whose pieces are here."""
        if not len(pieces.numbers):
            return Features.none()
        groups, firsts, group = np.unique(pieces.groups, return_index=True, return_inverse=True)
        merged = Rings.from_shapely(_united(pieces.outlines.to_shapely(), group, len(groups)))
        fixed = np.isin(_keys(merged.points), _keys(pieces.junctions))
        measures = pieces.measures.summed(group, len(groups))
        return self._finisher.finish(pieces.codes[firsts], merged.straightened(fixed), measures)


def _edge(side: Ints, numbers: Ints, codes: Codes) -> Edge:
    """From places among a block's pieces to numbers."""
    if not len(numbers):
        return np.full_like(side, -1), np.zeros(len(side), codes.dtype)
    return np.where(side >= 0, numbers[side], -1), codes[side]


def _united(geometries: npt.NDArray[np.object_], group: Ints, count: int) -> npt.NDArray[np.object_]:
    """One polygon of each group of pieces that fit together, ``(count,)``."""
    order = np.argsort(group, kind="stable")
    bounds = offsets(np.bincount(group, minlength=count))
    united = np.empty(count, object)
    for number, (start, stop) in enumerate(zip(bounds[:-1], bounds[1:])):
        pieces = geometries[order[start:stop]]
        united[number] = pieces[0] if len(pieces) == 1 else _polygon(shapely.coverage_union_all(pieces))
    return united


def _polygon(geometry: shapely.Geometry) -> shapely.Geometry:
    """A polygon, which GEOS may have put into a collection of one."""
    return geometry if geometry.geom_type == "Polygon" else geometry.geoms[0]


def _keys(points: Points) -> Ints:
    """A number for each place, half px told apart."""
    twice = np.rint(points * 2).astype(np.int64)
    keys: Ints = (twice[:, 1] << 32) | twice[:, 0]
    return keys
