"""True areas on the ellipsoid: an equal-area plane for the CRS of a raster, whatever that is."""

from __future__ import annotations

import math
from typing import Callable

import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine
from pyproj import CRS, Transformer
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import LambertAzimuthalEqualAreaConversion, LambertCylindricalEqualAreaConversion
from pyproj.exceptions import ProjError
from rasterio.io import DatasetReader

from satseg_core.raster.ground import flat_crs, is_placed, linear_unit, metres_per_pixel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Plane = Callable[[Floats, Floats], "tuple[Floats, Floats]"]
"""From a raster's CRS to an equal-area plane, m; NaN for what is not on the ground."""

NODE_STEP = 64
"""Px between the nodes that the area of a pixel is computed at; between them it is interpolated."""

NODE_SPAN = 5000.0
"""Most metres between nodes: keeps the interpolation within 1e-6 of the true area in the usual projections."""

EXACT_STEP = 8
"""Where nodes would lie closer than this many px, every pixel is computed by itself."""

_PATCH = 8.0
"""Half the side of the square around a node that its pixel area is taken from, px (keeps rounding below 1e-9)."""


class EqualArea:
    """Areas on the ground for the pixels of one raster and for polygons drawn on it.

    Args:
        transform: pixel to CRS coordinates.
        plane: CRS coordinates to an equal-area plane.
        straight: the raster's rows and columns are straight in the plane (parallels and meridians are), so
            that corners alone give exact areas and all pixels of a row have the same.
        size: width and height of the raster, px.
    """

    def __init__(self, transform: Affine, plane: Plane, straight: bool, size: tuple[int, int]) -> None:
        self._transform = transform
        self._plane = plane
        self._straight = straight
        self._step = 0 if straight else self._choose_step(size)

    def pixels(self, row: int, column: int, height: int, width: int) -> Floats:
        """Area of every pixel of a window that begins at ``row`` and ``column``, all in px.

        Returns:
            ``(height, width) float64`` m², or ``(height, 1)`` where all columns are alike;
            NaN where the pixel is not on the ground.
        """
        if self._straight:
            return self._exact(row, 0, height, 1)
        if self._step >= EXACT_STEP:
            areas = self._interpolated(row, column, height, width)
            if np.isfinite(areas).all():
                return areas
        return self._exact(row, column, height, width)

    def before(self, row: int, column: int, height: int, width: int) -> Callable[[Ints, Ints], Floats]:
        """The area of the pixels that lie before others in their rows of a window, for sums over long stretches.

        Args:
            row: of the window's first px.
            column: the same.
            height: of the window, px.
            width: the same.

        Returns:
            A function of ``(n,)`` rows and ``(n,)`` columns, 0 to ``width``, both counted from the window's first px,
            that gives ``(n,)`` m²; NaN where one of the pixels before is not on the ground.
        """
        if self._straight:
            each = self._exact(row, 0, height, 1)[:, 0]
            return lambda rows, columns: each[rows] * columns
        if self._step >= EXACT_STEP:
            interpolated = self._interpolated_before(row, column, height, width)
            if interpolated is not None:
                return interpolated
        sums = np.zeros((height, width + 1))
        np.cumsum(self.pixels(row, column, height, width), axis=1, out=sums[:, 1:])
        return lambda rows, columns: sums[rows, columns]

    def polygons(self, geometries: npt.NDArray[np.object_]) -> Floats:
        """Area of ``(n,)`` shapely polygons in the raster's CRS.

        Returns:
            ``(n,) float64`` m²; NaN where a vertex is not on the ground.
        """
        if not self._straight:
            geometries = shapely.segmentize(geometries, NODE_STEP * math.sqrt(abs(self._transform.determinant)))
        coordinates = shapely.get_coordinates(geometries)
        flat = np.column_stack(self._plane(coordinates[:, 0], coordinates[:, 1]))
        return np.asarray(shapely.area(shapely.set_coordinates(geometries.copy(), flat)), np.float64)

    def _choose_step(self, size: tuple[int, int]) -> int:
        width, height = size
        area = float(self._density(np.array([height / 2]), np.array([width / 2]))[0, 0])
        return min(NODE_STEP, int(NODE_SPAN / math.sqrt(area))) if area > 0 else 0

    def _corners(self, rows: Floats, columns: Floats) -> tuple[Floats, Floats]:
        """Place of a lattice of ``(m,)`` rows and ``(n,)`` columns, px, in the plane: twice ``(m, n)`` m."""
        row, column = np.meshgrid(rows, columns, indexing="ij")
        return self._plane(*_place(self._transform, column, row))

    def _exact(self, row: int, column: int, height: int, width: int) -> Floats:
        x, y = self._corners(np.arange(row, row + height + 1.0), np.arange(column, column + width + 1.0))
        return _quads(x, y, step=1)

    def _density(self, rows: Floats, columns: Floats) -> Floats:
        """Area of a pixel around each node of a lattice of ``(m,)`` rows and ``(n,)`` columns, px: ``(m, n)`` m²."""
        sides = np.array([-_PATCH, _PATCH])
        x, y = self._corners((rows[:, None] + sides).ravel(), (columns[:, None] + sides).ravel())
        return _quads(x, y, step=2) / (2 * _PATCH) ** 2

    def _interpolated(self, row: int, column: int, height: int, width: int) -> Floats:
        rows, row_weights = _nodes(height, self._step)
        columns, column_weights = _nodes(width, self._step)
        areas: Floats = row_weights @ self._density(row + rows, column + columns) @ column_weights.T
        return areas

    def _interpolated_before(
        self, row: int, column: int, height: int, width: int
    ) -> Callable[[Ints, Ints], Floats] | None:
        """As `before`; None where a node is not on the ground."""
        rows, row_weights = _nodes(height, self._step)
        columns, column_weights = _nodes(width, self._step)
        density = self._density(row + rows, column + columns)
        if not np.isfinite(density).all():
            return None
        sums = np.zeros((len(rows), width + 1))
        np.cumsum(density @ column_weights.T, axis=1, out=sums[:, 1:])
        # Every row of px lies between two rows of nodes.
        upper = np.minimum(np.argmax(row_weights > 0, axis=1), len(rows) - 2)
        share = row_weights[np.arange(height), upper]

        def area(at: Ints, end: Ints) -> Floats:
            above, weight = upper[at], share[at]
            found: Floats = sums[above, end] * weight + sums[above + 1, end] * (1.0 - weight)
            return found

        return area


