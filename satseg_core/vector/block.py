"""One block of a classified raster: its polygons, those that are whole and those that go on in other blocks.

This is what worker processes do; everything that passes between them and the main process is in flat arrays.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
import shapely
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from satseg_core.errors import UsageError
from satseg_core.raster.equal_area import equal_area
from satseg_core.raster.labels import Codes, code_type, nodata_of, read_codes
from satseg_core.raster.overrides import NO_OVERRIDES, Overrides
from satseg_core.raster.regions import Ints
from satseg_core.raster.source import read_failure
from satseg_core.raster.told import open_told
from satseg_core.vector.finish import Features, Finisher, Measures
from satseg_core.vector.rings import Rings
from satseg_core.vector.trace import Traced, at, trace

BLOCK = 1024
"""Side of a block, px. Simplified and smoothed borders keep the vertices where they cross a block's frame."""

_CACHE = 32 * 2**20
"""For blocks of files, bytes: a row of them is not kept, as other processes read the next ones."""


@dataclass(frozen=True)
class Job:
    """What is to be done with every block; small, and the same for all.

    Attributes:
        labels: the classified raster.
        confidence: raster of the same grid whose mean each polygon gets, or None.
        simplify: tolerance, px.
        smooth: cut the corners of px off.
        block: side of a block, px.
        told: what goes before what the file of the labels says.
    """

    labels: Path
    confidence: Path | None = None
    simplify: float = 0.0
    smooth: bool = False
    block: int = BLOCK
    told: Overrides = NO_OVERRIDES


@dataclass(frozen=True)
class Task:
    """One block.

    Attributes:
        row: of its first px in the raster.
        column: the same.
    """

    row: int
    column: int


@dataclass(frozen=True)
class OpenPieces:
    """Parts of polygons that touch the frame where the raster goes on.

    Attributes:
        codes: ``(k,)``.
        outlines: in px of the raster.
        measures: of the parts.
        junctions: corners of px on ``outlines`` where three borders or more meet, ``(m, 2)``.
        frame: the piece at each px of the block's first row, last row, first column and last column; -1 where the
            raster ends there.
    """

    codes: Codes
    outlines: Rings
    measures: Measures
    junctions: npt.NDArray[np.float64]
    frame: tuple[Ints, Ints, Ints, Ints]


@dataclass(frozen=True)
class BlockResult:
    """The polygons of a block: whole ones, and parts."""

    pixels: int
    whole: Features
    open: OpenPieces


