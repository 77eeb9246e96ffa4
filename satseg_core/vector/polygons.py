"""The polygons of a classified raster: traced block by block, merged, simplified if asked for, measured, written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetReader

from satseg_core.errors import RasterError, UsageError
from satseg_core.events import Reporter, Stage
from satseg_core.legend import Legend
from satseg_core.raster.epoch import coordinate_epoch, with_epoch
from satseg_core.raster.equal_area import equal_area
from satseg_core.raster.ground import is_placed
from satseg_core.raster.labels import open_classified, tell_doubts, unnamed
from satseg_core.raster.overrides import NO_OVERRIDES, Overrides
from satseg_core.vector.block import BLOCK, BlockResult, Job, Task
from satseg_core.vector.finish import Features, Finisher
from satseg_core.vector.formats import check_crs, convert, format_of
from satseg_core.vector.generalize import generalized, smallest_px
from satseg_core.vector.geopackage import Layer, write_geopackage
from satseg_core.vector.merge import Merger
from satseg_core.vector.pool import RunBlocks, run_blocks

STAGE = "polygons"
"""Name of the stage that is reported while polygons are made."""

GENERALIZE_SHARE = 0.3
"""Share of the stage that merging small areas takes, where it is asked for."""


@dataclass(frozen=True)
class PolygonOptions:
    """How polygons are drawn.

    Attributes:
        min_area: areas smaller than this go to a neighbour, m² (px² where the raster has no known place), reckoned
            with the size of a px in the raster's middle; see `satseg_core.vector.generalize`.
        smooth: cut the corners of px off, half a px at most.
        simplify: tolerance of the simplification, px; 0 keeps every corner.
        confidence: raster of the same grid; polygons get their mean of it.
        workers: processes.
        block: side of the blocks that are worked on, px.
        run_blocks: others that do the blocks, if they can.
        told: what goes before what the map's file says.
    """

    min_area: float = 0.0
    smooth: bool = False
    simplify: float = 0.0
    confidence: Path | None = None
    workers: int = 1
    block: int = BLOCK
    run_blocks: RunBlocks | None = None
    told: Overrides = NO_OVERRIDES


@dataclass(frozen=True)
class PolygonSummary:
    """What was written.

    Attributes:
        layer: name of the layer in the GeoPackage.
        polygons: how many were written.
        area_field: field with their areas: ``area_m2``, or ``area_px`` where the place on the ground is not known.
    """

    layer: str
    polygons: int
    area_field: str


def vectorize(
    labels: Path,
    output: Path,
    legend: Legend,
    reporter: Reporter,
    options: PolygonOptions | None = None,
    metadata: Mapping[str, str] | None = None,
) -> PolygonSummary:
    """Write the polygons of a classified raster into a GeoPackage.

    The polygons follow the edges of px, are valid, and share every vertex of their borders, so that they cover the px
    with data without gap or overlap; also after smoothing and simplifying. Blocks are worked on one by one, in several
    processes if asked for, and memory does not grow with the raster. The polygons are the same whatever the number of
    processes and, unless they are smoothed or simplified, whatever the size of blocks.

    Args:
        labels: the classified raster.
        output: GeoPackage to make; there must be no such file. The layer has its name.
        legend: names and colours of the codes.
        reporter: told of the progress in a stage called ``polygons``.
        options: see `PolygonOptions`.
        metadata: kept with the layer, by name.

    Raises:
        RasterError: it is no raster of class codes.
        UsageError: a negative option, or simplifying with a shapely before 2.1.
        OutputError: the file cannot be written.
        CancelledError: the user cancelled.
    """
    options = options or PolygonOptions()
    if options.min_area < 0 or options.simplify < 0:
        raise UsageError("The smallest area and the simplification cannot be negative; give 0 to switch them off.")
    with open_classified(labels, options.told) as dataset, reporter.stage(STAGE) as stage, ExitStack() as stack:
        ground = equal_area(dataset)
        source, said, begin = labels, options.told, 0.0
        if options.confidence:
            check_grid(options.confidence, dataset)
        if options.min_area:
            source, begin = output.with_name(f"{output.stem}-generalized.tif"), GENERALIZE_SHARE
            stack.callback(source.unlink, missing_ok=True)
            fewest = smallest_px(options.min_area, dataset, ground)
            generalized(dataset, fewest, source, lambda share: stage.reach(begin * share))
            said = NO_OVERRIDES  # the file that is made says it
        layer = Layer(
            name=output.stem,
            crs=_crs(dataset),
            on_ground=ground is not None,
            has_confidence=options.confidence is not None,
            legend=legend,
            metadata=metadata or {},
        )
        job = Job(source, options.confidence, options.simplify, options.smooth, options.block, said)
        tasks = _tasks(dataset, options.block)
        elsewhere = options.run_blocks(job, tasks) if options.run_blocks else None
        results = elsewhere or run_blocks(job, tasks, options.workers)
        with closing(results):
            merger = Merger(Finisher.of(dataset, ground), -(-dataset.width // options.block))
            told = _told(results, stage, begin, dataset.width * dataset.height)
            found: set[int] = set()
            count = write_geopackage(output, layer, _noting(_features(told, merger), found))
        tell_doubts(dataset, found, legend, reporter)
        strange = unnamed(found, legend)
        if strange:
            reporter.warning(
                f"{labels} has codes that its legend does not name ({strange}); their polygons are called by number."
            )
    return PolygonSummary(output.stem, count, layer.area_field)


def save_polygons(
    labels: Path,
    target: Path,
    legend: Legend,
    reporter: Reporter,
    options: PolygonOptions | None = None,
    metadata: Mapping[str, str] | None = None,
) -> PolygonSummary:
    """`vectorize` into any of `satseg_core.vector.formats.FORMATS`, by the ending of ``target``.

    Raises:
        UsageError: no such format, or it cannot hold this map.
    """
    wanted = format_of(target)
    if wanted.driver == "GPKG":
        return vectorize(labels, target, legend, reporter, options, metadata)
    if wanted.warning:
        reporter.warning(wanted.warning)
    pixel = _checked(labels, target)
    package = target.with_suffix(".satseg.gpkg")
    try:
        summary = vectorize(labels, package, legend, reporter, options, metadata)
        convert(package, target, pixel)
    finally:
        package.unlink(missing_ok=True)
    return summary


def _checked(labels: Path, target: Path) -> float | None:
    """The shorter side of a px on the ground, m, or None, of a map that a format can hold."""
    with open_classified(labels) as dataset:
        check_crs(target, dataset.crs.to_wkt() if dataset.crs else None)
        pixel = Finisher.of(dataset, equal_area(dataset)).pixel
    return min(pixel) if pixel else None


def check_grid(path: Path, dataset: DatasetReader) -> None:
    """Refuse a raster that does not lie px on px with a map.

    Raises:
        RasterError: it does not, or cannot be opened.
    """
    try:
        with rasterio.open(path) as other:
            same = other.shape == dataset.shape and other.transform.almost_equals(dataset.transform, 1e-6)
    except RasterioIOError as error:
        raise RasterError(f"{path} cannot be opened as a raster; give the one that --confidence wrote.") from error
    if not same:
        raise RasterError(f"{path.name} has other pixels than {Path(dataset.name).name}; give the one made with it.")


def _crs(dataset: DatasetReader) -> str | None:
    """The CRS of a raster's polygons, with its coordinate epoch; None where it does not say where it lies in it."""
    if dataset.crs is None or not is_placed(dataset.transform):
        return None
    return with_epoch(dataset.crs.to_wkt(), coordinate_epoch(dataset))


def _tasks(dataset: DatasetReader, block: int) -> list[Task]:
    """The blocks of a raster, row by row."""
    rows, columns = range(0, dataset.height, block), range(0, dataset.width, block)
    return [Task(row, column) for row in rows for column in columns]


def _told(results: Iterable[BlockResult], stage: Stage, begin: float, pixels: int) -> Iterator[BlockResult]:
    """The same results; tells how much of the raster is done, from ``begin`` of the stage on."""
    done = 0
    for result in results:
        done += result.pixels
        yield result
        stage.reach(begin + (1 - begin) * done / pixels)


def _noting(features: Iterable[Features], found: set[int]) -> Iterator[Features]:
    """The same rows; puts their codes down."""
    for rows in features:
        found.update(np.unique(rows.codes).tolist())
        yield rows


def _features(results: Iterable[BlockResult], merger: Merger) -> Iterator[Features]:
    """Rows of the layer as they become whole."""
    for result in results:
        yield result.whole
        yield merger.add(result.open)
