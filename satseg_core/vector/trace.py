"""From the class codes of a block to polygons along the edges of pixels: exact, valid, sharing all vertices of borders.

Borders are followed for all polygons of the block at once. A *node* is a corner of a px where a border turns, where
three or more meet, or where one meets the block's frame; from each node *steps* lead along the borders to the next one,
one in each direction, with a region on its right. Every step knows the one after it, so that rings are found by
doubling: who comes after the one after, and so on.

The nodes are the same for all who share a border, as a coverage needs it (GDAL leaves a vertex out where a polygon's
border runs straight on while two of its neighbours meet there). On the frame of a block both sides have a node wherever
a border on either side meets it, so that the pieces of a polygon in several blocks fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from satseg_core.raster.labels import Codes
from satseg_core.raster.regions import Ints, Regions, find_regions
from satseg_core.vector.rings import Mask, Points, Rings, offsets

EAST, SOUTH, WEST, NORTH = range(4)

FALLING, RISING = 16, 32
"""Where four borders meet: the px at the upper left and lower right are of one region, or the other two are."""


@dataclass(frozen=True)
class Traced:
    """The polygons of a block, nodata among them, by number of their region.

    Attributes:
        regions: of the px, ``(h, w) int32``.
        codes: of the regions, ``(k,)``.
        outlines: of the regions, in px from the block's upper left corner.
        junctions: corners of px where three borders or more meet, ``(h + 1, w + 1) bool``.
    """

    regions: Regions
    codes: Codes
    outlines: Rings
    junctions: Mask


def trace(context: Codes, smooth: bool = False) -> Traced:
    """Polygons of equal code, 4-connected (8 would give invalid ones).

    Args:
        context: codes of the block with a px of its surroundings on each side, ``(h + 2, w + 2)``; nodata beyond
            the raster.
        smooth: cut the corners of px off; see `Rings.smoothed`.

    Returns:
        Valid polygons that together cover the block exactly and share all vertices of their borders.
    """
    codes = np.ascontiguousarray(context[1:-1, 1:-1])
    regions, count = find_regions(codes)
    across, down = context[:, 1:] != context[:, :-1], context[1:] != context[:-1]
    junctions = _meeting(across, down) >= 3
    fixed = junctions | _on_frame(across, down)
    outlines = _outlines(regions, fixed)
    if smooth:
        corners = outlines.every_corner()
        outlines = corners.smoothed(at(fixed, corners.points), codes.shape)
    code_of = np.empty(count, codes.dtype)
    code_of[regions.ravel()] = codes.ravel()
    return Traced(regions, code_of, outlines, junctions)


def at(corners: Mask, points: Points) -> Mask:
    """What ``(h + 1, w + 1)`` corners of px say at ``(n, 2)`` of them."""
    place = points.astype(np.int64)
    found: Mask = corners[place[:, 1], place[:, 0]]
    return found


def _meeting(across: Mask, down: Mask) -> npt.NDArray[np.uint8]:
    """How many borders meet at each corner of the block: ``(h + 1, w + 1)``, 0 to 4.

    Args:
        across: whether px beside each other differ, ``(h + 2, w + 1)``.
        down: whether px above each other differ, ``(h + 1, w + 2)``.
    """
    one, other = across.view(np.uint8), down.view(np.uint8)
    count: npt.NDArray[np.uint8] = one[1:] + one[:-1] + other[:, 1:] + other[:, :-1]
    return count


def _on_frame(across: Mask, down: Mask) -> Mask:
    """Corners on the block's frame where a border on either side meets it, and the frame's own; see `_meeting`."""
    found = np.zeros((across.shape[0] - 1, across.shape[1]), bool)
    for edge in (0, -1):
        inner = 1 if edge == 0 else -2
        found[edge] |= across[edge] | across[inner]
        found[:, edge] |= down[:, edge] | down[:, inner]
    found[np.ix_((0, -1), (0, -1))] = True
    return found


def _outlines(regions: Regions, fixed: Mask) -> Rings:
    """Polygons of regions, with the fixed corners of px among their vertices.

    Args:
        regions: of the px; see `find_regions`.
        fixed: corners that are vertices wherever a border passes them, ``(h + 1, w + 1) bool``.
    """
    padded = np.pad(regions, 1, constant_values=-1)
    leads = _borders_from(padded)
    straight = ((leads == 0b0101) | (leads == 0b1010)) & ~fixed
    nodes = (leads > 0) & ~straight
    rows, columns = np.nonzero(nodes)
    after = _following(nodes, leads[nodes])
    slots = np.flatnonzero(after >= 0)
    number = np.empty(len(after), np.int64)
    number[slots] = np.arange(len(slots))
    ring, place = _cycles(number[after[slots]])
    begins = offsets(np.bincount(ring))
    vertices = np.empty(len(slots), np.int64)
    vertices[begins[ring] + place] = slots
    first = vertices[begins[:-1]]
    points = np.column_stack([columns, rows])[vertices >> 2].astype(np.float64)
    owners = _on_the_right(padded, rows[first >> 2], columns[first >> 2], first & 3)
    return _as_polygons(points, begins, owners)


def _borders_from(padded: Regions) -> npt.NDArray[np.uint8]:
    """Directions in which borders leave each corner, as bits ``1 << EAST`` and so on, with `FALLING` and `RISING`.

    Returns:
        ``(h + 1, w + 1) uint8``.
    """
    across, down = padded[:, 1:] != padded[:, :-1], padded[1:] != padded[:-1]
    leads: npt.NDArray[np.uint8] = across[1:].astype(np.uint8) << SOUTH
    leads |= across[:-1].astype(np.uint8) << NORTH
    leads |= down[:, 1:].astype(np.uint8) << EAST
    leads |= down[:, :-1].astype(np.uint8) << WEST
    rows, columns = np.nonzero(leads == 0b1111)
    falling = padded[rows, columns] == padded[rows + 1, columns + 1]
    rising = padded[rows, columns + 1] == padded[rows + 1, columns]
    leads[rows, columns] |= (FALLING * falling + RISING * rising).astype(np.uint8)
    return leads


def _following(nodes: Mask, leads: npt.NDArray[np.uint8]) -> Ints:
    """The step after each: ``4 node + direction`` for each of these numbers, -1 where no border leads there.

    Args:
        nodes: which corners are nodes, ``(h + 1, w + 1) bool``; they are numbered row by row.
        leads: of the nodes; see `_borders_from`.
    """
    count = len(leads)
    number = np.cumsum(nodes.ravel(), dtype=np.int32).reshape(nodes.shape) - 1
    by_column = number.T[nodes.T]
    target = np.empty((count, 4), np.int64)
    # The nodes before and after in a row or column: where a border leads there, nothing is between.
    everyone = np.arange(count)
    target[:, EAST], target[:, WEST] = everyone + 1, everyone - 1
    target[by_column[:-1], SOUTH] = by_column[1:]
    target[by_column[1:], NORTH] = by_column[:-1]
    after = np.full((count, 4), -1)
    for heading in range(4):
        there = np.flatnonzero(leads >> heading & 1)
        end = target[there, heading]
        after[there, heading] = 4 * end + _TURNS[leads[end], heading]
    return after.ravel()


def _turn(leads: int, heading: int) -> int:
    """The direction of the step after one that arrives with a heading; -1 where none is.

    With the region on the right: turn right where a border leads there, else go straight on, else turn left. Where the
    region comes to the corner from two sides, a right turn would make one ring touch itself; a left turn makes a hole
    of what it encloses.
    """
    right, left = (heading + 1) % 4, (heading + 3) % 4
    touching = RISING if heading in (EAST, WEST) else FALLING
    tried = (left,) if leads & touching else (right, heading, left)
    return next((one for one in tried if leads >> one & 1), -1)


_TURNS = np.array([[_turn(leads, heading) for heading in range(4)] for leads in range(64)])


def _cycles(after: Ints) -> tuple[Ints, Ints]:
    """The cycles of a permutation.

    Args:
        after: what comes after each element, ``(n,)``.

    Returns:
        The number of each element's cycle, and its place in the cycle, counted from the lowest element.
    """
    lowest, jump = np.arange(len(after)), after
    while True:
        lower = np.minimum(lowest, lowest[jump])
        if np.array_equal(lower, lowest):
            break
        lowest, jump = lower, jump[jump]
    heads = lowest == np.arange(len(after))
    # Steps to the end of the cycle, where the lowest comes next.
    steps = (~heads[after]).astype(np.int64)
    jump = np.where(heads[after], np.arange(len(after)), after)
    while True:
        further = steps[jump]
        if not further.any():
            break
        steps, jump = steps + further, jump[jump]
    ring = (np.cumsum(heads) - 1)[lowest]
    return ring, steps[lowest] - steps


def _on_the_right(padded: Regions, rows: Ints, columns: Ints, headings: Ints) -> Ints:
    """The region on the right of steps that begin at corners."""
    down, across = np.array([1, 1, 0, 0]), np.array([1, 0, 0, 1])
    found: Ints = padded[rows + down[headings], columns + across[headings]].astype(np.int64)
    return found


def _as_polygons(points: Points, begins: Ints, owners: Ints) -> Rings:
    """Rings sorted into polygons: those of a region together, its outer ring first; what lies outside is left out."""
    rings = Rings(points, begins, np.arange(len(begins)))
    outer = rings.signed_areas() > 0
    order = np.lexsort((~outer, owners))
    order = order[np.searchsorted(owners[order], 0) :]
    sorted_rings = rings.chosen(order)
    return Rings(sorted_rings.points, sorted_rings.rings, offsets(np.bincount(owners[order])))
