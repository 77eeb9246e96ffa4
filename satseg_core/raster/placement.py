"""Where a raster lies and how large its pixels are, by its georeference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from affine import Affine
from pyproj import CRS
from rasterio.io import DatasetReader

from satseg_core.raster.ground import (
    LinearUnit,
    Metres,
    flat_crs,
    is_placed,
    linear_unit,
    metres_per_pixel,
    plane_size,
)


@dataclass(frozen=True)
class Placement:
    """What a raster's georeference says of the size of its pixels.

    Attributes:
        metres: of a pixel on the ground, along a row and a column; ``(1, 1)`` where pixels are the unit.
        in_pixels: the raster does not say where it lies; sizes are counted in pixels.
        warning: one sentence where the size is assumed rather than known.
        measured: on the ground; otherwise the metres are those of a unit, known or assumed.
    """

    metres: Metres
    in_pixels: bool = False
    warning: str | None = None
    measured: bool = True

    @property
    def kind(self) -> str:
        """What the sizes are of, for run records: ``ground``, ``plane`` (a unit, known or assumed), ``pixels``."""
        return "pixels" if self.in_pixels else "ground" if self.measured else "plane"


def place(dataset: DatasetReader, crs: Any) -> Placement:
    """Work out the size of a raster's pixels, with a warning where it has to be assumed.

    Args:
        dataset: the open raster.
        crs: rasterio's, that counts for it; None without one.
    """
    transform = dataset.transform
    if crs is None:
        return _without_crs(transform)
    if not is_placed(transform):
        return _in_pixels("a CRS, and does not say where it lies in it")
    projection = CRS.from_wkt(crs.to_wkt())
    unit = linear_unit(projection)
    metres = metres_per_pixel(crs.to_wkt(), transform, dataset.width, dataset.height)
    if metres is None:
        return _off_the_ground(transform, unit, flat_crs(projection).is_engineering)
    if unit is not None and flat_crs(projection).is_engineering:
        used = f"sizes and areas are those of its unit, the {unit.name} ({unit.metres:.9g} m)"
        sentence = f"The raster has a local CRS, which is not tied to the ground: {used}."
        return Placement(metres, warning=sentence, measured=False)
    return Placement(metres, warning=_suspicion(transform, dataset.height))


def _in_pixels(what: str) -> Placement:
    taken = "pixels are taken to be of the model's own size"
    return Placement(
        (1.0, 1.0),
        in_pixels=True,
        measured=False,
        warning=f"The raster has {what}: {taken}, and areas are counted in pixels.",
    )


def _without_crs(transform: Affine) -> Placement:
    if not is_placed(transform):
        return _in_pixels("no CRS")
    sentence = "The raster has no CRS: its units are taken to be metres, and areas are counted in pixels."
    return Placement(plane_size(transform, 1.0), warning=sentence, measured=False)


def _off_the_ground(transform: Affine, unit: LinearUnit | None, local: bool) -> Placement:
    """For a CRS that has no ground where the raster lies, or whose unit says nothing of sizes."""
    if local:
        return _in_pixels("a local CRS without a unit of length")
    name, metres = unit or ("metre", 1.0)
    taken = "its units are taken to be metres" if metres == 1.0 else f"its unit ({name}) is taken for sizes"
    sentence = f"The raster has a CRS that cannot be placed on the ground: {taken}, and areas are counted in pixels."
    return Placement(plane_size(transform, metres), warning=sentence, measured=False)


def _suspicion(transform: Affine, height: int) -> str | None:
    """A sentence for the place that software writes for images that have none."""
    if tuple(transform)[:6] not in ((1, 0, 0, 0, -1, 0), (1, 0, 0, 0, -1, height)):
        return None
    return "The raster lies at 0, 0 of its CRS with pixels of one unit, as images without a place do; check it."
