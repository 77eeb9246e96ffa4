"""A raster cut into patches that lie in the polygons' CRS almost as they do in their own: nearly straight, whole.

A raster in another CRS than polygons is bent there, torn where longitudes begin again, wound around a pole, and has px
that are nowhere on the ground. It is halved until each patch is bent by little; what is left, around poles and along
tears, are a few px that are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from satseg_core.raster.grid import Block, Span
from satseg_core.raster.projecting import Floats, Way

Bounds = tuple[float, float, float, float]
"""xmin, ymin, xmax, ymax."""

SMALLEST = 4
"""Px a side: what is not smooth and no larger is looked at px by px."""

_SEEN = 9
"""Places down and across a patch that are tried."""

_AROUND = 0.5
"""A patch is tried with so much of its sides around it, and `_AROUND_PIXELS` more."""

_AROUND_PIXELS = 2.0

_AT_ONCE = 4096
"""Patches that are tried together."""

_DARK = 64
"""The part of a raster's side below which a patch without any place on the ground is left out."""

_SURE = 1.25
"""What is measured at some places may be so much more between them."""


@dataclass(frozen=True)
class Patch:
    """A part of a raster on which an affine map nearly leads to the polygons' CRS.

    Attributes:
        block: the px.
        middle: of them, px (x, y).
        there: the same place in the polygons' CRS.
        spread: ``(2, 2)``: what a px along x and along y is in the polygons' CRS, columns.
        reach: px (x, y) by which the affine map is off at most.
        bend: px by which a line of one px that is straight in the polygons' CRS is bent, times 8; it grows with the
            square of the length.
    """

    block: Block
    middle: Floats
    there: Floats
    spread: Floats
    reach: Floats
    bend: float

    @property
    def frame(self) -> Bounds:
        """What polygons are cut to, in px by the affine map: more than the px of the patch."""
        (x, y), (rows, cols) = self.reach + 1.0, self.block
        return (cols.start - x, rows.start - y, cols.stop + x, rows.stop + y)

    def pixels(self, places: Floats) -> Floats:
        """Px ``(n, 2)`` by the affine map, of places in the polygons' CRS."""
        found: Floats = (places - self.there) @ np.linalg.inv(self.spread).T + self.middle
        return found

    def places(self, pixels: Floats) -> Floats:
        """The way back from `pixels`."""
        found: Floats = (pixels - self.middle) @ self.spread.T + self.there
        return found

    @property
    def bounds(self) -> Bounds:
        """Of the `frame`, in the polygons' CRS."""
        left, top, right, bottom = self.frame
        corners = self.places(np.array([(left, top), (right, top), (right, bottom), (left, bottom)]))
        return (*corners.min(axis=0), *corners.max(axis=0))


