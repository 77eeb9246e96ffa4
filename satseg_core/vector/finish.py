"""The last step of a polygon: its place on the ground, the direction of its rings, its area and perimeter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine
from rasterio.io import DatasetReader

from satseg_core.raster.equal_area import EqualArea
from satseg_core.raster.ground import is_placed, metres_per_pixel
from satseg_core.raster.labels import Codes
from satseg_core.vector.rings import Rings

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Measures:
    """Sums over the px of regions, ``(k,)`` each.

    Attributes:
        pixels: how many.
        area: on the ground, m², or px where the raster has no place on it; NaN where it is beyond the ground.
        confidence: sum of the confidence of px that have one, percent.
        confident: how many px have one.
    """

    pixels: Floats
    area: Floats
    confidence: Floats
    confident: Floats

    def chosen(self, which: npt.NDArray[np.integer]) -> Measures:
        """Those of some regions."""
        return Measures(self.pixels[which], self.area[which], self.confidence[which], self.confident[which])

    def summed(self, group: npt.NDArray[np.integer], count: int) -> Measures:
        """Those of groups of regions, given the group of each."""
        parts = (self.pixels, self.area, self.confidence, self.confident)
        return Measures(*(np.bincount(group, part, count).astype(np.float64) for part in parts))

    @classmethod
    def joined(cls, parts: Sequence[Measures]) -> Measures:
        """One after the other."""
        names = ("pixels", "area", "confidence", "confident")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True)
class Features:
    """Some rows of the polygon layer, ``(n,)`` each.

    Attributes:
        wkb: polygons in the layer's CRS, as WKB.
        codes: class codes.
        areas: m² (px² where the raster has no place on the ground); NaN becomes NULL.
        perimeters: m (px), holes included; NaN becomes NULL.
        confidence: mean over the px of the region, percent; NaN becomes NULL.
    """

    wkb: npt.NDArray[np.object_]
    codes: Codes
    areas: Floats
    perimeters: Floats
    confidence: Floats

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def joined(cls, parts: Sequence[Features]) -> Features:
        """One after the other."""
        names = ("wkb", "codes", "areas", "perimeters", "confidence")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    @classmethod
    def none(cls) -> Features:
        """No rows."""
        return cls(np.empty(0, object), np.empty(0, np.uint8), np.empty(0), np.empty(0), np.empty(0))


@dataclass(frozen=True)
class Finisher:
    """Makes rows of polygons that are whole.

    Attributes:
        transform: px to CRS coordinates.
        pixel: m that a px measures across and down in the raster's middle, or None where it has no place.
        round_earth: longitudes and latitudes: px are as high everywhere, and less wide towards the poles.
    """

    transform: Affine
    pixel: tuple[float, float] | None
    round_earth: bool

    @classmethod
    def of(cls, dataset: DatasetReader, ground: EqualArea | None) -> Finisher:
        """For the polygons of a raster; rasters without a place lie below the origin, where QGIS shows them."""
        transform = dataset.transform if is_placed(dataset.transform) else Affine.scale(1, -1)
        pixel = None
        if ground and dataset.crs:
            pixel = metres_per_pixel(dataset.crs.to_wkt(), dataset.transform, dataset.width, dataset.height)
        return cls(transform, pixel, bool(dataset.crs and dataset.crs.is_geographic))

    def finish(self, codes: Codes, outlines: Rings, measures: Measures) -> Features:
        """Rows of whole polygons.

        A polygon's area is what its px measure on the ground, in proportion to what simplifying left of them.

        Args:
            codes: ``(k,)``.
            outlines: in px of the raster.
            measures: of the polygons.
        """
        if not len(codes):
            return Features.none()
        with np.errstate(invalid="ignore", divide="ignore"):
            density = measures.area / measures.pixels
            confidence = np.where(measures.confident > 0, measures.confidence / measures.confident, np.nan)
        drawn = outlines.areas()
        exact = np.where(drawn == measures.pixels, measures.area, drawn * density)
        return Features(
            wkb=shapely.to_wkb(self._placed(outlines)),
            codes=codes,
            areas=exact,
            perimeters=outlines.lengths(*self._pixel_sides(density)),
            confidence=confidence,
        )

    def _placed(self, outlines: Rings) -> npt.NDArray[np.object_]:
        t, x, y = self.transform, outlines.points[:, 0], outlines.points[:, 1]
        return outlines.turned(t.a * x + t.b * y + t.c, t.d * x + t.e * y + t.f).to_shapely()

    def _pixel_sides(self, density: Floats) -> tuple[Floats, Floats]:
        """How far a px reaches across and down where each polygon lies, m, from its area there."""
        if self.pixel is None:
            return np.ones_like(density), np.ones_like(density)
        across, down = self.pixel
        if self.round_earth:
            return density / down, np.full_like(density, down)
        scale = np.sqrt(density / (across * down))
        return across * scale, down * scale
