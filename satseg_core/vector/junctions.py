"""Vertices where three or more borders meet, so that neighbouring polygons share every vertex of their border.

GDAL leaves a vertex out where a polygon's border runs straight on while two of its neighbours meet there;
polygons without it do not form a valid coverage and come apart when they are simplified.
"""

from __future__ import annotations

from typing import Callable

import numpy as np
import numpy.typing as npt

from satseg_core.legend import NODATA
from satseg_core.raster.labels import Codes

Pixels = npt.NDArray[np.int64]
Offsets = npt.NDArray[np.int64]

STRIP = 512
"""Rows of corners that are looked at in one go."""


class Junctions:
    """The corners of pixels where three or four borders between codes meet, one bit each.

    Args:
        height: rows of the raster, px.
        width: columns of the raster, px.
    """

    def __init__(self, height: int, width: int) -> None:
        self._shape = (height, width)
        self._bits = np.zeros((height + 1, (width + 8) // 8), np.uint8)

    def find(self, rows: Callable[[int, int], Codes], check: Callable[[], None]) -> None:
        """Look at the whole raster.

        Args:
            rows: gives the codes of the rows from a first to before a last one, all columns.
            check: called between strips; may raise to stop.
        """
        height, _ = self._shape
        for first in range(0, height + 1, STRIP):
            check()
            last = min(first + STRIP, height + 1)
            above, below = max(first - 1, 0), min(last, height)
            codes = np.pad(rows(above, below), ((int(first == 0), int(last > height)), (1, 1)), constant_values=NODATA)
            self._bits[first:last] = np.packbits(_borders(codes) >= 3, axis=1)

    def at(self, points: Pixels) -> npt.NDArray[np.bool_]:
        """Whether corners, ``(n, 2)`` column and row in px, are junctions: ``(n,) bool``."""
        column, row = points[:, 0], points[:, 1]
        found: npt.NDArray[np.bool_] = (self._bits[row, column >> 3] >> (7 - (column & 7)) & 1).astype(bool)
        return found

    def insert(self, points: Pixels, rings: Offsets) -> tuple[Pixels, Offsets]:
        """Add the junctions that rings pass without turning.

        Args:
            points: ``(n, 2)`` vertices of closed rings with edges along rows and columns; column and row in px.
            rings: ``(m + 1,)`` where each ring begins in ``points``, and the end.

        Returns:
            Vertices and ring offsets of the same rings with the junctions among their vertices.
        """
        steps = np.diff(points, axis=0, append=points[-1:])
        steps[rings[1:] - 1] = 0  # the vertex that closes a ring leads nowhere
        lengths = np.maximum(np.abs(steps).sum(axis=1), 1)
        begins = np.concatenate([[0], np.cumsum(lengths)])
        along = np.arange(begins[-1]) - np.repeat(begins[:-1], lengths)
        every = np.repeat(points, lengths, axis=0) + along[:, None] * np.repeat(np.sign(steps), lengths, axis=0)
        keep = (along == 0) | self.at(every)
        kept = np.concatenate([[0], np.cumsum(keep)])
        return every[keep], kept[begins[rings]]


def _borders(codes: Codes) -> npt.NDArray[np.uint8]:
    """How many borders meet at each inner corner of ``(h, w)`` codes: ``(h - 1, w - 1)``, 0 to 4."""
    across = (codes[:, 1:] != codes[:, :-1]).view(np.uint8)
    down = (codes[1:] != codes[:-1]).view(np.uint8)
    count: npt.NDArray[np.uint8] = across[1:] + across[:-1] + down[:, 1:] + down[:, :-1]
    return count
