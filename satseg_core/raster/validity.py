"""Which px of a raster have data: the one place that knows all the ways in which that is said.

A px is without data where any of these says so:

1. its value: the user's, else the file's, else the one that Sentinel-2's metadata call so;
2. an alpha band, of any type, where it is 0 or less or NaN;
3. a mask band, inside the file or beside it;
4. a colour table, where the px' colour is fully transparent;
5. what is left out of a virtual raster (VRT) or an index (GTI), as no source covers it, or of a sparse GeoTIFF, as it
   was never written; and nothing is declared;
6. NaN and infinity in any of the bands that are read.

Values (1) and gaps (5) belong to a band: a px is without data where all of the bands that are read are. GDAL itself
goes by one of these alone, and it builds masks of 8 and 16 bit alpha only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import MaskFlags, Resampling
from rasterio.io import DatasetReader
from rasterio.windows import Window

from satseg_core.raster.alpha import alpha_band, coloured_alpha
from satseg_core.raster.averaging import Taps, touched, weighted
from satseg_core.raster.coverage import Coverage, Open, gaps
from satseg_core.raster.nodata import CATALOGUE, Said, equals, nodata_values
from satseg_core.raster.overrides import Overrides

_HARDLY = 1 / 510
"""A px of a result that has data in less than this share of it counts as without, as in GDAL."""

_AT_ONCE = 2**22
"""Values of a raster that are looked at in one go."""


@dataclass(frozen=True)
class Seen:
    """Px as they are in the file.

    Attributes:
        values: ``(B, h, w)``.
        missing: which values are no data, ``(B, h, w) bool``; of one band where all are alike.
        unlike: those, and what GDAL takes for no data besides.
    """

    values: NDArray[Any]
    missing: NDArray[np.bool_]
    unlike: NDArray[np.bool_]

    @property
    def data(self) -> NDArray[np.bool_]:
        """Which px have data, ``(h, w) bool``."""
        data = ~(np.logical_and.reduce(list(self.missing)) if len(self.missing) > 1 else self.missing[0])
        if self.values.dtype.kind == "f":
            data &= np.isfinite(self.values).all(axis=0)
        return np.asarray(data)


@dataclass(frozen=True)
class Validity:
    """What says that px of a raster are without data.

    Attributes:
        bands: that are read, rising.
        dtypes: of the bands.
        values: of px without data, by who says so.
        alpha: the alpha band.
        masked: there is a mask band.
        transparent: indexes of a colour table that show nothing.
        gaps: what is covered, of the bands that are not everywhere.
        gdal_knows: GDAL leaves nothing out of averages but what is without data by values, alpha or mask.
        gdal_agrees: and it leaves all of that out.
    """

    bands: tuple[int, ...]
    dtypes: tuple[str, ...]
    values: Said
    alpha: int | None
    masked: bool
    transparent: frozenset[int]
    gaps: Mapping[int, Coverage]
    gdal_knows: bool
    gdal_agrees: bool
    shape: tuple[int, int] = field(repr=False)

    @classmethod
    def of(
        cls,
        dataset: DatasetReader,
        path: str,
        chosen: Sequence[int],
        palette: Mapping[int, tuple[int, ...]] | None,
        overrides: Overrides,
        opened: Open,
        sparse: bool = True,
    ) -> Validity:
        """Of an open raster.

        Args:
            dataset: the raster.
            path: as the user gave it.
            chosen: bands that are read.
            palette: colour of each value, or None.
            overrides: what goes before what the file says.
            opened: opens rasters that it lists.
            sparse: parts of a file that were never written have no data, unless the user says that all has.

        Raises:
            UsageError: a value that the user gave cannot occur in the raster, or there are too many.
            RasterioError: a virtual raster that it lists cannot be opened.
        """
        bands = tuple(sorted(set(chosen)))
        dtypes = tuple(dataset.dtypes[band - 1] for band in bands)
        ways = {band: _gdals_way(dataset, band) for band in bands}
        values = nodata_values(dataset, path, bands, overrides)
        alpha = alpha_band(dataset, overrides.band_names, bands)
        masked = "mask" in ways.values() or ("value" in ways.values() and _is_unheard(values, dtypes, overrides))
        said = masked or alpha is not None
        heard = overrides.nodata and not (overrides.by_catalogue and CATALOGUE not in values)
        unsaid = [band for band in bands if heard or dataset.nodatavals[band - 1] is None]
        whole = dataset.driver == "GTiff" and (not sparse or any(map(math.isinf, overrides.nodata)))
        found = {} if said or whole else _gaps(dataset, unsaid, opened)
        by_gdal = {"value": "file" in values, "mask": masked, "alpha": _is_gdals(dataset, alpha), "": True}
        wanted = {"value": bool(values), "mask": masked, "alpha": alpha is not None}
        return cls(
            bands,
            dtypes,
            values,
            alpha,
            masked,
            frozenset(value for value, color in (palette or {}).items() if len(color) > 3 and color[3] == 0),
            {band: coverage for band, coverage in found.items() if coverage is not None},
            gdal_knows=all(by_gdal[way] for way in ways.values()),
            gdal_agrees=set(values) <= {"file"}
            and all(not want or (set(ways.values()) == {way} and by_gdal[way]) for way, want in wanted.items()),
            shape=dataset.shape,
        )

    @cached_property
    def may_lack(self) -> bool:
        """Whether some px may be without data."""
        return bool(self._by_values or self.alpha or self.masked or self.gaps)

    @property
    def is_declared(self) -> bool:
        """Whether anybody says that px are without data."""
        return bool(self.told())

    @property
    def is_declared_by_px(self) -> bool:
        """Whether it is said of each px, and not of a value alone."""
        return bool(self.alpha or self.masked or self.gaps)

    @property
    def fits_overviews(self) -> bool:
        """Whether overviews know what is without data: they are made by what a file declares."""
        return self.gdal_knows and self.gdal_agrees

    @cached_property
    def _holds_nan(self) -> bool:
        return any("float" in dtype for dtype in self.dtypes)

    def told(self) -> list[dict[str, Any]]:
        """What says that px are without data, as JSON values for run records."""
        told: list[dict[str, Any]] = []
        for origin, values in self.values.items():
            told.append({"from": origin, "values": [[repr(value) for value in band] for band in values]})
        if self.alpha:
            told.append({"from": "alpha band", "band": self.alpha})
        if self.masked:
            told.append({"from": "mask band"})
        if self.transparent:
            told.append({"from": "colour table", "values": sorted(self.transparent)})
        if self.gaps:
            rest = next(iter(self.gaps.values())).rest
            told.append({"from": rest, "bands": sorted(self.gaps)})
        return told

    def data(self, dataset: DatasetReader, window: Window, shape: tuple[int, int] | None = None) -> NDArray[np.bool_]:
        """Which px have data, ``(h, w) bool``; arguments and errors as of `look`."""
        if self._by_values:
            return self.look(dataset, window, shape).data
        return np.asarray(~self._missing(dataset, window, _shape(window, shape), None)[0].all(axis=0))

    def look(self, dataset: DatasetReader, window: Window, shape: tuple[int, int] | None = None) -> Seen:
        """Px of a raster or of an overview of it, none of them mixed.

        Args:
            dataset: the raster, or an overview of it.
            window: px of it.
            shape: height and width of the result, of the nearest px; as many px as the window has if not given.

        Raises:
            RasterioError: the raster is damaged.
        """
        size = _shape(window, shape)
        values = dataset.read(list(self.bands), window=window, out_shape=(len(self.bands), *size))
        return Seen(values, *self._missing(dataset, window, size, values))

    @property
    def _by_values(self) -> bool:
        """Whether values have to be seen to know."""
        return bool(self.values or self.transparent or self._holds_nan)

    def _missing(
        self, dataset: DatasetReader, window: Window, shape: tuple[int, int], values: NDArray[Any] | None
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """See `Seen.missing` and `Seen.unlike`; of one band where all are alike."""
        missing = self._beside_values(dataset, window, shape)
        if values is None:
            return missing, missing
        if self.transparent:
            missing = missing | np.isin(values[0], list(self.transparent))
        if values.dtype.kind == "f":
            missing = missing | ~np.isfinite(values)
        if not self.values:
            return missing, missing
        by_value = self._by_value(values)
        unlike = by_value if self._by_values_alone else missing | by_value
        if values.dtype == np.uint8:
            # In a byte there is no room for a value apart: 0 in one of three bands is a dark colour.
            by_value = np.logical_and.reduce(list(by_value))[None]
        return by_value if self._by_values_alone else missing | by_value, unlike

    def _beside_values(self, dataset: DatasetReader, window: Window, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """What is missing by what is said besides the values, ``(1, h, w)`` or ``(B, h, w)``."""
        missing = np.zeros((1, *shape), bool)
        if self.alpha:
            # NaN, too, is nothing to see.
            missing |= ~(dataset.read([self.alpha], window=window, out_shape=(1, *shape)) > 0)
        if self.masked:
            masks = dataset.read_masks(list(self.bands), window=window, out_shape=(len(self.bands), *shape))
            missing |= (masks == 0).all(axis=0)
        if self.gaps:
            missing = missing | np.stack([self._gap(band, dataset, window, shape) for band in self.bands])
        return missing

    @cached_property
    def _by_values_alone(self) -> bool:
        return not (self.alpha or self.masked or self.gaps or self.transparent or self._holds_nan)

    @cached_property
    def _of_bands(self) -> tuple[tuple[float, ...], ...]:
        """All values of each band that are no data."""
        return tuple(tuple(chain.from_iterable(said)) for said in zip(*self.values.values()))

    def _by_value(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Which values are those that are no data, ``(B, h, w)``."""
        if len(set(self._of_bands)) == 1:
            return _among(values, self._of_bands[0])
        return np.stack([_among(band, nodata) for band, nodata in zip(values, self._of_bands)])

    def _gap(self, band: int, dataset: DatasetReader, window: Window, shape: Sequence[int]) -> NDArray[np.bool_]:
        """Which px of a window no source covers, not all of it."""
        coverage = self.gaps.get(band)
        if coverage is None:
            return np.zeros(tuple(shape), bool)
        frames = []
        for start, size, count, length, full in zip(
            (window.row_off, window.col_off), (window.height, window.width), shape, dataset.shape, self.shape
        ):
            px = np.floor(start + (np.arange(count) + 0.5) * size / count).clip(0, length - 1)
            # A px of an overview shows several: the first and the last of them are looked at.
            ends = np.floor(px * full / length), np.ceil((px + 1) * full / length) - 1
            frames.append([end.clip(0, full - 1).astype(np.int64) for end in ends[: 1 if full == length else 2]])
        found = [coverage.at(rows, cols) for rows in frames[0] for cols in frames[1]]
        return np.asarray(~np.logical_and.reduce(found))

    def read(
        self, dataset: DatasetReader, window: Window, shape: tuple[int, int], method: Resampling
    ) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """Read a part of a raster at any size; px without data are in no mean.

        Args:
            dataset: the raster, or an overview of it.
            window: px of it; fractions allowed.
            shape: height and width of the result.
            method: nearest, average or bilinear.

        Returns:
            Values ``(B, h, w)`` of `bands` and which are data ``(B, h, w) bool``, None for all.

        Raises:
            RasterioError: the raster is damaged.
        """
        if self.may_lack and method == Resampling.nearest:
            seen = self.look(dataset, window, shape)
            return seen.values, np.broadcast_to(~seen.missing, seen.values.shape)
        options = {"window": window, "out_shape": (len(self.bands), *shape), "resampling": method}
        if method == Resampling.nearest or (not self.may_lack and self.gdal_knows):
            return dataset.read(list(self.bands), **options), None
        values = dataset.read(list(self.bands), **options)
        valid = np.ones((1, *shape), bool)
        for rows, found, data in self._mended(dataset, window, shape, values):
            if len(data) > len(valid):
                valid = np.repeat(valid, len(data), axis=0)
            values[:, rows], valid[:, rows] = found, data
        return values, np.broadcast_to(valid, values.shape) if self.may_lack else None

    def _mended(
        self, dataset: DatasetReader, window: Window, shape: tuple[int, int], values: NDArray[Any]
    ) -> Iterator[tuple[slice, NDArray[Any], NDArray[np.bool_]]]:
        """Rows of a result that px without data have a part in: better values, and which are data."""
        down, across = window.height / shape[0], window.width / shape[1]
        cols = Taps.along(window.col_off, across, shape[1], dataset.width)
        step = max(int(_AT_ONCE / (len(self.bands) * (cols.stop - cols.first) * down)), 1)
        for start in range(0, shape[0], step):
            part = slice(start, min(start + step, shape[0]))
            rows = Taps.along(window.row_off + start * down, down, part.stop - start, dataset.height)
            source = Window(cols.first, rows.first, cols.stop - cols.first, rows.stop - rows.first)
            seen = self._seen(dataset, source)
            if seen is not None and (seen.unlike.any() or not self.gdal_knows):
                yield (part, *self._mean(seen, rows, cols, values[:, part]))

    def _seen(self, dataset: DatasetReader, window: Window) -> Seen | None:
        """Px as they are; None where GDAL's means are right. Values are read only where they are needed."""
        if self._by_values or not self.gdal_knows:
            return self.look(dataset, window)
        shape = _shape(window, None)
        missing, unlike = self._missing(dataset, window, shape, None)
        if not missing.any():
            return None
        values = dataset.read(list(self.bands), window=window, out_shape=(len(self.bands), *shape))
        return Seen(values, missing, unlike)

    def _mean(
        self, seen: Seen, rows: Taps, cols: Taps, by_gdal: NDArray[Any]
    ) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Means of what is data; where all of it is, GDAL's: a gap changes nothing but what it has a part in."""
        if seen.missing.all():
            return np.zeros_like(by_gdal), np.zeros((1, *by_gdal.shape[1:]), bool)
        exact = np.dtype(np.float32 if by_gdal.dtype.itemsize <= 2 else np.float64)
        good = (~seen.missing).astype(exact)
        share = weighted(good, rows, cols)
        data = share > _HARDLY
        sums = weighted(np.where(seen.missing, 0, seen.values).astype(exact), rows, cols)
        with np.errstate(over="ignore"):
            mean = _rounded(sums / np.where(data, share, 1), by_gdal.dtype)
        mean = np.where(data, mean, by_gdal.dtype.type(0))
        if not self.gdal_knows:
            return mean, data
        return np.where(touched(seen.unlike, rows, cols), mean, by_gdal), data


