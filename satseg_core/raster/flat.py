"""Flat files: one byte a px, row after row, nothing else. What a killed run has written into one is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from satseg_core.pipeline import side_by_side
from satseg_core.raster.overviews import Halve, even, level_shapes

PIECE_BYTES = 16 * 2**20
"""About so much of a file is held at a time while its overviews are made."""

THREADS = 2
"""That make them; reading and writing the files takes as long as more of them would."""


class FlatFile:
    """A raster of one byte a px, open for reading and writing.

    Args:
        path: of the file; made where there is none, of zeros, and kept where there is one of the right size.
        shape: height and width, px.

    Raises:
        OSError: the file cannot be made.
    """

    def __init__(self, path: Path, shape: tuple[int, int]) -> None:
        self.path = path
        self.shape = shape
        # Unbuffered: what is written is the system's at once, and survives this process.
        path.touch()
        self._file = path.open("r+b", buffering=0)
        if path.stat().st_size != shape[0] * shape[1]:
            self._file.truncate(0)
            self._file.truncate(shape[0] * shape[1])

    def __enter__(self) -> FlatFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; it stays."""
        self._file.close()

    def write(self, row: int, col: int, values: NDArray[np.uint8]) -> None:
        """Write a rectangle, ``(h, w) uint8``, whose first px lies at ``row`` and ``col``.

        Raises:
            OSError: the disk is full, say.
        """
        values = np.ascontiguousarray(values)
        rows = [values.reshape(-1)] if values.shape[1] == self.shape[1] else list(values)
        for number, data in enumerate(rows, row):
            self._file.seek(number * self.shape[1] + col)
            left = data.data
            while left:
                left = left[self._file.write(left) :]

    def read(self, row: int, col: int, shape: tuple[int, int]) -> NDArray[np.uint8]:
        """Read a rectangle, ``(h, w) uint8``.

        Raises:
            OSError: the file cannot be read.
        """
        values = np.empty(shape, np.uint8)
        rows = [values.reshape(-1)] if shape[1] == self.shape[1] else list(values)
        for number, data in enumerate(rows, row):
            self._file.seek(number * self.shape[1] + col)
            left = data.data
            while left:
                count = self._file.readinto(left)
                if not count:
                    raise OSError("the file is shorter than it was")
                left = left[count:]
        return values


def make_overviews(base: FlatFile, halve: Halve, smallest: int) -> Iterator[tuple[FlatFile, float]]:
    """Make the overviews of a flat file beside it, each from the one before.

    Args:
        base: the full size.
        halve: makes one px of four.
        smallest: px a side of the last one, at most.

    Yields:
        After every piece, the overview that it belongs to, and the share of all the work that is done.

    Raises:
        OSError: a file cannot be written.
    """
    shapes = list(level_shapes(base.shape, smallest))
    total = sum(height * width for height, width in shapes) or 1
    done, above = 0, base
    for number, shape in enumerate(shapes, 1):
        level = FlatFile(base.path.with_suffix(f".{number}{base.path.suffix}"), shape)
        with closing(side_by_side(lambda piece: halve(even(piece)), _pieces(above), THREADS)) as halved:
            row = 0
            for piece in halved:
                level.write(row, 0, piece)
                row += len(piece)
                done += piece.size
                yield level, done / total
        above = level


def _pieces(whole: FlatFile) -> Iterator[NDArray[np.uint8]]:
    """A file from top to bottom, in pieces of an even number of rows."""
    height, width = whole.shape
    step = 2 * max(PIECE_BYTES // (2 * width * (THREADS + 2)), 1)  # two more wait
    for row in range(0, height, step):
        yield whole.read(row, 0, (min(step, height - row), width))