class BlockWorker:
    """Traces blocks of a raster; a context manager.

    Args:
        job: see `Job`.

    Raises:
        UsageError: simplifying with a shapely before 2.1.
    """

    def __init__(self, job: Job) -> None:
        if job.simplify and not hasattr(shapely, "coverage_simplify"):
            raise UsageError(
                f"Simplifying needs shapely 2.1 or later and this Python has {shapely.__version__};"
                " update shapely, or leave the simplification out."
            )
        self._job = job
        self._stack = ExitStack()
        self._stack.enter_context(rasterio.Env(GDAL_CACHEMAX=_CACHE))
        self._dataset: DatasetReader = self._stack.enter_context(open_told(job.labels, job.told))
        self._confidence: DatasetReader | None = None
        if job.confidence:
            self._confidence = self._stack.enter_context(rasterio.open(job.confidence))
        self._ground = equal_area(self._dataset)
        self._finisher = Finisher.of(self._dataset, self._ground)

    def __enter__(self) -> BlockWorker:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, task: Task) -> BlockResult:
        """Trace one block.

        Raises:
            RasterError: a value that is no class code.
        """
        context = read_context(self._dataset, task.row, task.column, self._job.block)
        traced = trace(context, self._job.smooth)
        outlines = self._simplified(traced)
        frames = self._frames(task, traced)
        is_open = np.zeros(len(traced.codes), bool)
        is_open[np.concatenate([edge[edge >= 0] for edge in frames])] = True
        whole = np.flatnonzero(~is_open & (traced.codes != nodata_of(traced.codes)))
        measures = self._measure(task, traced)
        shift = np.array([task.column, task.row], float)
        finished = self._finisher.finish(
            traced.codes[whole], _moved(outlines.chosen(whole), shift), measures.chosen(whole)
        )
        return BlockResult(
            traced.regions.size, finished, self._open(traced, outlines, measures, is_open, frames, shift)
        )

    def _open(
        self,
        traced: Traced,
        outlines: Rings,
        measures: Measures,
        is_open: npt.NDArray[np.bool_],
        frames: tuple[Ints, ...],
        shift: npt.NDArray[np.float64],
    ) -> OpenPieces:
        """The pieces of a block that go on."""
        chosen = np.flatnonzero(is_open)
        number = np.full(len(is_open) + 1, -1)  # the last one is for -1
        number[chosen] = np.arange(len(chosen))
        rings = outlines.chosen(chosen)
        corners = rings.points[(rings.points == np.floor(rings.points)).all(axis=1)]
        junctions = corners[at(traced.junctions, corners)] + shift
        top, bottom, left, right = (number[edge] for edge in frames)
        return OpenPieces(
            traced.codes[chosen],
            _moved(rings, shift),
            measures.chosen(chosen),
            junctions,
            (top, bottom, left, right),
        )

    def _simplified(self, traced: Traced) -> Rings:
        """All borders simplified once for both sides; nodata takes part, the block's frame stays."""
        if not self._job.simplify:
            return traced.outlines
        geometries = shapely.coverage_simplify(
            traced.outlines.to_shapely(), self._job.simplify, simplify_boundary=False
        )
        return Rings.from_shapely(geometries)

    def _frames(self, task: Task, traced: Traced) -> tuple[Ints, Ints, Ints, Ints]:
        """The regions along the block's four sides; -1 where the raster ends."""
        regions = traced.regions.astype(np.int64)
        height, width = regions.shape
        ends = (
            task.row == 0,
            task.row + height >= self._dataset.height,
            task.column == 0,
            task.column + width >= self._dataset.width,
        )
        sides = (regions[0], regions[-1], regions[:, 0], regions[:, -1])
        top, bottom, left, right = (np.full_like(side, -1) if end else side for side, end in zip(sides, ends))
        return top, bottom, left, right

    def _measure(self, task: Task, traced: Traced) -> Measures:
        """Sums over the px of each region."""
        regions, count = traced.regions.ravel(), len(traced.codes)
        height, width = traced.regions.shape
        pixels = np.bincount(regions, minlength=count).astype(float)
        area = pixels
        if self._ground:
            each = self._ground.pixels(task.row, task.column, height, width)
            area = np.bincount(regions, np.broadcast_to(each, (height, width)).ravel(), count)
        sums = known = np.zeros(count)
        if self._confidence is not None:
            window = Window(task.column, task.row, width, height)
            try:
                values = self._confidence.read(1, window=window).ravel()
                valid = (self._confidence.read_masks(1, window=window) > 0).ravel()
            except RasterioError as error:
                raise read_failure(self._confidence.name, error) from error
            known = np.bincount(regions, valid, count).astype(float)
            sums = np.bincount(regions, np.where(valid, values, 0), count).astype(float)
        return Measures(pixels, area, sums, known)


def read_context(dataset: DatasetReader, row: int, column: int, block: int) -> Codes:
    """Codes of a block with a px of its surroundings on each side; nodata beyond the raster."""
    height, width = min(block, dataset.height - row), min(block, dataset.width - column)
    top, left = max(row - 1, 0), max(column - 1, 0)
    bottom, right = min(row + height + 1, dataset.height), min(column + width + 1, dataset.width)
    codes: Codes = np.empty((height + 2, width + 2), code_type(dataset))
    codes.fill(nodata_of(codes))
    inside = read_codes(dataset, Window(left, top, right - left, bottom - top))
    codes[top - row + 1 : bottom - row + 1, left - column + 1 : right - column + 1] = inside
    return codes


def _moved(rings: Rings, shift: npt.NDArray[np.float64]) -> Rings:
    return Rings(rings.points + shift, rings.rings, rings.polygons)