def _place(transform: Affine, column: Floats, row: Floats) -> tuple[Floats, Floats]:
    """CRS coordinates of places given in px."""
    x = transform.a * column + transform.b * row + transform.c
    y = transform.d * column + transform.e * row + transform.f
    return x, y


def _quads(x: Floats, y: Floats, step: int) -> Floats:
    """Areas of quadrilaterals whose first corners lie ``step`` apart in lattices of corners (shoelace formula)."""
    begin, end = slice(None, -1, step), slice(1, None, step)
    falling = (x[end, end] - x[begin, begin]) * (y[end, begin] - y[begin, end])
    rising = (x[end, begin] - x[begin, end]) * (y[end, end] - y[begin, begin])
    areas: Floats = np.abs(falling - rising) / 2
    return areas


def _nodes(length: int, step: int) -> tuple[Floats, Floats]:
    """Nodes about ``step`` px apart on a stretch: ``(n,)`` px, and their weights at its pixels: ``(length, n)``."""
    count = max(1, round(length / step)) + 1
    nodes = np.linspace(0.0, length, count)
    position = (np.arange(length) + 0.5) / length * (count - 1)
    weights = np.clip(1.0 - np.abs(position[:, None] - np.arange(count)), 0.0, None)
    return nodes, weights


def equal_area(dataset: DatasetReader) -> EqualArea | None:
    """The areas of a raster's pixels; None where it has no CRS or no place in it, or one without ellipsoid and unit."""
    transform, size = dataset.transform, (dataset.width, dataset.height)
    if dataset.crs is None or not is_placed(transform):
        return None
    try:
        crs = flat_crs(CRS.from_user_input(dataset.crs).to_2d())
        base = crs.geodetic_crs
        if base is None:
            return _local(crs, transform, size)
        if crs == base:
            if metres_per_pixel(crs.to_wkt(), transform, *size) is None:
                return None
            return EqualArea(transform, _cylindrical(crs), transform.b == transform.d == 0, size)
        plane = _azimuthal(crs, base, transform, size)
    except ProjError:
        return None
    return EqualArea(transform, plane, False, size) if plane else None


def _local(crs: CRS, transform: Affine, size: tuple[int, int]) -> EqualArea | None:
    """Areas in a local (engineering) CRS, which is a plane already; None if its unit is not one of length."""
    unit = linear_unit(crs)
    if unit is None:
        return None
    metres = unit.metres
    return EqualArea(transform, lambda x, y: (x * metres, y * metres), True, size)


def _cylindrical(crs: CRS) -> Plane:
    """Lambert's cylindrical projection: parallels and meridians become straight lines.

    Longitudes go on beyond 180 degrees and latitudes end at the poles, as grids of the whole globe need it.
    """
    forward = Transformer.from_crs(
        crs, ProjectedCRS(LambertCylindricalEqualAreaConversion(), geodetic_crs=crs), always_xy=True
    )
    unit_east = forward.transform(1.0, 0.0)[0]
    pole = math.pi / 2 / crs.axis_info[0].unit_conversion_factor

    def plane(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
        _, north = forward.transform(np.zeros_like(latitude), np.clip(latitude, -pole, pole))
        return longitude * unit_east, north

    return plane


def _azimuthal(crs: CRS, base: CRS, transform: Affine, size: tuple[int, int]) -> Plane | None:
    """Lambert's azimuthal projection around the raster's middle, on the ellipsoid of its CRS (``base``)."""
    middle = _middle(Transformer.from_crs(crs, base, always_xy=True), transform, size)
    if middle is None:
        return None
    degrees = math.degrees(base.axis_info[0].unit_conversion_factor)
    conversion = LambertAzimuthalEqualAreaConversion(middle[1] * degrees, middle[0] * degrees)
    forward = Transformer.from_crs(crs, ProjectedCRS(conversion, geodetic_crs=base), always_xy=True)

    def plane(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        east, north = forward.transform(x, y)
        outside = ~(np.isfinite(east) & np.isfinite(north))
        return np.where(outside, np.nan, east), np.where(outside, np.nan, north)

    return plane


def _middle(to_lonlat: Transformer, transform: Affine, size: tuple[int, int]) -> tuple[float, float] | None:
    """Longitude and latitude of the point on the ground nearest to the raster's middle; None where there is none."""
    fractions = np.linspace(0.0, 1.0, 17)
    columns, rows = (grid.ravel() for grid in np.meshgrid(fractions, fractions))
    nearest_first = np.argsort((columns - 0.5) ** 2 + (rows - 0.5) ** 2, kind="stable")
    longitude, latitude = to_lonlat.transform(*_place(transform, columns * size[0], rows * size[1]))
    for i in nearest_first:
        if math.isfinite(longitude[i]) and math.isfinite(latitude[i]):
            return float(longitude[i]), float(latitude[i])
    return None
