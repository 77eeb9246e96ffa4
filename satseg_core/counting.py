"""How many tiles a run will send through the network: counted before anything is read, but for a few px."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from rasterio.errors import RasterioError
from rasterio.windows import Window

from satseg_core.prediction import Plan
from satseg_core.raster.grid import Block, Span, Tile
from satseg_core.raster.source import read_failure

_SAMPLES = 8
"""Down and across: so many pieces of the raster are looked at for data."""


def count_tiles(plan: Plan, done: Collection[Block] = ()) -> int:
    """Tiles that will be run, if there is data everywhere: those under the part that is asked for, and near the mask.

    Args:
        plan: of the run.
        done: blocks that need none.
    """
    lattice, within = plan.lattice, plan.within
    down, across = lattice.cells_of(within)
    rows, cols = lattice.rows.tiles_of(down), lattice.cols.tiles_of(across)
    if done:
        needed = {tile for block in plan.order(done) for tile in lattice.tiles_of(block)}
        by_row = [[tile.col for tile in needed if tile.row == row] for row in rows]
    elif plan.area is None:
        return len(rows) * len(cols)
    else:
        by_row = [cols] * len(rows)
    return sum(_near_mask(plan, row, found) for row, found in zip(rows, by_row) if found)


def _near_mask(plan: Plan, row: int, cols: Sequence[int]) -> int:
    """How many tiles of a row touch the mask; all where there is none."""
    if plan.area is None:
        return len(cols)
    lattice, within = plan.lattice, plan.within
    rows = _common(lattice.pixels_of(Tile(row, 0)).rows, within.rows)
    spans = [_common(lattice.pixels_of(Tile(row, col)).cols, within.cols) for col in cols]
    return plan.area.touches(rows, spans)


def _common(a: Span, b: Span) -> Span:
    """What two lengths share."""
    return Span(max(a.start, b.start), min(a.stop, b.stop))


def share_with_data(plan: Plan) -> float:
    """The share of tiles that have data, from a few px of some of them, 0 to 1; never quite 0, as few px are seen.

    Raises:
        RasterError: the raster is damaged.
    """
    rows, cols = (_spread(span) for span in plan.within)
    found = [_has_data(plan, row, col) for row in rows for col in cols]
    return max(sum(found), 0.5) / len(found)


def _spread(span: Span) -> list[Span]:
    """Up to `_SAMPLES` pieces that a length is cut into."""
    edges = np.linspace(span.start, span.stop, min(_SAMPLES, span.size) + 1).astype(int)
    return [Span(int(start), int(stop)) for start, stop in zip(edges, edges[1:])]


def _has_data(plan: Plan, rows: Span, cols: Span) -> bool:
    """Whether one of nine px in the middle of a piece, about a tile wide, has data."""
    height, width = (
        max(min(span.size, int(axis.tile * axis.scale)), 1)
        for span, axis in ((rows, plan.lattice.rows), (cols, plan.lattice.cols))
    )
    window = Window(cols.start + (cols.size - width) // 2, rows.start + (rows.size - height) // 2, width, height)
    source = plan.source
    try:
        valid = source.validity.data(source.dataset, window, (min(3, height), min(3, width)))
    except RasterioError as error:
        raise read_failure(source.path, error) from error
    return bool(valid.any())
