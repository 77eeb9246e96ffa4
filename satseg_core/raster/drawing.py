"""Polygons drawn on the px of a raster: masks and zones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from satseg_core.raster.edges import Edges, cut, divided, edges_of
from satseg_core.raster.grid import Block, Span
from satseg_core.raster.patches import Bounds, Patch, are_near, around, patches, unwind
from satseg_core.raster.projecting import Floats, Way
from satseg_core.raster.rasterize import centres, runs, shares

TOLERANCE = 0.005
"""Px by which a border may be off where it is straight in the polygons' CRS and bent in the raster's."""

VERTICES = 500_000
"""About so many vertices are drawn at once."""

_ACROSS = 8
"""Places down and across a px that is looked at by itself."""

_WINDOW = 1024
"""Px a side that are looked at together."""

_CLOSED = 1e-6
"""Px by which closed rings may seem to be open."""


@dataclass(frozen=True)
class Piece:
    """What is drawn on a part of a raster.

    Attributes:
        block: the part, px.
        edges: in px of the raster, with all that lies to the left of the block.
    """

    block: Block
    edges: Edges


@dataclass(frozen=True)
class Stamp:
    """Shares of px that were looked at by themselves, ``(h, w) float64`` of a block."""

    block: Block
    shares: Floats


@dataclass(frozen=True)
class Drawing:
    """One polygon, or several that are taken together, on the px of a raster.

    Attributes:
        pieces: parts of the raster that do not overlap, with edges.
        stamps: small parts besides, see `Stamp`.
    """

    pieces: Sequence[Piece]
    stamps: Sequence[Stamp]

    def centres(self, block: Block) -> NDArray[np.bool_]:
        """Px of a block whose centres lie inside, ``(h, w) bool``."""
        found = np.zeros(block.shape, bool)
        for piece, part in _touching(self.pieces, block):
            found[_within(part, block)] = centres(piece.edges, part)
        for stamp, part in _touching(self.stamps, block):
            found[_within(part, block)] = stamp.shares[_within(part, stamp.block)] > 0.5
        return found

    def shares(self, block: Block) -> Floats:
        """The share of each px of a block that lies inside, ``(h, w) float64`` 0 to 1."""
        found = np.zeros(block.shape)
        for piece, part in _touching(self.pieces, block):
            found[_within(part, block)] = shares(piece.edges, part)
        for stamp, part in _touching(self.stamps, block):
            found[_within(part, block)] = stamp.shares[_within(part, stamp.block)]
        return found

    def held(self, rows: Span, cols: Sequence[Span]) -> NDArray[np.bool_]:
        """Which stretches of columns hold the centre of a px that lies inside, in some rows."""
        found = np.zeros(len(cols), bool)
        starts, stops = np.array(cols).reshape(-1, 2).T
        for piece in self.pieces:
            part = _common(piece.block, Block(rows, piece.block.cols))
            if part is not None:
                inside = runs(piece.edges, part)
                # Of each px on, whether any is inside before: two looks tell whether one is between.
                steps = np.bincount(inside.starts, minlength=part.cols.size + 1)
                steps = steps - np.bincount(inside.stops, minlength=part.cols.size + 1)
                before = np.append(0, np.cumsum(np.cumsum(steps)[:-1] > 0))
                first, last = (np.clip(at - part.cols.start, 0, part.cols.size) for at in (starts, stops))
                found |= before[last] > before[first]
        for stamp in self.stamps:
            for number, span in enumerate(cols):
                part = _common(stamp.block, Block(rows, span))
                found[number] |= part is not None and bool((stamp.shares[_within(part, stamp.block)] > 0.5).any())
        return found

    def windows(self, size: int) -> Iterator[Block]:
        """Parts of the raster that may hold something, at most so many px a side; they do not overlap."""
        for block in [_drawn_on(piece) for piece in self.pieces] + [stamp.block for stamp in self.stamps]:
            for row in range(*block.rows, size):
                for col in range(*block.cols, size):
                    rows, cols = (min(at + size, span.stop) for at, span in zip((row, col), block))
                    yield Block(Span(row, rows), Span(col, cols))

    @property
    def is_blank(self) -> bool:
        """Whether no part of any px lies inside."""
        return not any(self.shares(window).any() for window in self.windows(_WINDOW))

    @property
    def digest(self) -> str:
        """SHA-256 of what is drawn."""
        found = hashlib.sha256()
        for piece in self.pieces:
            found.update(np.array(piece.block).tobytes())
            found.update(np.column_stack([piece.edges.ends, piece.edges.signs]).tobytes())
        for stamp in self.stamps:
            found.update(np.array(stamp.block).tobytes())
            found.update(stamp.shares.tobytes())
        return found.hexdigest()


def _drawn_on(piece: Piece) -> Block:
    """The part of a piece's block that edges pass, and what lies inside to the right of them."""
    (low_x, low_y, *_), (high_x, _, other_x, high_y) = piece.edges.ends.min(axis=0), piece.edges.ends.max(axis=0)
    low_x = min(low_x, piece.edges.ends[:, 2].min())
    rise = (piece.edges.ends[:, 3] - piece.edges.ends[:, 1]) @ piece.edges.signs
    # Rings are closed, and their edges go up as far as down, but for those to the right of the block.
    high_x = np.inf if abs(rise) > _CLOSED else max(high_x, other_x)
    rows, cols = (
        Span(int(np.clip(np.floor(low), *span)), int(np.clip(np.ceil(high), *span)))
        for low, high, span in ((low_y, high_y, piece.block.rows), (low_x, high_x, piece.block.cols))
    )
    return Block(rows, cols)