def patches(way: Way, shape: tuple[int, int], bounds: Bounds) -> tuple[list[Patch], list[Block]]:
    """Cut a raster into patches.

    Args:
        way: to the polygons' CRS.
        shape: height and width of the raster, px.
        bounds: of the polygons, in their CRS: what is far from them is left out.

    Returns:
        Patches, and small blocks that are not smooth; they do not overlap.
    """
    whole = np.array([[0, shape[0], 0, shape[1]]])
    if way.same:
        return [_straight(way, whole[0])], []
    found: list[Patch] = []
    loose: list[Block] = []
    dark = max(max(shape) // _DARK, SMALLEST)
    cells = whole
    while len(cells):
        parts = [cells[i : i + _AT_ONCE] for i in range(0, len(cells), _AT_ONCE)]
        rest = []
        for part in parts:
            tried = _try(way, part)
            wanted = tried.near(bounds, way.turn) & ~(tried.nowhere & (_sides(part).max(axis=1) <= dark))
            small = _sides(part).max(axis=1) <= SMALLEST
            found += [tried.patch(int(i)) for i in np.flatnonzero(wanted & tried.smooth)]
            loose += [_block(part[i]) for i in np.flatnonzero(wanted & ~tried.smooth & small)]
            rest.append(part[wanted & ~tried.smooth & ~small])
        cells = _halved(np.concatenate(rest))
    return found, loose


def _straight(way: Way, cell: NDArray[np.int_]) -> Patch:
    """All of a raster in the polygons' own CRS."""
    middle = np.array([(cell[2] + cell[3]) / 2, (cell[0] + cell[1]) / 2])
    by = way.transform
    spread = np.array([(by.a, by.b), (by.d, by.e)])
    return Patch(_block(cell), middle, way.there(middle[None])[0], spread, np.zeros(2), 0.0)


def _block(cell: NDArray[np.int_]) -> Block:
    top, bottom, left, right = cell.tolist()
    return Block(Span(top, bottom), Span(left, right))


def _sides(cells: NDArray[np.int_]) -> NDArray[np.int_]:
    """Width and height of cells, ``(n, 2)`` px."""
    return np.column_stack([cells[:, 3] - cells[:, 2], cells[:, 1] - cells[:, 0]])


def _halved(cells: NDArray[np.int_]) -> NDArray[np.int_]:
    """Cells halved along their sides; along the longer one alone where that is twice the other."""
    for axis, other in ((0, 1), (1, 0)):
        sides = _sides(cells)
        own, across = sides[:, 1 - axis], sides[:, 1 - other]
        long = (own > SMALLEST) & (2 * own > across) if axis == 0 else (own > SMALLEST) & (own >= across)
        low, high = cells[long].copy(), cells[long].copy()
        low[:, 2 * axis + 1] = high[:, 2 * axis] = cells[long][:, 2 * axis : 2 * axis + 2].sum(axis=1) // 2
        cells = np.concatenate([cells[~long], low, high])
    return cells


class _Tried(NamedTuple):
    """What is seen of cells, one of each a cell; see `Patch` for the rest.

    Attributes:
        smooth: they can be patches.
        nowhere: none of the places that were tried is on the ground.
        low: least x and y in the polygons' CRS, with as much around them as there is between them and `high`.
        high: most.
    """

    cells: NDArray[np.int_]
    middle: Floats
    there: Floats
    spread: Floats
    reach: Floats
    bend: Floats
    smooth: NDArray[np.bool_]
    nowhere: NDArray[np.bool_]
    low: Floats
    high: Floats

    def near(self, bounds: Bounds, turn: float | None) -> NDArray[np.bool_]:
        """Cells that may have to do with polygons of such bounds."""
        return are_near(self.low, self.high, bounds, turn) | self.nowhere

    def patch(self, i: int) -> Patch:
        """One of them."""
        return Patch(
            _block(self.cells[i]), self.middle[i], self.there[i], self.spread[i], self.reach[i], float(self.bend[i])
        )


def are_near(low: Floats, high: Floats, bounds: Bounds, turn: float | None) -> NDArray[np.bool_]:
    """Which boxes, from ``low`` to ``high``, ``(n, 2)`` each, overlap others, be it once round the globe."""
    start, width = low[:, 0], high[:, 0] - low[:, 0]
    if turn is not None:
        start = start - turn * np.ceil((start - bounds[2]) / turn)
    beside = (low[:, 1] > bounds[3]) | (high[:, 1] < bounds[1]) | (start > bounds[2]) | (start + width < bounds[0])
    return np.asarray(~beside)


def _try(way: Way, cells: NDArray[np.int_]) -> _Tried:
    """Look at a lattice of places in and around each cell."""
    middle = np.column_stack([cells[:, 2] + cells[:, 3], cells[:, 0] + cells[:, 1]]) / 2
    margin = _AROUND * _sides(cells) + _AROUND_PIXELS
    half = _sides(cells) / 2 + margin
    steps = np.linspace(-1, 1, _SEEN)
    lattice = np.stack(np.meshgrid(steps, steps), axis=-1)
    at = middle[:, None, None] + half[:, None, None] * lattice
    there = way.there(at.reshape(-1, 2)).reshape(at.shape)
    unwind(there, way.turn)
    known: NDArray[np.bool_] = np.isfinite(there.sum(axis=-1)).reshape(len(cells), -1)
    finite = np.asarray(known.all(axis=1))
    low, high = around(there)
    with np.errstate(all="ignore"):
        centre, spread = _affine(there, lattice, half)
        straight = _apply(np.linalg.pinv(np.where(finite[:, None, None], spread, 0.0)), there - centre[:, None, None])
        off = np.abs(straight - half[:, None, None] * lattice).max(axis=(1, 2))
        returned = way.back(there.reshape(-1, 2), np.repeat(middle, _SEEN * _SEEN, axis=0)).reshape(at.shape)
        reach = _SURE * off + np.abs(returned - at).max(axis=(1, 2))
        smooth = np.asarray(finite & (reach <= margin / 2).all(axis=1))
        bend = _SURE * _bend(straight, half)
    return _Tried(cells, middle, centre, spread, reach, bend, smooth, np.asarray(~known.any(axis=1)), low, high)


def unwind(there: Floats, turn: float | None) -> None:
    """Bring the x of each cell's places, ``(n, h, w, 2)``, to those nearest to its middle, in place."""
    if turn is not None:
        x = there[..., 0]
        first = np.nan_to_num(x[:, x.shape[1] // 2, x.shape[2] // 2])[:, None, None]
        x -= turn * np.rint((x - first) / turn)


def around(there: Floats) -> tuple[Floats, Floats]:
    """Least and most of each cell's places, with their distance around them."""
    finite = np.isfinite(there)
    any_finite = finite.any(axis=(1, 2))
    low = np.where(any_finite, np.where(finite, there, np.inf).min(axis=(1, 2)), 0.0)
    high = np.where(any_finite, np.where(finite, there, -np.inf).max(axis=(1, 2)), 0.0)
    return 2 * low - high, 2 * high - low


def _affine(there: Floats, lattice: Floats, half: Floats) -> tuple[Floats, Floats]:
    """The affine maps nearest to where the places of cells went: middles ``(n, 2)``, spreads ``(n, 2, 2)``."""
    centre = there.mean(axis=(1, 2))
    spread = np.einsum("nijk,ijl->nkl", there, lattice) / (lattice[..., 0] ** 2).sum() / half[:, None, :]
    return centre, spread


def _apply(matrices: Floats, points: Floats) -> Floats:
    """A matrix a cell on its places."""
    found: Floats = np.einsum("nkl,nijl->nijk", matrices, points)
    return found


def _bend(straight: Floats, half: Floats) -> Floats:
    """The greatest second derivatives of cells' places, px a px²."""
    x, y = half.T * (2.0 / (_SEEN - 1))
    along = _longest(straight[:, :, 2:] - 2 * straight[:, :, 1:-1] + straight[:, :, :-2]) / x**2
    down = _longest(straight[:, 2:] - 2 * straight[:, 1:-1] + straight[:, :-2]) / y**2
    mixed = _longest(straight[:, 1:, 1:] - straight[:, 1:, :-1] - straight[:, :-1, 1:] + straight[:, :-1, :-1])
    found: Floats = along + down + 2 * mixed / (x * y)
    return found


def _longest(vectors: Floats) -> Floats:
    """The longest vector of each cell."""
    found: Floats = np.hypot(vectors[..., 0], vectors[..., 1]).max(axis=(1, 2))
    return found
