"""The polygons of a classified raster: traced, merged and simplified if asked for, measured, written."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio.features
import shapely
from affine import Affine
from rasterio.io import DatasetReader

from satseg_core.errors import UsageError
from satseg_core.events import Reporter, Stage
from satseg_core.legend import NODATA, Legend
from satseg_core.raster.equal_area import EqualArea, equal_area
from satseg_core.raster.labels import Codes, open_classified
from satseg_core.vector.geopackage import Features, write_geopackage
from satseg_core.vector.trace import Labels, Shapes, trace

STAGE = "polygons"
"""Name of the stage that is reported while polygons are made."""

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Offsets = npt.NDArray[np.int64]


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
    min_area: float = 0.0,
    simplify: float = 0.0,
) -> PolygonSummary:
    """Write the polygons of a classified raster into a GeoPackage.

    The polygons follow the edges of pixels, are valid, and share every vertex of their borders, so that they
    cover the pixels with data without gap or overlap (also after simplifying).

    Args:
        labels: the classified raster.
        output: GeoPackage to make; there must be no such file. The layer has its name.
        legend: names and colours of the codes.
        reporter: told of the progress in a stage called ``polygons``.
        min_area: areas smaller than this are merged into their largest neighbour, m² (px² where the raster has
            no CRS), reckoned with the size of a pixel in the raster's middle. What has nodata all around stays.
            Holds the raster in memory, 2 bytes a px.
        simplify: tolerance in px of the simplification; 0 keeps every corner, about 2 takes the steps of pixels
            off slanting borders. Holds all polygons in memory.

    Raises:
        RasterError: it is no raster of class codes.
        UsageError: a negative option, or simplifying with a shapely before 2.1.
        OutputError: the file cannot be written.
        CancelledError: the user cancelled.
    """
    if min_area < 0 or simplify < 0:
        raise UsageError("The smallest area and the simplification cannot be negative; give 0 to switch them off.")
    with open_classified(labels) as dataset, reporter.stage(STAGE, dataset.height * dataset.width) as stage:
        ground = equal_area(dataset)
        source = Labels(dataset)
        if min_area:
            source.replace(_merge_small(source, _threshold(min_area, dataset, ground), reporter))
        shapes = _report(trace(source, reporter.check), stage)
        if simplify:
            shapes = _simplified(shapes, simplify)
        area_field = "area_m2" if ground else "area_px"
        count = write_geopackage(
            path=output,
            layer=output.stem,
            crs=dataset.crs.to_wkt() if dataset.crs else None,
            area_field=area_field,
            features=(_features(batch, _transform(dataset), ground) for batch in shapes),
            legend=legend,
        )
    return PolygonSummary(output.stem, count, area_field)


def _transform(dataset: DatasetReader) -> Affine:
    """Pixel to CRS coordinates; rasters without a place lie below the origin, where QGIS shows them."""
    unplaced = dataset.crs is None and dataset.transform.is_identity
    transform: Affine = Affine.scale(1, -1) if unplaced else dataset.transform
    return transform


def _report(shapes: Iterator[Shapes], stage: Stage) -> Iterator[Shapes]:
    """Count the pixels that the polygons so far cover."""
    for batch in shapes:
        yield batch
        stage.advance(float(shapely.area(batch.geometries).sum()))


def _threshold(min_area: float, dataset: DatasetReader, ground: EqualArea | None) -> int:
    """The fewest pixels that an area may have."""
    pixel = 1.0
    if ground:
        pixel = float(ground.pixels(dataset.height // 2, dataset.width // 2, 1, 1)[0, 0])
    if not pixel > 0:
        raise UsageError(
            "The raster's middle is not on the ground: leave the smallest area out, it has no meaning here."
        )
    return min(math.ceil(min_area / pixel), int(dataset.height * dataset.width))


def _merge_small(labels: Labels, threshold: int, reporter: Reporter) -> Codes:
    """Merge areas under ``threshold`` px into their largest neighbour, the smallest first.

    GDAL leaves an area alone whose neighbours are all too small as well; growing the size step by step
    merges those into each other first.
    """
    codes: Codes = labels.whole()
    has_data = codes != NODATA
    sizes = [2**power for power in range(1, 32) if 2**power < threshold]
    for size in [*sizes, threshold, threshold]:
        reporter.check()
        codes = rasterio.features.sieve(codes, size, mask=has_data, connectivity=4)
        codes[~has_data] = NODATA
    return codes


def _simplified(shapes: Iterator[Shapes], tolerance: float) -> Iterator[Shapes]:
    """Simplify all borders once for both sides; nodata takes part, the raster's frame stays."""
    if not hasattr(shapely, "coverage_simplify"):
        raise UsageError(
            f"Simplifying needs shapely 2.1 or later and this Python has {shapely.__version__};"
            " update shapely, or leave the simplification out."
        )
    batches = list(shapes)
    geometries = shapely.coverage_simplify(
        np.concatenate([batch.geometries for batch in batches]), tolerance, simplify_boundary=False
    )
    yield Shapes(np.concatenate([batch.codes for batch in batches]), geometries)


def _features(batch: Shapes, transform: Affine, ground: EqualArea | None) -> Features:
    """Rows of the layer: what is not nodata, in the raster's CRS, with its area."""
    has_data = batch.codes != NODATA
    geometries = batch.geometries[has_data]
    placed = _place(geometries, transform)
    areas = ground.polygons(placed) if ground else shapely.area(geometries)
    return Features(placed, batch.codes[has_data], areas)


def _place(geometries: Geometries, transform: Affine) -> Geometries:
    """From px to the raster's CRS, outer rings counter-clockwise and holes clockwise."""
    if not len(geometries):
        return geometries
    kind, points, (rings, polygons) = shapely.to_ragged_array(geometries)
    x = transform.a * points[:, 0] + transform.b * points[:, 1] + transform.c
    y = transform.d * points[:, 0] + transform.e * points[:, 1] + transform.f
    order = _order(x, y, rings, polygons)
    placed: Geometries = shapely.from_ragged_array(kind, np.column_stack([x, y])[order], (rings, polygons))
    return placed


def _order(x: Floats, y: Floats, rings: Offsets, polygons: Offsets) -> Offsets:
    """The order of points that turns each ring the right way; GDAL's differs between versions.

    Args:
        x: of the vertices of all rings, ``(n,)``.
        y: likewise.
        rings: ``(m + 1,)`` where each ring begins among the vertices, and the end.
        polygons: ``(k + 1,)`` where each polygon begins among the rings, its outer ring first, and the end.

    Returns:
        ``(n,)`` indices of vertices.
    """
    lengths = np.diff(rings)
    x, y = x - np.repeat(x[rings[:-1]], lengths), y - np.repeat(y[rings[:-1]], lengths)
    products = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)  # those between rings are zero: both ends are at 0, 0
    counter_clockwise = np.add.reduceat(products, rings[:-1]) > 0
    is_outer = np.zeros(len(lengths), bool)
    is_outer[polygons[:-1]] = True
    order = np.arange(len(x))
    turned = np.repeat(counter_clockwise != is_outer, lengths)
    mirrored = np.repeat(rings[:-1] + rings[1:] - 1, lengths) - order
    return np.where(turned, mirrored, order)