def _shape(window: Window, shape: tuple[int, int] | None) -> tuple[int, int]:
    return shape or (round(window.height), round(window.width))


def _among(values: NDArray[Any], nodata: Sequence[float]) -> NDArray[np.bool_]:
    found = [equals(values, value) for value in nodata]
    if len(found) == 1:
        return found[0]
    return np.asarray(np.logical_or.reduce(found)) if found else np.zeros(values.shape, bool)


def _rounded(values: NDArray[np.floating], dtype: np.dtype[Any]) -> NDArray[Any]:
    """As GDAL does: halves go up."""
    if dtype.kind == "f":
        return np.asarray(values, dtype)
    limits = np.iinfo(dtype)
    return np.asarray(np.floor(values + 0.5).clip(limits.min, limits.max), dtype)


def _gdals_way(dataset: DatasetReader, band: int) -> str:
    """What GDAL's mask of a band is made of: ``value``, ``alpha``, ``mask``, or nothing."""
    flags = dataset.mask_flag_enums[band - 1]
    for flag, way in ((MaskFlags.all_valid, ""), (MaskFlags.nodata, "value"), (MaskFlags.alpha, "alpha")):
        if flag in flags:
            return way
    return "mask"


def _is_unheard(values: Said, dtypes: Sequence[str], overrides: Overrides) -> bool:
    """Whether GDAL alone knows a file's value: rasterio gives floats, and leaves out what is rounded beyond 64 bits."""
    return "file" not in values and not overrides.nodata and any(dtype.endswith("int64") for dtype in dtypes)


def _is_gdals(dataset: DatasetReader, alpha: int | None) -> bool:
    """Whether GDAL takes the same band for alpha."""
    return alpha is not None and coloured_alpha(dataset)[:1] == [alpha]


def _gaps(dataset: DatasetReader, bands: Sequence[int], opened: Open) -> dict[int, Coverage | None]:
    """What covers each of some bands; see `gaps`."""
    if dataset.driver == "GTiff" and dataset.tags(ns="IMAGE_STRUCTURE").get("INTERLEAVE") == "PIXEL":
        return dict.fromkeys(bands, gaps(dataset, bands[0], opened)) if bands else {}  # they share their blocks
    return {band: gaps(dataset, band, opened) for band in bands}
