"""Writing maps: block by block into a scratch GeoTIFF, then once more as a Cloud Optimized GeoTIFF."""

from __future__ import annotations

import threading
import time
import zlib
from pathlib import Path
from types import TracebackType
from typing import Any, Callable

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.windows import Window

from satseg_core.errors import CancelledError, OutputError
from satseg_core.events import Stage
from satseg_core.legend import NODATA, Legend
from satseg_core.raster.grid import Block
from satseg_core.raster.legends import write_legend
from satseg_core.raster.source import Source

TILE = 512
"""Side of the tiles inside the written GeoTIFF, px."""

_SCRATCH_PROFILE: dict[str, Any] = {
    "driver": "GTiff",
    "dtype": "uint8",
    "count": 1,
    "nodata": NODATA,
    "tiled": True,
    "blockxsize": TILE,
    "blockysize": TILE,
    "compress": "DEFLATE",
    "zlevel": 1,
    "sparse_ok": False,
    "bigtiff": "IF_SAFER",
}

_COG_OPTIONS = {
    "driver": "COG",
    "COMPRESS": "DEFLATE",
    "BLOCKSIZE": TILE,
    "NUM_THREADS": "ALL_CPUS",
    "BIGTIFF": "IF_SAFER",
}

_COPY_SPEED = 50e6
"""About how many px a second GDAL copies; it cannot tell how far it is, so progress is guessed from this."""

_COPY_SHARE = 0.7
"""Share of the finishing that is copying; the rest is reading back."""

_HEARTBEAT = 0.1
"""Seconds between two looks at whether the user cancelled while GDAL is busy."""


class MapWriter:
    """A single-band, one-byte raster on (a part of) another raster's grid, written block by block.

    The file appears complete, as a Cloud Optimized GeoTIFF, when `finish` returns.

    Args:
        path: of the finished file; a scratch file lies beside it meanwhile.
        source: the raster whose CRS, transform and pixel size the map takes.
        within: the part of it that the map covers.
        legend: of a classified raster; None for other one-byte rasters (confidence).
        overviews: GDAL's name of the resampling for overviews: ``MODE`` for classes, ``AVERAGE`` for amounts.

    Raises:
        OutputError: the file cannot be written.
    """

    def __init__(
        self, path: Path, source: Source, within: Block, legend: Legend | None = None, overviews: str = "MODE"
    ) -> None:
        self._path = path
        self._scratch = path.with_name(f"blocks-{path.name}")
        self._within = within
        self._overviews = overviews
        self._written: list[tuple[Window, int]] = []
        shift = Affine.translation(within.cols.start, within.rows.start)
        placed = not source.transform.is_identity or source.dataset.crs is not None
        place = {"crs": source.dataset.crs, "transform": source.transform * shift} if placed else {}
        try:
            self._dataset = rasterio.open(
                self._scratch, "w", height=within.rows.size, width=within.cols.size, **place, **_SCRATCH_PROFILE
            )
        except RasterioError as error:
            raise _cannot_write(path, error) from error
        if legend is not None:
            write_legend(self._dataset, legend)

    def __enter__(self) -> MapWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dataset.close()

    def write(self, block: Block, values: NDArray[np.uint8]) -> None:
        """Write one block.

        Args:
            block: where, in px of the source raster.
            values: ``(h, w) uint8``.

        Raises:
            OutputError: the disk is full or the file cannot be written.
        """
        col, row = block.cols.start - self._within.cols.start, block.rows.start - self._within.rows.start
        window = Window(col, row, block.cols.size, block.rows.size)
        self._written.append((window, zlib.crc32(np.ascontiguousarray(values).data)))
        try:
            self._dataset.write(values, 1, window=window)
        except RasterioError as error:
            raise _cannot_write(self._path, error) from error

    def finish(self, stage: Stage) -> None:
        """Turn the scratch file into the finished one, with overviews, and read it back; ``stage`` has a total of 1.

        Raises:
            OutputError: the file cannot be written.
            CancelledError: the user cancelled.
        """
        try:
            self._dataset.close()
        except RasterioError as error:
            raise _cannot_write(self._path, error) from error
        began, expected = time.monotonic(), self._within.rows.size * self._within.cols.size / _COPY_SPEED

        def tell() -> None:
            elapsed = time.monotonic() - began
            stage.reach(_COPY_SHARE * elapsed / (elapsed + expected))

        failure = _in_background(self._copy, tell)
        if failure:
            raise _cannot_write(self._path, failure) from failure
        self._scratch.unlink()
        self._verify(stage)

    def _verify(self, stage: Stage) -> None:
        """Read everything back: GDAL keeps some failures to write, such as a full disk, to itself."""
        try:
            with rasterio.open(self._path) as dataset:
                for number, (window, checksum) in enumerate(self._written, 1):
                    if zlib.crc32(dataset.read(1, window=window).data) != checksum:
                        raise _cannot_write(self._path, OSError("what was read back differs from what was written"))
                    stage.reach(_COPY_SHARE + (1 - _COPY_SHARE) * number / len(self._written))
        except RasterioError as error:
            raise _cannot_write(self._path, error) from error

    def _copy(self) -> None:
        rasterio.shutil.copy(self._scratch, self._path, OVERVIEW_RESAMPLING=self._overviews, **_COG_OPTIONS)


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
