"""How much of each class lies in each polygon of a layer, exact to the fraction of a pixel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import geometry_mask
from rasterio.io import DatasetReader
from rasterio.transform import Affine
from rasterio.windows import Window

from satseg_core.errors import UsageError
from satseg_core.events import Reporter
from satseg_core.legend import Legend
from satseg_core.raster.area import STAGE
from satseg_core.raster.equal_area import EqualArea, equal_area
from satseg_core.raster.labels import BLOCK, highest_code, of_codes, open_classified, read_codes
from satseg_core.raster.polygon_file import read_polygons

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Zone:
    """What the classes cover inside of one polygon.

    Attributes:
        name: of the zone: its field, or its number in the layer from 1 on.
        geometry: in the raster's CRS.
        pixels: px of each class of the legend, in its order; fractions of px at the zone's border.
        area_m2: the same on the ground, m²; None where the raster's place there is not known.
    """

    name: str
    geometry: shapely.Geometry
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
    labels: Path, zones: str | Path, legend: Legend, reporter: Reporter, field: str | None = None
) -> list[Zone]:
    """Measure a classified raster inside of polygons, which may overlap; each counts by itself.

    Args:
        labels: the classified raster.
        zones: vector file with polygons, here or elsewhere, in any CRS.
        legend: classes of the raster.
        reporter: told of the progress in a stage called ``areas``.
        field: of the zones, with their names; None to number them.

    Returns:
        One entry a polygon, in the layer's order.

    Raises:
        RasterError: it is no raster of class codes.
        UsageError: the zones cannot be read, or have no such field.
        CancelledError: the user cancelled.
    """
    with open_classified(labels) as dataset:
        polygons = read_polygons(zones, dataset.crs, "zones", with_fields=True)
        if field is not None and field not in polygons.fields:
            listing = ", ".join(polygons.fields) or "none"
            raise UsageError(f"{zones} has no field {field}; it has {listing}.")
        names = polygons.fields[field] if field else range(1, len(polygons.shapes) + 1)
        ground = equal_area(dataset)
        found = []
        with reporter.stage(STAGE, len(polygons.shapes)) as stage:
            for name, shape in zip(names, polygons.shapes):
                pixels, areas = _measure(dataset, ground, shape, reporter)
                pixels, areas = of_codes(pixels, legend.codes), of_codes(areas, legend.codes)
                known = ground is not None and bool(np.isfinite(areas).all())
                found.append(
                    Zone(
                        str(name),
                        shape,
                        tuple(pixels.tolist()),
                        tuple(areas.tolist()) if known else None,
                    )
                )
                stage.advance()
    return found


def _measure(
    dataset: DatasetReader, ground: EqualArea | None, shape: shapely.Geometry, reporter: Reporter
) -> tuple[Floats, Floats]:
    """Px and m² of each code from 0 on inside of a polygon, those of nodata at last."""
    nodata = highest_code(dataset) + 1
    pixels, areas = np.zeros(nodata + 1), np.zeros(nodata + 1)
    inverse = ~dataset.transform
    drawn = shapely.transform(shape, lambda at: np.column_stack(inverse * (at[:, 0], at[:, 1])))
    shapely.prepare(drawn)
    for window in _windows(drawn, dataset.height, dataset.width):
        reporter.check()
        share = coverage(drawn, window)
        if not share.any():
            continue
        codes = read_codes(dataset, window).ravel()
        pixels += np.bincount(codes, share.ravel(), nodata + 1)
        if ground:
            each = ground.pixels(window.row_off, window.col_off, window.height, window.width)
            weights = np.where(share > 0, share * each, 0)
            areas += np.bincount(codes, weights.ravel(), nodata + 1)
    return pixels, areas


def _windows(drawn: shapely.Geometry, height: int, width: int) -> Iterator[Window]:
    """Blocks that cover a polygon's bounds, px."""
    left, top, right, bottom = drawn.bounds
    first_row, last_row = max(int(np.floor(top)), 0), min(int(np.ceil(bottom)), height)
    first_col, last_col = max(int(np.floor(left)), 0), min(int(np.ceil(right)), width)
    for row in range(first_row, last_row, BLOCK):
        for col in range(first_col, last_col, BLOCK):
            yield Window(col, row, min(BLOCK, last_col - col), min(BLOCK, last_row - row))


def coverage(drawn: shapely.Geometry, window: Window) -> Floats:
    """The share of each px of a window that lies inside of a polygon.

    Args:
        drawn: the polygon, in px of the raster.
        window: of the raster, px.

    Returns:
        ``(h, w) float64``, 0 to 1.
    """
    left, top, height, width = window.col_off, window.row_off, window.height, window.width
    # Cut to the window, so that its px do not have to do with all of a large polygon.
    part = shapely.clip_by_rect(drawn, left, top, left + width, top + height)
    share = np.zeros((height, width))
    if part.is_empty:
        return share
    place = Affine.translation(left, top)
    share += geometry_mask([part], (height, width), place, invert=True)
    rows, cols = np.nonzero(_near_line(shapely.boundary(part), (height, width), place))
    boxes = shapely.box(cols + left, rows + top, cols + left + 1, rows + top + 1)
    share[rows, cols] = shapely.area(shapely.intersection(boxes, part))
    return share


def _near_line(line: shapely.Geometry, shape: tuple[int, int], place: Affine) -> npt.NDArray[np.bool_]:
    """Px that a line may pass, and those around: GDAL leaves some out that a line only just touches."""
    touched = geometry_mask([line], shape, place, all_touched=True, invert=True)
    padded = np.pad(touched, 1)
    rows = padded[:-2] | padded[1:-1] | padded[2:]
    near: npt.NDArray[np.bool_] = rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]
    return near
