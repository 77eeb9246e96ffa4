"""A scene whose bands are files of their own: as one virtual raster (VRT), on the finest of their grids."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np
from affine import Affine
from rasterio.enums import MaskFlags
from rasterio.io import DatasetReader

from satseg_core.errors import RasterError
from satseg_core.remote import gdal_name

OpenRaster = Callable[[str], DatasetReader]
"""Opens a raster by its name, or raises a `RasterError`."""

_SAME = 0.01
"""Px within which the edges of two grids are the same: coordinates are rounded when they are written."""

_TYPES = {"uint8": "Byte", "complex_int16": "CInt16", "complex64": "CFloat32", "complex128": "CFloat64"}
_WORDS = {"u": "UInt", "i": "Int", "f": "Float"}
_COLORS = ("red", "green", "blue")


@dataclass(frozen=True)
class Part:
    """A band of a scene, in the file that has it.

    Attributes:
        name: what the model calls it, such as ``red``.
        label: what the product calls it, such as ``B04``.
        file: name or URL of the raster.
        band: of the file, counted from 1.
        nodata: value of px without data, as product or catalogue say; None for what the file says.
    """

    name: str
    label: str
    file: str
    band: int = 1
    nodata: float | None = None


@dataclass(frozen=True)
class Stack:
    """The bands of a scene that a model reads, in its order."""

    parts: tuple[Part, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The files, each once."""
        return tuple(dict.fromkeys(part.file for part in self.parts))

    @property
    def single(self) -> str | None:
        """The file, where one has all bands: there is nothing to put together."""
        return self.files[0] if len(self.files) == 1 else None

    @property
    def bands(self) -> tuple[int, ...]:
        """Band numbers of the virtual raster, in the model's order."""
        return tuple(range(1, len(self.parts) + 1))

    def virtual(self, open_raster: OpenRaster) -> str:
        """The bands as one virtual raster, whose text GDAL opens as it opens a name.

        Its grid is that of the finest band. Coarser ones give the px that lie there, so that no value is made up and
        what has no data keeps its edges.

        Args:
            open_raster: for the files.

        Raises:
            RasterError: a file cannot be opened, or they do not lie on one grid.
        """
        with ExitStack() as opened:
            datasets = {file: opened.enter_context(open_raster(file)) for file in self.files}
            layers = [_Layer.of(part, datasets[part.file]) for part in self.parts]
        finest = min(layers, key=lambda layer: abs(layer.grid.transform.determinant))
        frame = _common_frame(finest, layers)
        bands = [layer.xml(number, frame) for number, layer in enumerate(layers, 1)]
        masks = [_mask_xml(layer.xml_source(frame, f"mask,{layer.part.band}")) for layer in layers if layer.masked]
        return _dataset_xml(frame, [*bands, *masks[:1]])


@dataclass(frozen=True)
class Grid:
    """Where the px of a raster lie.

    Attributes:
        crs: rasterio's, or None.
        transform: px to CRS.
        width, height: px.
    """

    crs: Any
    transform: Affine
    width: int
    height: int

    @classmethod
    def of(cls, dataset: DatasetReader) -> Grid:
        """The grid of an open raster."""
        return cls(dataset.crs, dataset.transform, dataset.width, dataset.height)

    def place(self, other: Grid) -> tuple[float, float, float, float] | None:
        """Left, top, right and bottom of another grid in px of this one; None where it is turned or of another CRS."""
        if (self.crs is None) != (other.crs is None) or (self.crs is not None and self.crs != other.crs):
            return None
        way = ~self.transform * other.transform
        slanted = abs(way.b) * other.height > _SAME or abs(way.d) * other.width > _SAME
        if slanted or way.a <= 0 or way.e <= 0:
            return None
        edges = (way.c, way.f, way.c + way.a * other.width, way.f + way.e * other.height)
        left, top, right, bottom = (float(round(edge)) if abs(edge - round(edge)) < _SAME else edge for edge in edges)
        return left, top, right, bottom


@dataclass(frozen=True)
class _Layer:
    """A band and what its file says of it."""

    part: Part
    grid: Grid
    dtype: str
    block: tuple[int, int]
    nodata: float | None
    masked: bool

    @classmethod
    def of(cls, part: Part, dataset: DatasetReader) -> _Layer:
        if part.band > dataset.count:
            raise RasterError(
                f"{part.file} has {dataset.count} bands, and {part.label} should be number {part.band}: check the file,"
                " or name the one to map."
            )
        place = part.band - 1
        dtype = dataset.dtypes[place]
        said = (part.nodata, dataset.nodatavals[place])
        nodata = next((value for value in said if value is not None and _holds(dtype, value)), None)
        flags = dataset.mask_flag_enums[place]
        return cls(
            part,
            Grid.of(dataset),
            dtype,
            dataset.block_shapes[place],
            nodata,
            MaskFlags.per_dataset in flags and MaskFlags.all_valid not in flags,
        )

    def xml(self, number: int, frame: Grid) -> str:
        lines = [f'<VRTRasterBand dataType="{_gdal_type(self.dtype)}" band="{number}">']
        lines.append(f"<Description>{html.escape(self.part.name)}</Description>")
        if self.nodata is not None:
            lines.append(f"<NoDataValue>{_number(self.nodata)}</NoDataValue>")
        if self.part.name in _COLORS:
            lines.append(f"<ColorInterp>{self.part.name.title()}</ColorInterp>")
        return "".join([*lines, self.xml_source(frame, str(self.part.band)), "</VRTRasterBand>"])

    def xml_source(self, frame: Grid, band: str) -> str:
        return _source_xml(self.part.file, band, frame, self.grid, self.dtype, self.block)


