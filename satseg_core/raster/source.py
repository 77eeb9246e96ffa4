"""Opening a raster and checking that a map can be made of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Callable, NamedTuple

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from satseg_core.errors import RasterError
from satseg_core.raster.bands import choose_bands
from satseg_core.raster.clouds import cloudy_pixels
from satseg_core.raster.collar import Collar, find_collar
from satseg_core.raster.crs_text import read_crs
from satseg_core.raster.epoch import coordinate_epoch
from satseg_core.raster.failures import cannot_open, cannot_read, is_no_servers_fault
from satseg_core.raster.grid import Block
from satseg_core.raster.ground import is_placed
from satseg_core.raster.layer_names import raster_name
from satseg_core.raster.overrides import NO_OVERRIDES, Overrides
from satseg_core.raster.pages import pages_warnings
from satseg_core.raster.placement import Placement, place
from satseg_core.raster.stack import Grid, quality_virtual
from satseg_core.raster.validity import Validity
from satseg_core.remote import is_remote
from satseg_core.remote.mosaics import listed_elsewhere
from satseg_core.remote.patience import nobody_cancels
from satseg_core.remote.patient import failure, open_patiently

KEPT_PER_PIXEL = 4
"""Overviews are read from only if they leave this many px a px of the result, down and across: a map must not depend
on whether a raster has overviews, nor on how they were made."""


@dataclass(frozen=True)
class Source:
    """An open, checked raster and the bands that a model will read.

    Attributes:
        dataset: the open rasterio dataset.
        path: as the user gave it, or GDAL's name for a layer of a file.
        bands: 1-based band numbers in the model's order; a number may repeat.
        palette: colour of each value where the one band is an index into a colour table, else None.
        placement: the size of its pixels.
        warnings: sentences on what was assumed.
        closing: closes what is opened besides, with the raster.
        check: raises an error if the user has cancelled; called while a server is waited for.
        overrides: what the user says of the raster.
        opens: what GDAL opens for it: the path, or the virtual raster of a scene in several files.
        quality: the bands that tell clouds, on the grid of the raster; None to map clouds like all else.
    """

    dataset: DatasetReader
    path: str
    bands: tuple[int, ...]
    palette: Mapping[int, tuple[int, ...]] | None
    placement: Placement
    warnings: tuple[str, ...]
    closing: ExitStack = field(default_factory=ExitStack, repr=False, compare=False)
    check: Callable[[], None] = nobody_cancels
    overrides: Overrides = NO_OVERRIDES
    opens: str | None = None
    quality: DatasetReader | None = None

    @cached_property
    def crs(self) -> Any:
        """Rasterio's CRS, or None: what the user says goes before what the file says."""
        return told_crs(self.dataset, self.overrides)

    @cached_property
    def epoch(self) -> float | None:
        """Coordinate epoch of the CRS in decimal years, or None; what a user sets for a CRS has none."""
        return coordinate_epoch(self.dataset) if self.crs == self.dataset.crs else None

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in px."""
        return (self.dataset.height, self.dataset.width)

    @property
    def transform(self) -> Affine:
        """Pixel to CRS coordinates."""
        transform: Affine = self.dataset.transform
        return transform

    @cached_property
    def dtype(self) -> str:
        """Name of the widest data type among the bands read."""
        return str(np.result_type(*(self.dataset.dtypes[band - 1] for band in self.bands)))

    @cached_property
    def validity(self) -> Validity:
        """What says that px are without data.

        Raises:
            UsageError: the user's value for them cannot occur in the raster.
            RasterError: a virtual raster that it lists cannot be opened.
        """

        def opened(name: str) -> DatasetReader:
            return _dataset(name, self.check)

        try:
            return Validity.of(self.dataset, self.path, self.bands, self.palette, self.overrides, opened)
        except RasterioError as error:
            raise read_failure(self.path, error) from error

    @cached_property
    def collar(self) -> Collar | None:
        """A large border of one value that nothing declares as without data; None for palettes, and by the user's word.

        Raises:
            RasterError: the raster is damaged.
        """
        try:
            if self.palette is not None or any(map(math.isinf, self.overrides.nodata)):
                return None
            return find_collar(self.dataset, self.validity)
        except RasterioError as error:
            raise read_failure(self.path, error) from error

    @property
    def has_nodata(self) -> bool:
        """Whether some pixels may be without data."""
        return self.validity.may_lack

    def level(self, shrink: float) -> DatasetReader:
        """The raster to read px from for a result with fewer of them: one overview, or the raster without any.

        GDAL by itself would read from an overview that has hardly more px than the result, which blurs it.

        Args:
            shrink: raster px a px of the result.

        Returns:
            A dataset over the same ground, of fewer px where it is an overview; it closes with the raster.

        Raises:
            RasterError: the raster cannot be opened a second time.
        """
        factors = self.dataset.overviews(self.bands[0])
        if not factors:
            return self.dataset
        fitting = [number for number, factor in enumerate(factors) if factor * KEPT_PER_PIXEL <= shrink]
        if not self.validity.fits_overviews:
            fitting = []
        chosen = f"{fitting[-1]}only" if fitting else "NONE"
        try:
            return self.closing.enter_context(_dataset(self.opens or self.path, self.check, OVERVIEW_LEVEL=chosen))
        except RasterioError as error:
            raise read_failure(self.path, error) from error

    def without_clouds(self, wanted: NDArray[np.bool_], block: Block) -> tuple[NDArray[np.bool_], CloudyPixels | None]:
        """The px of a block that the network is asked for, where cloud and shadow are to be left out.

        Args:
            wanted: ``(h, w) bool``: with data and inside of the mask.
            block: where it lies.

        Returns:
            The rest of the wanted px, and those that get a code of their own, if they do.

        Raises:
            RasterError: the raster of quality cannot be read.
        """
        clouds = self.overrides.clouds
        if self.quality is None or clouds is None or not wanted.any():
            return wanted, None
        try:
            cloudy = cloudy_pixels(self.quality, clouds.kind, block) & wanted
        except RasterioError as error:
            raise read_failure(clouds.file, error) from error
        return wanted & ~cloudy, None if clouds.code is None else CloudyPixels(cloudy, clouds.code)


class CloudyPixels(NamedTuple):
    """Px ``(h, w) bool`` of a block that get a code whatever the network would say."""

    pixels: NDArray[np.bool_]
    code: int


@contextmanager
def open_source(
    path: str,
    band_names: Sequence[str],
    bands: Sequence[int] | None = None,
    check: Callable[[], None] = nobody_cancels,
    overrides: Overrides = NO_OVERRIDES,
) -> Iterator[Source]:
    """Open a raster for a model.

    Args:
        path: file name, URL, ``FILE.gpkg|layername=TABLE``, or anything else that GDAL opens. What a server fails to
            give is asked for again.
        band_names: the bands that the model expects, in order.
        bands: 1-based band numbers to use instead of guessing.
        check: raises an error if the user has cancelled; called while a server is waited for.
        overrides: what goes before what the file says.

    Yields:
        The checked raster; closed when the block ends.

    Raises:
        RasterError: it does not exist, cannot be opened, has no map grid or no usable bands.
        UsageError: a band number does not exist, or their count is not the model's; or nobody knows the CRS.
    """
    path = raster_name(path)
    opens = _opens(path, overrides, check)
    with _open(path, check, opens) as dataset, ExitStack() as closing:
        _check_grid(dataset, path)
        in_stack = overrides.stack.bands if overrides.stack else None
        chosen, palette, warnings = choose_bands(dataset, path, band_names, bands or in_stack, overrides.band_names)
        placement = place(dataset, told_crs(dataset, overrides))
        warnings = [*warnings, *pages_warnings(dataset, path)]
        if placement.warning:
            warnings = [*warnings, placement.warning]
        quality = _open_quality(dataset, path, overrides, check, closing)
        source = Source(
            dataset, path, tuple(chosen), palette, placement, tuple(warnings), closing, check, overrides, opens, quality
        )
        source.validity  # noqa: B018 # what is wrong with it is said at once
        yield source


def told_crs(dataset: DatasetReader, overrides: Overrides) -> Any:
    """The CRS of a raster, rasterio's or None: the user's, or else that of the file.

    Raises:
        UsageError: the user's is none.
    """
    return dataset.crs if overrides.crs is None else read_crs(overrides.crs)


def _opens(path: str, overrides: Overrides, check: Callable[[], None]) -> str:
    """What GDAL opens for a raster."""
    return overrides.stack.virtual(lambda name: _open(name, check)) if overrides.stack else path


def _open_quality(
    dataset: DatasetReader, path: str, overrides: Overrides, check: Callable[[], None], closing: ExitStack
) -> DatasetReader | None:
    """The raster of quality on the grid of a raster, if clouds are to be left out; it closes with the raster."""
    clouds = overrides.clouds
    if clouds is None:
        return None
    opens = quality_virtual(clouds.file, clouds.bands, Grid.of(dataset), lambda name: _open(name, check))
    return closing.enter_context(_open(path, check, opens))


def _is_patient(path: str) -> bool:
    """Whether servers are asked for px: of the raster, or of those that it lists."""
    return is_remote(path) or bool(listed_elsewhere(path))


def _dataset(path: str, check: Callable[[], None], **options: Any) -> DatasetReader:
    if _is_patient(path):
        return open_patiently(path, check, **options)
    return rasterio.open(path, **options)


def _open(path: str, check: Callable[[], None], opens: str | None = None) -> DatasetReader:
    """Open a raster: by its name, or by what GDAL ``opens`` for it."""
    opens = opens or path
    try:
        dataset = _dataset(opens, check)
    except RasterioError as error:
        if _is_patient(opens) and not is_no_servers_fault(error):
            raise RasterError(failure(path, error)) from error
        raise RasterError(cannot_open(path, error)) from error
    if dataset.driver == "GTI" and _is_patient(path):
        dataset.close()
        raise RasterError(
            f"{path} is an index of rasters elsewhere, of which GDAL leaves out without a word what a server fails to"
            f" give; make a virtual raster of it first (gdalbuildvrt) and use that."
        )
    if dataset.count == 0:
        names = ", ".join(dataset.subdatasets[:3])
        dataset.close()
        if names:
            raise RasterError(f"{path} holds several rasters; give the name of one of them, such as {names}.")
        raise RasterError(f"{path} has no raster bands; choose another file.")
    return dataset


def _check_grid(dataset: DatasetReader, path: str) -> None:
    """Refuse rasters whose pixels are placed by points or by a camera model instead of a map grid."""
    placed = is_placed(dataset.transform)
    how = "gdalwarp (QGIS: Raster > Projections > Warp) on it first and use the result"
    if not placed and dataset.gcps[0]:
        raise RasterError(f"{path} has ground control points but no map grid; run {how}.")
    if not placed and dataset.rpcs is not None:
        raise RasterError(
            f"{path} has a camera model (RPC) but no map grid; run {how.replace('gdalwarp', 'gdalwarp -rpc')}."
        )
    if dataset.transform.determinant == 0:
        raise RasterError(f"{path} has a broken georeference (pixels of size zero); assign it again and retry.")
    if any(name.startswith("complex") for name in dataset.dtypes):
        raise RasterError(
            f"{path} has complex numbers; make an amplitude raster of it first (gdal_calc or the raster calculator)."
        )


def read_failure(path: str, error: RasterioError) -> RasterError:
    """The sentence for a raster that opens but cannot be read."""
    # A scene's files may lie elsewhere, and it here.
    elsewhere = _is_patient(path) or is_remote(str(error.__cause__ or error))
    if elsewhere and not is_no_servers_fault(error):
        return RasterError(failure(path, error))
    return RasterError(cannot_read(path, error))
