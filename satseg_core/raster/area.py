"""How much of a map each class covers, in true square metres."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasterio.io import DatasetReader

from satseg_core.events import Reporter
from satseg_core.legend import Legend
from satseg_core.raster.equal_area import EqualArea, Ints, equal_area
from satseg_core.raster.labels import (
    Codes,
    code_blocks,
    count_blocks,
    highest_code,
    of_codes,
    open_classified,
    tell_doubts,
    unnamed,
)
from satseg_core.raster.overrides import NO_OVERRIDES, Overrides

STAGE = "areas"
"""Name of the stage that is reported while areas are counted."""


@dataclass(frozen=True)
class ClassArea:
    """What one class covers.

    Attributes:
        code: class code.
        name: class name.
        pixels: number of pixels.
        area_m2: m² on the ellipsoid; None where the raster's place on the ground is not known.
        percent: share of all pixels with data, by area where that is known, else by count; 0 to 100.
    """

    code: int
    name: str
    pixels: int
    area_m2: float | None
    percent: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values for results and run records."""
        return asdict(self)


def class_areas(
    labels: Path,
    legend: Legend,
    reporter: Reporter,
    told: Overrides = NO_OVERRIDES,
    in_pixels_told: bool = False,
) -> list[ClassArea]:
    """Count a classified raster, a block at a time.

    Args:
        labels: the classified raster.
        legend: its classes.
        reporter: told of the progress in a stage called ``areas``, and of what cannot be measured.
        told: what goes before what the raster's file says.
        in_pixels_told: the user knows already if the raster has no place on the ground.

    Returns:
        One entry a class, in the legend's order; classes that do not occur have zero pixels.

    Raises:
        RasterError: it is no raster of class codes.
        CancelledError: the user cancelled.
    """
    with open_classified(labels, told) as dataset:
        ground = equal_area(dataset)
        pixels, square_metres = _count(dataset, ground, reporter)
        found = np.flatnonzero(pixels[:-1]).tolist()
        tell_doubts(dataset, found, legend, reporter)
    if ground is None and not in_pixels_told:
        reporter.warning(f"{labels} has no known place on the ground, so areas are counted in pixels.")
    _warn(labels, unnamed(found, legend), square_metres, ground, reporter)
    pixels, square_metres = of_codes(pixels, legend.codes), of_codes(square_metres, legend.codes)
    known = ground is not None and bool(np.isfinite(square_metres).all())
    shares = (square_metres if known else pixels).tolist()
    total = float(sum(shares))
    return [
        ClassArea(
            code=c.code,
            name=c.name,
            pixels=int(pixels[place]),
            area_m2=_known(square_metres[place]) if ground else None,
            percent=100.0 * float(shares[place]) / total if total else 0.0,
        )
        for place, c in enumerate(legend)
    ]


_Sums = npt.NDArray[Any]


def _count(dataset: DatasetReader, ground: EqualArea | None, reporter: Reporter) -> tuple[_Sums, _Sums]:
    """Pixels and m² of each code from 0 on, that of nodata at last."""
    nodata = highest_code(dataset) + 1
    pixels, square_metres = np.zeros(nodata + 1, np.int64), np.zeros(nodata + 1)
    with reporter.stage(STAGE, count_blocks(dataset)) as stage:
        for window, codes in code_blocks(dataset):
            rows, starts, ends, found = _runs(codes)
            pixels += np.bincount(found, weights=ends - starts, minlength=nodata + 1).astype(np.int64)
            if ground and (found != nodata).any():
                before = ground.before(window.row_off, window.col_off, window.height, window.width)
                areas = before(rows, ends) - before(rows, starts)
                if np.isfinite(areas).all():
                    square_metres += np.bincount(found, weights=areas, minlength=nodata + 1)
                else:
                    areas = ground.pixels(window.row_off, window.col_off, window.height, window.width)
                    square_metres += _sum_areas(codes, areas, nodata)
            stage.advance()
    square_metres[nodata] = 0.0
    return pixels, square_metres


_Runs = tuple[Ints, Ints, Ints, Codes]


def _runs(codes: Codes) -> _Runs:
    """Stretches of equal codes within rows: their rows, first columns, columns after the last, and codes."""
    height, width = codes.shape
    first = np.ones(codes.shape, bool)
    np.not_equal(codes[:, 1:], codes[:, :-1], out=first[:, 1:])
    places = np.flatnonzero(first)
    rows, starts = np.divmod(places, width)
    ends = np.append(places[1:], height * width) - rows * width
    return rows, starts, ends, codes.ravel()[places]


def _sum_areas(codes: Codes, areas: npt.NDArray[np.float64], nodata: int) -> _Sums:
    """M² of each code in a block; NaN for a code that has a pixel off the ground."""
    weights = np.broadcast_to(areas, codes.shape).ravel()
    return np.bincount(codes.ravel(), weights=weights, minlength=nodata + 1)


def _known(area: float) -> float | None:
    return float(area) if math.isfinite(area) else None


def _warn(labels: Path, strange: str, areas: _Sums, ground: EqualArea | None, reporter: Reporter) -> None:
    """Say what the table leaves out."""
    if ground is not None and not np.isfinite(areas).all():
        reporter.warning(f"Parts of {labels} lie off the ground (beyond its projection), so some areas are not known.")
    if strange:
        reporter.warning(f"{labels} has codes that its legend does not name ({strange}); they are left out.")