def quality_virtual(file: str, bands: Iterable[int], target: Grid, open_raster: OpenRaster) -> str:
    """Bands of a raster of quality on the grid of an image: each px has the value that lies there, or 0.

    Args:
        file: name or URL.
        bands: counted from 1.
        target: grid of the image.
        open_raster: for the file.

    Raises:
        RasterError: it cannot be opened, or lies on another kind of grid.
    """
    with open_raster(file) as dataset:
        grid, dtype, block, count = Grid.of(dataset), dataset.dtypes[0], dataset.block_shapes[0], dataset.count
    wanted = tuple(bands)
    if max(wanted) > count:
        raise RasterError(
            f"{file} has {count} bands and would need {max(wanted)} to tell clouds; get it whole, or no --clouds."
        )
    if target.place(grid) is None:
        raise RasterError(f"{file} lies on another grid than the image; leave --clouds out, or warp it to the image's.")
    kind = _gdal_type(dtype)
    lines = [
        f'<VRTRasterBand dataType="{kind}" band="{number}">{_source_xml(file, str(band), target, grid, dtype, block)}'
        "</VRTRasterBand>"
        for number, band in enumerate(wanted, 1)
    ]
    return _dataset_xml(target, lines)


def _common_frame(finest: _Layer, layers: Iterable[_Layer]) -> Grid:
    """The part of the finest grid that all bands cover: all of it, or less by a px of the coarsest.

    Raises:
        RasterError: a band covers less than that, or lies on another grid.
    """
    grid = finest.grid
    left, top, right, bottom = 0.0, 0.0, float(grid.width), float(grid.height)
    for layer in layers:
        placed = grid.place(layer.grid)
        names = f"{layer.part.file} lies on another grid than {finest.part.file}"
        if placed is None:
            raise RasterError(f"{names}; bring them to one first (gdalwarp -t_srs … -tr …).")
        left, top = max(left, placed[0]), max(top, placed[1])
        right, bottom = min(right, placed[2]), min(bottom, placed[3])
        coarse = max((placed[2] - placed[0]) / layer.grid.width, (placed[3] - placed[1]) / layer.grid.height)
        if max(left, top, grid.width - right, grid.height - bottom) > coarse + _SAME:
            raise RasterError(f"{names}: it covers other ground; give files of one scene.")
    col, row = math.ceil(left - _SAME), math.ceil(top - _SAME)
    width, height = math.floor(right + _SAME) - col, math.floor(bottom + _SAME) - row
    return Grid(grid.crs, grid.transform * Affine.translation(col, row), width, height)


def _source_xml(file: str, band: str, frame: Grid, grid: Grid, dtype: str, block: tuple[int, int]) -> str:
    placed = frame.place(grid)
    if placed is None:
        raise RasterError(f"{file} lies on another grid; bring it to the image's first (gdalwarp).")
    left, top, right, bottom = placed
    return (
        "<SimpleSource>"
        f'<SourceFilename relativeToVRT="0">{html.escape(gdal_name(file))}</SourceFilename>'
        f"<SourceBand>{band}</SourceBand>"
        f'<SourceProperties RasterXSize="{grid.width}" RasterYSize="{grid.height}" DataType="{_gdal_type(dtype)}"'
        f' BlockXSize="{block[1]}" BlockYSize="{block[0]}"/>'
        f'<SrcRect xOff="0" yOff="0" xSize="{grid.width}" ySize="{grid.height}"/>'
        f'<DstRect xOff="{left!r}" yOff="{top!r}" xSize="{right - left!r}" ySize="{bottom - top!r}"/>'
        "</SimpleSource>"
    )


def _mask_xml(source: str) -> str:
    return f'<MaskBand><VRTRasterBand dataType="Byte">{source}</VRTRasterBand></MaskBand>'


def _dataset_xml(frame: Grid, bands: Iterable[str]) -> str:
    lines = [f'<VRTDataset rasterXSize="{frame.width}" rasterYSize="{frame.height}">']
    if frame.crs is not None:
        # Without a word on its axes: GDAL then takes them to be in the order that a geotransform has.
        lines.append(f"<SRS>{html.escape(frame.crs.to_wkt())}</SRS>")
    if not frame.transform.is_identity:
        lines.append(f"<GeoTransform>{', '.join(repr(float(v)) for v in frame.transform.to_gdal())}</GeoTransform>")
    return "".join([*lines, *bands, "</VRTDataset>"])


def _gdal_type(dtype: str) -> str:
    if dtype in _TYPES:
        return _TYPES[dtype]
    kind = np.dtype(dtype)
    return f"{_WORDS[kind.kind]}{kind.itemsize * 8}"


def _holds(dtype: str, value: float) -> bool:
    """Whether a type can have a value at all."""
    kind = np.dtype(dtype) if dtype != "complex_int16" else np.dtype("complex64")
    if kind.kind not in "iu":
        return True
    limits = np.iinfo(kind)
    return math.isfinite(value) and float(value).is_integer() and limits.min <= value <= limits.max


def _number(value: float) -> str:
    return str(int(value)) if math.isfinite(value) and float(value).is_integer() else repr(float(value))


def describe(stack: Stack) -> str:
    """Which band is read as what, for people: ``red from B04, green from B03``."""
    return ", ".join(f"{part.name} from {part.label}" for part in stack.parts)