_Part = TypeVar("_Part", Piece, Stamp)


def _touching(parts: Sequence[_Part], block: Block) -> Iterator[tuple[_Part, Block]]:
    """Those of the parts of a drawing that reach into a block, and what they share with it."""
    for part in parts:
        shared = _common(part.block, block)
        if shared is not None:
            yield part, shared


def _common(a: Block, b: Block) -> Block | None:
    """What two blocks share; None where that is nothing."""
    rows, cols = (Span(max(one.start, other.start), min(one.stop, other.stop)) for one, other in zip(a, b))
    return Block(rows, cols) if rows.size > 0 and cols.size > 0 else None


def _within(part: Block, block: Block) -> tuple[slice, slice]:
    """Where a part lies in the px of a block."""
    rows, cols = (slice(p.start - b.start, p.stop - b.start) for p, b in zip(part, block))
    return rows, cols


class Board:
    """A raster that polygons are drawn on.

    Args:
        way: from its px to the polygons' CRS.
        shape: height and width of the raster, px.
        bounds: of all polygons, in their CRS.
    """

    def __init__(self, way: Way, shape: tuple[int, int], bounds: Bounds) -> None:
        self._way = way
        self._patches, self._loose = patches(way, shape, bounds)
        self._low, self._high = _see(way, self._loose)

    def together(self, polygons: NDArray[np.object_]) -> Drawing:
        """``(n,)`` polygons as one, for the centres of px: what lies in any of them is inside."""
        parts = [self._draw(polygons[part]) for part in _portions(polygons)]
        drawn = [Edges.joined(edges) for edges in zip(*parts)]
        pieces = [Piece(patch.block, edges) for patch, edges in zip(self._patches, drawn) if len(edges)]
        return Drawing(pieces, list(self._stamps(polygons, 1)))

    def each(self, polygons: NDArray[np.object_]) -> Iterator[Drawing]:
        """``(n,)`` polygons one by one."""
        for part in _portions(polygons):
            chosen = polygons[part]
            drawn = [_by_owner(edges, len(chosen)) for edges in self._draw(chosen)]
            for number in range(len(chosen)):
                pieces = [
                    Piece(patch.block, edges.take(slice(*cuts[number : number + 2])))
                    for patch, (edges, cuts) in zip(self._patches, drawn)
                    if cuts[number] < cuts[number + 1]
                ]
                yield Drawing(pieces, list(self._stamps(chosen[number : number + 1], _ACROSS)))

    def _draw(self, polygons: NDArray[np.object_]) -> list[Edges]:
        """Edges of polygons on each patch."""
        edges, bounds, turn = edges_of(polygons), shapely.bounds(polygons), self._way.turn
        found = []
        for patch in self._patches:
            near = are_near(bounds[:, :2], bounds[:, 2:], patch.bounds, turn)
            chosen = edges if near.all() else edges.take(near[edges.owners])
            turned = _turned(chosen, patch, turn)
            found.append(Edges.joined([_bent(self._way, patch, part) for part in turned]))
        return found

    def _stamps(self, polygons: NDArray[np.object_], across: int) -> Iterator[Stamp]:
        """Shares of the px that are looked at by themselves, at so many places down and across each."""
        if not self._loose:
            return
        bounds = shapely.total_bounds(polygons)
        unseen = np.isnan(self._low).any(axis=1)
        for number in np.flatnonzero(unseen | are_near(self._low, self._high, bounds, self._way.turn)):
            block = self._loose[number]
            inside = _inside(polygons, self._way.there(_places_in(block, across)), self._way.turn)
            if inside.any():
                (height, width) = block.shape
                yield Stamp(block, inside.reshape(height, across, width, across).mean(axis=(1, 3)))


