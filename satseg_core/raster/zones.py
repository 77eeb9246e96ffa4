"""How much of each class lies in each polygon of a layer, exact to the fraction of a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.io import DatasetReader
from rasterio.windows import Window

from satseg_core.errors import UsageError
from satseg_core.events import Reporter
from satseg_core.legend import Legend
from satseg_core.raster.area import STAGE
from satseg_core.raster.drawing import Board, Drawing
from satseg_core.raster.equal_area import EqualArea, equal_area
from satseg_core.raster.labels import (
    BLOCK,
    highest_code,
    of_codes,
    open_classified,
    read_codes,
    tell_doubts,
    unnamed,
)
from satseg_core.raster.overrides import NO_OVERRIDES, Overrides
from satseg_core.raster.polygon_file import Polygons, read_polygons
from satseg_core.raster.polygon_layer import PolygonLayer
from satseg_core.raster.projecting import Way
from satseg_core.raster.whereabouts import whereabouts
from satseg_core.raster.zone_names import listing, zone_names

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Zone:
    """What the classes cover inside of one polygon.

    Attributes:
        name: of the zone: what its field says, or its number in the layer from 1 on.
        geometry: valid, in its own CRS.
        crs: that, in any form that PROJ reads, or None.
        pixels: px of each class of the legend, in its order; fractions of px at the zone's border.
        area_m2: the same on the ground, m²; None where the raster's place there is not known.
    """

    name: str
    geometry: shapely.Geometry
    crs: str | None
    pixels: tuple[float, ...]
    area_m2: tuple[float, ...] | None

    def rows(self, legend: Legend) -> list[dict[str, Any]]:
        """A row a class: zone, code, name, pixels, area_m2, percent of the zone's px with data."""
        sizes = self.area_m2 or self.pixels
        total = sum(sizes)
        return [
            {
                "zone": self.name,
                "code": c.code,
                "name": c.name,
                "pixels": pixels,
                "area_m2": self.area_m2[place] if self.area_m2 else None,
                "percent": 100 * sizes[place] / total if total else 0.0,
            }
            for place, (c, pixels) in enumerate(zip(legend, self.pixels))
        ]


def zone_areas(
    labels: Path,
    zones: str | Path | PolygonLayer,
    legend: Legend,
    reporter: Reporter,
    field: str | None = None,
    told: Overrides = NO_OVERRIDES,
) -> list[Zone]:
    """Measure a classified raster inside of polygons, which may overlap; each counts by itself.

    Args:
        labels: the classified raster.
        zones: vector file with polygons, here or elsewhere, in any CRS; or a layer of one.
        legend: classes of the raster.
        reporter: told of the progress in a stage called ``areas``.
        field: of the zones, with their names; None to number them.
        told: what goes before what the raster's file says.

    Returns:
        One entry a polygon, in the layer's order.

    Raises:
        RasterError: it is no raster of class codes.
        UsageError: the zones cannot be read, or have no such field.
        CancelledError: the user cancelled.
    """
    with open_classified(labels, told) as dataset:
        polygons = read_polygons(zones, dataset.crs, "zones", with_fields=field is not None)
        way = Way(polygons.crs, dataset.crs, dataset.transform, str(zones), "zones")
        for sentence in (*polygons.warnings, *way.doubts(dataset.shape)):
            reporter.warning(sentence)
        field = _named(polygons, field, zones)
        if field in polygons.guessed:
            reporter.warning(
                f"{zones} does not say how its texts are encoded, and those of {field} were read as Windows-1252: if"
                " letters are wrong, write the encoding, such as cp1251, into a file beside it with the ending .cpg."
            )
        names, nameless = zone_names(polygons, field)
        if nameless:
            reporter.warning(nameless)
        ground = equal_area(dataset)
        bounds = shapely.total_bounds(polygons.shapes)
        board = Board(way, dataset.shape, bounds)
        found: list[Zone] = []
        total, beside = np.zeros(highest_code(dataset) + 2), []
        with reporter.stage(STAGE, len(polygons.shapes)) as stage:
            for name, shape, drawing in zip(names, polygons.shapes, board.each(polygons.shapes)):
                pixels, areas = _measure(dataset, ground, drawing, reporter)
                total += pixels
                if not pixels.any():
                    beside.append(name)
                pixels, areas = of_codes(pixels, legend.codes), of_codes(areas, legend.codes)
                known = ground is not None and bool(np.isfinite(areas).all())
                found.append(
                    Zone(
                        name,
                        shape,
                        polygons.crs,
                        tuple(pixels.tolist()),
                        tuple(areas.tolist()) if known else None,
                    )
                )
                stage.advance()
        codes = np.flatnonzero(total[:-1]).tolist()
        tell_doubts(dataset, codes, legend, reporter)
        where = whereabouts(way, dataset.shape, bounds) if len(beside) == len(found) else ""
    _warn(labels, unnamed(codes, legend), beside, where, found, reporter)
    return found


def _named(polygons: Polygons, field: str | None, zones: str | Path | PolygonLayer) -> str | None:
    """The field that is asked for: the one of that name, or else the only one that differs from it in case alone."""
    if field is None or field in polygons.fields:
        return field
    alike = [name for name in polygons.fields if name.lower() == field.lower()]
    if len(alike) == 1:
        return alike[0]
    raise UsageError(f"{zones} has no field {field}; it has {', '.join(polygons.fields) or 'none'}.")


def _warn(labels: Path, strange: str, beside: list[str], where: str, zones: list[Zone], reporter: Reporter) -> None:
    """Say what the tables of all zones leave out, once."""
    if strange:
        reporter.warning(f"{labels} has codes that its legend does not name ({strange}); they are left out.")
    if beside:
        count = f"{len(beside)} of {len(zones)} zones"
        reporter.warning(f"{count} lie beside {labels}, with no areas: {listing(beside)}.{where}")
    unknown = [zone.name for zone in zones if zone.area_m2 is None]
    if len(unknown) == len(zones):
        reporter.warning(f"{labels} has no known place on the ground, so areas are counted in pixels.")
    elif unknown:
        reporter.warning(f"Parts of {labels} lie off the ground, so some areas are not known: {listing(unknown)}.")


def _measure(
    dataset: DatasetReader, ground: EqualArea | None, drawing: Drawing, reporter: Reporter
) -> tuple[Floats, Floats]:
    """Px and m² of each code from 0 on inside of a polygon, those of nodata at last."""
    nodata = highest_code(dataset) + 1
    pixels, areas = np.zeros(nodata + 1), np.zeros(nodata + 1)
    for block in drawing.windows(BLOCK):
        reporter.check()
        share = drawing.shares(block)
        if not share.any():
            continue
        window = Window(block.cols.start, block.rows.start, block.cols.size, block.rows.size)
        codes = read_codes(dataset, window).ravel()
        pixels += np.bincount(codes, share.ravel(), nodata + 1)
        if ground:
            each = ground.pixels(window.row_off, window.col_off, window.height, window.width)
            weights = np.where(share > 0, share * each, 0)
            areas += np.bincount(codes, weights.ravel(), nodata + 1)
    return pixels, areas
