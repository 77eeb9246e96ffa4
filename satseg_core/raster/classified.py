"""Writing maps: block by block into a flat file, then as a Cloud Optimized GeoTIFF."""

from __future__ import annotations

import threading
import time
import zlib
from pathlib import Path
from types import TracebackType
from typing import Callable

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.windows import Window

from satseg_core.errors import CancelledError, OutputError
from satseg_core.events import Stage
from satseg_core.legend import Legend
from satseg_core.raster.flat import FlatFile, make_overviews
from satseg_core.raster.grid import Block
from satseg_core.raster.ground import is_placed
from satseg_core.raster.overviews import Halve, mode
from satseg_core.raster.source import Source
from satseg_core.raster.virtual import write_virtual

TILE = 512
"""Side of the tiles inside the written GeoTIFF, px."""

_COG_OPTIONS = {
    "driver": "COG",
    "COMPRESS": "DEFLATE",
    "BLOCKSIZE": TILE,
    "NUM_THREADS": "ALL_CPUS",
    "BIGTIFF": "IF_SAFER",
}

_AMOUNT_OPTIONS = {"PREDICTOR": "YES", "LEVEL": 1}
"""Besides, for rasters whose neighbouring values differ little: a seventh of the time and a tenth less space."""

_COPY_SPEED = 50e6
"""About how many px a second GDAL copies; it cannot tell how far it is, so progress is guessed from this."""

_OVERVIEW_SHARE, _COPY_SHARE = 0.2, 0.6
"""Shares of the finishing that are overviews and copying; the rest is reading back."""

_HEARTBEAT = 0.1
"""Seconds between two looks at whether the user cancelled while GDAL is busy."""


class MapWriter:
    """A single-band, one-byte raster on (a part of) another raster's grid, written block by block.

    Blocks go into a flat file; the map appears complete, as a Cloud Optimized GeoTIFF, when `finish` returns.

    Args:
        path: of the finished file.
        flat: of the flat file; what it holds already is kept.
        source: the raster whose CRS, coordinate epoch, transform and pixel size the map takes.
        within: the part of it that the map covers.
        legend: of a classified raster; None for other one-byte rasters (confidence).
        halve: makes overviews: `overviews.mode` for classes, `overviews.average` for amounts.

    Raises:
        OutputError: the file cannot be written.
    """

    def __init__(
        self, path: Path, flat: Path, source: Source, within: Block, legend: Legend | None = None, halve: Halve = mode
    ) -> None:
        self._path = path
        self._within = within
        self._legend = legend
        self._halve = halve
        self._written: list[tuple[Block, int]] = []
        self._crs, self._epoch = source.crs, source.epoch
        shift = Affine.translation(within.cols.start, within.rows.start)
        self._transform = source.transform * shift if is_placed(source.transform) else None
        try:
            self._flat = FlatFile(flat, within.shape)
        except OSError as error:
            raise _cannot_write(path, error) from error

    def __enter__(self) -> MapWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flat.close()

    def write(self, block: Block, values: NDArray[np.uint8]) -> int:
        """Write one block; gives its checksum.

        Args:
            block: where, in px of the source raster.
            values: ``(h, w) uint8``.

        Raises:
            OutputError: the disk is full or the file cannot be written.
        """
        checksum = zlib.crc32(np.ascontiguousarray(values).data)
        try:
            self._flat.write(*self._place(block), values)
        except OSError as error:
            raise _cannot_write(self._path, error) from error
        self._written.append((block, checksum))
        return checksum

    def has(self, block: Block, checksum: int) -> bool:
        """True if an earlier run has written the block, and then it counts as written."""
        try:
            values = self._flat.read(*self._place(block), block.shape)
        except OSError:
            return False
        if zlib.crc32(values.data) != checksum:
            return False
        self._written.append((block, checksum))
        return True

    def _place(self, block: Block) -> tuple[int, int]:
        """Row and column of a block's first px in the map."""
        return block.rows.start - self._within.rows.start, block.cols.start - self._within.cols.start

    def finish(self, stage: Stage) -> None:
        """Make the finished file, with overviews, and read it back; ``stage`` has a total of 1.

        Raises:
            OutputError: the file cannot be written.
            CancelledError: the user cancelled.
        """
        virtual = self._flat.path.with_suffix(".vrt")
        try:
            levels = self._overviews(stage)
            write_virtual(virtual, self._flat, levels, self._crs, self._transform, self._legend, self._epoch)
        except OSError as error:
            raise _cannot_write(self._path, error) from error
        began, expected = time.monotonic(), self._within.rows.size * self._within.cols.size / _COPY_SPEED

        def tell() -> None:
            elapsed = time.monotonic() - began
            stage.reach(_OVERVIEW_SHARE + _COPY_SHARE * elapsed / (elapsed + expected))

        options = _COG_OPTIONS if self._legend else {**_COG_OPTIONS, **_AMOUNT_OPTIONS}
        failure = _in_background(lambda: rasterio.shutil.copy(virtual, self._path, **options), tell)
        if failure:
            raise _cannot_write(self._path, failure) from failure
        self._verify(stage)

    def _overviews(self, stage: Stage) -> list[FlatFile]:
        levels: dict[Path, FlatFile] = {}
        try:
            for level, share in make_overviews(self._flat, self._halve, TILE):
                levels[level.path] = level
                stage.reach(_OVERVIEW_SHARE * share)
        finally:
            for level in levels.values():
                level.close()
        return list(levels.values())

    def _verify(self, stage: Stage) -> None:
        """Read everything back: GDAL keeps some failures to write, such as a full disk, to itself."""
        begin = _OVERVIEW_SHARE + _COPY_SHARE
        try:
            with rasterio.open(self._path) as dataset:
                for number, (block, checksum) in enumerate(self._written, 1):
                    row, col = self._place(block)
                    window = Window(col, row, block.cols.size, block.rows.size)
                    if zlib.crc32(dataset.read(1, window=window).data) != checksum:
                        raise _cannot_write(self._path, OSError("what was read back differs from what was written"))
                    stage.reach(begin + (1 - begin) * number / len(self._written))
        except RasterioError as error:
            raise _cannot_write(self._path, error) from error


def _in_background(work: Callable[[], None], heartbeat: Callable[[], None]) -> BaseException | None:
    """Run ``work`` in a thread, calling ``heartbeat`` meanwhile; its CancelledError is raised once work is over."""
    failure: dict[str, BaseException] = {}

    def run() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - GDAL's own errors are no RasterioErrors here
            failure["error"] = error

    thread = threading.Thread(target=run, name="satseg-copy")
    thread.start()
    cancelled: CancelledError | None = None
    while thread.is_alive():
        thread.join(_HEARTBEAT)
        try:
            heartbeat()
        except CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    return failure.get("error")


def _cannot_write(path: Path, error: BaseException) -> OutputError:
    detail = " ".join(str(error.__cause__ or error).split())[:200]
    return OutputError(
        f"{path.name} cannot be written; check the free space and the permissions of its folder. ({detail})"
    )