def _see(way: Way, blocks: Sequence[Block]) -> tuple[Floats, Floats]:
    """Where blocks lie in the polygons' CRS, with as much around: least and most x and y, ``(n, 2)`` each.

    NaN where no px's centre is on the ground; its corners may be.
    """
    low, high = np.empty((2, len(blocks), 2))
    for number, block in enumerate(blocks):
        there = way.there(_places_in(block, 1)).reshape(1, *block.shape, 2)
        unwind(there, way.turn)
        low[number], high[number] = (found[0] for found in around(there))
        if np.isnan(there).all():
            low[number] = np.nan
    return low, high


def _places_in(block: Block, across: int) -> Floats:
    """Places in each px of a block, down and across, ``(n, 2)`` px, row by row."""
    y, x = (span.start + (np.arange(span.size * across) + 0.5) / across for span in block)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _inside(polygons: NDArray[np.object_], places: Floats, turn: float | None) -> NDArray[np.bool_]:
    """Which places ``(n, 2)`` in the polygons' CRS lie in any of them, be it once round the globe."""
    found = np.zeros(len(places), bool)
    known = np.flatnonzero(np.isfinite(places.sum(axis=1)))
    x, y = places[known].T
    if not len(known):
        return found
    for polygon, (left, bottom, right, top) in zip(polygons, shapely.bounds(polygons)):
        if bottom > y.max() or top < y.min():
            continue
        shapely.prepare(polygon)
        first, last = (0, 0) if turn is None else (np.ceil((left - x.max()) / turn), np.floor((right - x.min()) / turn))
        for times in range(int(first), int(last) + 1):
            found[known] |= shapely.contains_xy(polygon, x + times * (turn or 0.0), y)
    return found


def _portions(polygons: NDArray[np.object_]) -> list[slice]:
    """Stretches of polygons with about `VERTICES` vertices."""
    number = np.cumsum(shapely.get_num_coordinates(polygons)) // VERTICES
    cuts = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(polygons)]
    return [slice(start, stop) for start, stop in zip(cuts, cuts[1:])]


def _by_owner(edges: Edges, count: int) -> tuple[Edges, NDArray[np.intp]]:
    """Edges by their polygons, and where those of each of ``count`` begin, and the last end."""
    edges = edges.take(np.argsort(edges.owners, kind="stable"))
    return edges, np.searchsorted(edges.owners, np.arange(count + 1))


def _turned(edges: Edges, patch: Patch, turn: float | None) -> Iterator[Edges]:
    """Edges as they are, and so often round the globe as it takes to lie on a patch."""
    if turn is None or not len(edges):
        yield edges
        return
    left, _, right, _ = patch.bounds
    x = edges.ends[:, ::2]
    for times in range(int(np.ceil((left - x.max()) / turn)), int(np.floor((right - x.min()) / turn)) + 1):
        yield replace(edges, ends=edges.ends + np.array([times * turn, 0.0, times * turn, 0.0]))


def _bent(way: Way, patch: Patch, edges: Edges) -> Edges:
    """Edges in px, cut to a patch."""
    near = divided(cut(edges.moved(patch.pixels), patch.frame), patch.bend, TOLERANCE)
    if way.same:
        return near

    def to_pixels(points: Floats) -> Floats:
        found = way.back(patch.places(points), patch.middle)
        # PROJ may fail at single places, or choose another way for them: what is nearly right keeps the rings closed.
        right = (np.abs(found - points) <= 2 * patch.reach + 1).all(axis=1, keepdims=True)
        return np.where(right, found, points)

    return near.moved(to_pixels)
