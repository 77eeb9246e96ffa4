"""From the pixels of a raster to the CRS of polygons, and back."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.enums import TransformDirection
from pyproj.exceptions import ProjError

from satseg_core.errors import RasterError, UsageError
from satseg_core.raster.datum_shift import Layer, shift_doubt
from satseg_core.raster.ground import is_placed, metres_per_pixel, same_plane

Floats = NDArray[np.float64]

_LONGITUDES, _LATITUDES = np.arange(-173.0, 180.0, 45.0), (0.0, 40.0)
"""Degrees at which a CRS is asked whether its x goes round the globe with the longitude, and comes back."""


class Way:
    """From px of a raster to the CRS of polygons, and back.

    Args:
        crs: the polygons', in any form that PROJ reads, or None.
        raster_crs: rasterio's, or None.
        transform: px to the raster's CRS.
        path: of the polygons' file, for messages.
        what: the user calls them: ``mask``, ``zones``.

    Attributes:
        same: both have the same CRS, or none.
        transform: px to the raster's CRS.
        turn: once round the globe along x in the polygons' CRS, where x goes on and on; None elsewhere.

    Raises:
        UsageError: one of the two has a CRS and the other has none, or the raster does not say where it lies in it.
        RasterError: there is no way from one CRS to the other.
    """

    def __init__(self, crs: str | None, raster_crs: Any, transform: Affine, path: str | Path, what: str) -> None:
        check_crs(crs, raster_crs, path, what)
        self.transform, self._inverse = transform, ~transform
        self.same, self.turn, self._turn_here = True, None, None
        self._transformer: Transformer | None = None
        self._ends: tuple[Layer, CRS] | None = None
        if crs is None or raster_crs is None:
            return
        if not is_placed(transform):
            raise UsageError(
                f"The raster does not say where it lies in its CRS, so the {what} file {path} cannot be laid over it;"
                " georeference it first."
            )
        try:
            theirs, ours = _flat(CRS.from_user_input(crs)), _flat(CRS.from_wkt(raster_crs.to_wkt()))
            self.same = same_plane(theirs, ours) or theirs.equals(ours, ignore_axis_order=True)
            self.turn, self._turn_here = _turn(theirs), _turn(ours)
            if not self.same:
                self._transformer = Transformer.from_crs(theirs, ours, always_xy=True)
                self._ends = Layer(str(path), what, theirs), ours
        except ProjError as error:
            raise RasterError(
                f"The CRS of {path} cannot be transformed to the raster's; reproject the file first."
            ) from error

    def doubts(self, shape: tuple[int, int]) -> tuple[str, ...]:
        """A sentence if the polygons may be off by more than a px, for the best way to the raster is missing.

        Args:
            shape: height and width of the raster.
        """
        if self._transformer is None or self._ends is None:
            return ()
        layer, crs = self._ends
        height, width = shape
        pixel = metres_per_pixel(crs.to_wkt(), self.transform, width, height)
        middle = np.array([[width / 2, height / 2]])
        if pixel is None or not np.isfinite(self.there(middle)).all():
            return ()
        x, y = _moved(self.transform, middle)[0].tolist()
        doubt = shift_doubt(layer, crs, self._transformer, (x, y), min(pixel))
        return (doubt,) if doubt else ()

    def there(self, pixels: Floats) -> Floats:
        """Places in the polygons' CRS, ``(n, 2)``, of px ``(n, 2)``; NaN for what it has no place for."""
        placed = _moved(self.transform, pixels)
        if self._transformer is None:
            return placed
        return self._send(placed, TransformDirection.INVERSE)

    def back(self, places: Floats, near: Floats) -> Floats:
        """Px, ``(n, 2)``, of places in the polygons' CRS ``(n, 2)``; NaN for what the raster's CRS has no place for.

        Args:
            places: to bring to the raster.
            near: px, ``(n, 2)`` or ``(2,)``: where x goes round the globe, the px nearest to it are meant.
        """
        if self._transformer is None:
            return _moved(self._inverse, places)
        moved = self._send(places, TransformDirection.FORWARD)
        if self._turn_here is not None:
            middle = _moved(self.transform, np.atleast_2d(near))[:, 0]
            moved[:, 0] -= self._turn_here * np.rint((moved[:, 0] - middle) / self._turn_here)
        return _moved(self._inverse, moved)

    def _send(self, places: Floats, direction: TransformDirection) -> Floats:
        if self._transformer is None:
            raise ValueError("there is nothing to transform")
        found = np.column_stack(self._transformer.transform(places[:, 0], places[:, 1], direction=direction))
        found[~np.isfinite(found).all(axis=1)] = np.nan
        return found


def check_crs(crs: str | None, raster_crs: Any, path: str | Path, what: str) -> None:
    """Refuse to lay polygons over a raster where one of the two has a CRS and the other has none.

    Raises:
        UsageError: so it is.
    """
    if (raster_crs is None) != (crs is None):
        which, option = ("raster", "--crs") if raster_crs is None else (f"{what} file {path}", f"--{what}-crs")
        raise UsageError(
            f"The {which} has no CRS, so the two cannot be laid over each other; assign one, or name it with {option}."
        )


def _moved(by: Affine, points: Floats) -> Floats:
    """Points ``(n, 2)`` through an affine transform."""
    x, y = points[:, 0], points[:, 1]
    return np.column_stack([by.a * x + by.b * y + by.c, by.d * x + by.e * y + by.f])


def _flat(crs: CRS) -> CRS:
    """The two horizontal axes of a CRS."""
    crs = crs.sub_crs_list[0] if crs.is_compound else crs
    return crs.to_2d()


def _turn(crs: CRS) -> float | None:
    """How far x is once round the globe, in the units of a CRS; None where x does not go on with the longitude."""
    if crs.is_geographic:
        return 2 * math.pi / float(crs.axis_info[0].unit_conversion_factor)
    base = crs.geodetic_crs
    if base is None:
        return None
    degree = math.radians(1.0) / float(base.axis_info[0].unit_conversion_factor)
    try:
        to_plane = Transformer.from_crs(base, crs, always_xy=True)
    except ProjError:
        return None
    steps = []
    for latitude in _LATITUDES:
        x, _ = to_plane.transform(_LONGITUDES * degree, np.full(len(_LONGITUDES), latitude * degree))
        if not np.isfinite(x).all():
            return None
        steps.append(np.diff(np.append(x, x[0])))
    return _common_step(np.array(steps))


def _common_step(steps: Floats) -> float | None:
    """Once round, from the steps of x along two parallels: all alike but the one where the plane is cut."""
    step = float(np.median(steps))
    unlike = ~np.isclose(steps, step, rtol=1e-6, atol=0)
    return abs(step) * len(_LONGITUDES) if step and (unlike.sum(axis=1) == 1).all() else None
