"""A picture of a result: the image and its map side by side, with the legend and the shares of the classes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from PIL import Image, ImageDraw, ImageFont
from rasterio.enums import ColorInterp, Resampling
from rasterio.io import DatasetReader
from rasterio.windows import Window

from satseg_core.legend import NODATA, Color, LandClass, Legend
from satseg_core.raster.area import ClassArea
from satseg_core.raster.bands import display_bands
from satseg_core.raster.color_kinds import color_kinds
from satseg_core.raster.ground import metres_per_pixel
from satseg_core.raster.labels import Codes, is_plain, nodata_of, read_codes
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.validity import Validity
from satseg_core.raster.value_range import bits_of_byte, declares_white_zero

PANEL = 900
"""Longer side of each of the two panels, px."""

_MARGIN = 48
_GAP = 28
_PAPER: Color = (252, 252, 250)
_INK: Color = (34, 38, 42)
_FAINT: Color = (116, 122, 128)
_NO_DATA: Color = (226, 226, 222)
_HATCH: Color = (250, 250, 248)
_HATCH_STEP = 8

_AVERAGED = 2e8
"""Rasters of more px than this and without overviews are shown by single pixels: averaging would read it all."""

Picture = npt.NDArray[np.uint8]
"""``(height, width, 3) uint8``, red, green, blue."""

Size = tuple[int, int]
"""Width and height, px."""

Mask = npt.NDArray[np.bool_]
"""``(height, width) bool``."""


def render(image_path: Path, map_path: Path, legend: Legend, areas: Sequence[ClassArea], output_png: Path) -> None:
    """Draw a picture to show.

    Rasters of any size will do: they are read at the size they are drawn.

    Args:
        image_path: the raster that was mapped, any number of bands and type.
        map_path: its classified raster, on the same grid or a part of it.
        legend: the classes.
        areas: what they cover.
        output_png: picture to write.
    """
    with rasterio.open(map_path) as labels, rasterio.open(image_path) as image:
        size = picture_size(labels, (PANEL, PANEL))
        left = Image.fromarray(read_image(image, labels, size))
        right = Image.fromarray(hatched(*read_map(labels, legend, size)))
        metres = drawn_metres(labels, size)
    shown = [(legend.by_code(area.code), area) for area in areas if area.pixels]
    shown.sort(key=lambda pair: -pair[1].percent)
    if metres:
        draw_scale_bar(left, metres)
    sheet = _compose(left, right, image_path.name, shown)
    sheet.save(output_png)


def drawn_metres(labels: DatasetReader, size: Size) -> float | None:
    """Length of a drawn px on the ground, m; None where that is not known."""
    if labels.crs is None:
        return None
    measured = metres_per_pixel(labels.crs.to_wkt(), labels.transform, labels.width, labels.height)
    return measured[0] * labels.width / size[0] if measured else None


def picture_size(labels: DatasetReader, most: Size) -> Size:
    """The largest size within ``most`` that keeps the raster's proportions, at least 1 px a side."""
    factor = min(most[0] / labels.width, most[1] / labels.height)
    return (max(1, round(labels.width * factor)), max(1, round(labels.height * factor)))


def read_map(labels: DatasetReader, legend: Legend, size: Size) -> tuple[Picture, Mask]:
    """A classified raster in the colours of its legend.

    Args:
        labels: the classified raster, of any size: it is read at the size it is drawn.
        legend: its classes.
        size: of the picture.

    Returns:
        The picture, and where the raster has no data or no class of the legend.
    """
    shape = (size[1], size[0])
    values = _most_frequent(labels, shape) if is_plain(labels) else read_codes(labels, shape=shape)
    classes = sorted(legend, key=lambda land_class: land_class.code)
    codes = np.array([land_class.code for land_class in classes])
    place = np.minimum(np.searchsorted(codes, values), len(codes) - 1)
    unknown = (values == nodata_of(values)) | (codes[place] != values)
    colors: Picture = np.array([land_class.color for land_class in classes], np.uint8)[place]
    colors[unknown] = 0
    return colors, unknown


def _most_frequent(labels: DatasetReader, shape: Size) -> Codes:
    """The most frequent code of the px under each drawn one, of bytes that are codes.

    GDAL takes ten times as long for other types, and puts a zero where all of them are a negative nodata or no number.
    """
    shrinks = labels.width > shape[1] and _may_average(labels, labels)
    resampling = Resampling.mode if shrinks else Resampling.nearest
    found: Codes = labels.read(1, out_shape=shape, resampling=resampling, masked=True).filled(NODATA)
    return found


def read_image(
    image: DatasetReader, labels: DatasetReader, size: Size, bands: Sequence[int] = (), nodata: Sequence[float] = ()
) -> Picture:
    """The part of an image under its map, as it is shown: bytes as they are, other types stretched, no data hatched.

    Args:
        image: any number of bands and type, and any size.
        labels: the map, on the same grid or a part of it.
        size: of the picture.
        bands: to show, counted from 1: three, or the first of fewer; its red, green and blue if empty.
        nodata: what the user called the value of px without data.
    """
    bands = list(bands) or display_bands(image)
    bands = bands[:3] if len(bands) >= 3 else bands[:1]
    validity = Validity.of(image, image.name, bands, None, Overrides(nodata=tuple(nodata)), rasterio.open)
    options: dict[str, Any] = {
        "window": window_under(image, labels),
        "out_shape": (len(bands), size[1], size[0]),
        # GDAL averages without what its own mask hides.
        "resampling": Resampling.average if validity.gdal_knows and _may_average(image, labels) else Resampling.nearest,
    }
    if color_kinds(image)[bands[0] - 1] == ColorInterp.palette:
        values = image.read(bands, **{**options, "resampling": Resampling.nearest})
        palette = np.array([image.colormap(1).get(value, _NO_DATA)[:3] for value in range(256)], np.uint8)
        colors: Picture = palette[values[0].astype(np.uint8)]
        return colors
    values = image.read(bands, **options)
    data = validity.data(image, options["window"], size[::-1]) & np.isfinite(values).all(axis=0)
    no_data = ~data
    shown = np.stack([_stretch(part, data, bits_of_byte(image, band)) for band, part in zip(bands, values)], axis=-1)
    if declares_white_zero(image, bands):
        shown = 255 - shown
    return hatched(np.array(np.broadcast_to(shown, (*shown.shape[:2], 3))), no_data)


def window_under(image: DatasetReader, labels: DatasetReader) -> Window:
    """The window of an image that a map on the same grid covers; it may reach beyond the image."""
    column, row = ~image.transform * (labels.transform.c, labels.transform.f)
    return Window(round(column), round(row), labels.width, labels.height)


def is_quick(image: DatasetReader, labels: DatasetReader, size: Size) -> bool:
    """Whether the part of an image under its map can be drawn without decoding a great deal.

    There are overviews, or not too many px; or the px lie in strips, of which a row of the picture needs but one.
    """
    if _may_average(image, labels):
        return True
    height, width = image.block_shapes[0]
    down = min(math.ceil(labels.height / height), size[1]) * height
    across = min(math.ceil(labels.width / width), size[0]) * width
    return bool(down * across <= _AVERAGED)


def _stretch(band: npt.NDArray[Any], has_data: Mask, bits: int) -> npt.NDArray[np.uint8]:
    """Bytes of one band: bytes, of so many bits, as they are, else from the 1st to the 99th percentile."""
    if band.dtype == np.uint8:
        return np.asarray(band.astype(np.uint16) * 255 // (2**bits - 1), np.uint8)
    shown = np.full(band.shape, _NO_DATA[0], np.uint8)
    if has_data.any():
        values = band[has_data].astype(np.float64)
        low, high = np.percentile(values, [1, 99])
        shown[has_data] = np.clip((values - low) / max(high - low, 1e-30), 0, 1) * 255
    return shown


def hatched(picture: Picture, no_data: Mask) -> Picture:
    """The picture with stripes where there is no data, so that this looks like no class."""
    height, width = no_data.shape
    stripes = np.add.outer(np.arange(height), np.arange(width)) % _HATCH_STEP < _HATCH_STEP // 2
    picture[no_data] = np.where(stripes[no_data, None], _HATCH, _NO_DATA)
    return picture


def _may_average(dataset: DatasetReader, part: DatasetReader) -> bool:
    """Whether all px of a raster under a part of it may be read."""
    return bool(dataset.overviews(1)) or part.width * part.height <= _AVERAGED


Shown = Sequence["tuple[LandClass, ClassArea]"]


def _compose(left: Image.Image, right: Image.Image, title: str, shown: Shown) -> Image.Image:
    """The sheet: a title, two panels, a bar of shares and the legend in columns."""
    width = 2 * _MARGIN + 2 * left.width + _GAP
    columns = max(1, min(len(shown), (width - 2 * _MARGIN) // 215))
    rows = math.ceil(len(shown) / columns)
    top = _MARGIN + 56
    bar = top + left.height + 30
    height = bar + 26 + 28 + rows * 62 + _MARGIN - 18
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, _MARGIN + 18), "Land cover", _INK, _font(40), anchor="lm")
    draw.text((width - _MARGIN, _MARGIN + 22), title, _FAINT, _font(22), anchor="rm")
    sheet.paste(left, (_MARGIN, top))
    sheet.paste(right, (_MARGIN + left.width + _GAP, top))
    _shares(draw, (_MARGIN, bar, width - _MARGIN, bar + 26), shown)
    step = (width - 2 * _MARGIN) / columns
    for i, (land_class, area) in enumerate(shown):
        _entry(draw, (_MARGIN + (i % columns) * step, bar + 54 + i // columns * 62), land_class, area)
    return sheet


def _shares(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], shown: Shown) -> None:
    """A bar divided by the shares of the classes, largest first."""
    begin, before = float(box[0]), 0.0
    for land_class, area in shown:
        before += area.percent
        end = box[0] + (box[2] - box[0]) * min(before, 100.0) / 100
        draw.rectangle((round(begin), box[1], max(round(begin), round(end) - 1), box[3]), land_class.color)
        begin = end


def _entry(draw: ImageDraw.ImageDraw, corner: tuple[float, float], land_class: LandClass, area: ClassArea) -> None:
    x, y = corner
    draw.rounded_rectangle((x, y, x + 40, y + 40), 6, land_class.color, outline=(200, 200, 196))
    draw.text((x + 54, y + 9), land_class.title, _INK, _font(24), anchor="lm")
    draw.text((x + 54, y + 34), f"{_percent(area.percent)}{_extent(area)}", _FAINT, _font(19), anchor="lm")


def _percent(percent: float) -> str:
    return f"{percent:.1f} %" if percent >= 0.1 else "< 0.1 %"


def _extent(area: ClassArea) -> str:
    if area.area_m2 is None:
        return ""
    if area.area_m2 < 1e3:
        return f", {area.area_m2:,.0f} sq m"
    if area.area_m2 < 1e7:
        return f", {area.area_m2 / 1e4:,.1f} ha"
    return f", {area.area_m2 / 1e6:,.0f} sq km"


def draw_scale_bar(panel: Image.Image, metres: float) -> None:
    """A round length in the lower left corner; ``metres`` is the length of one px."""
    longest = panel.width / 4 * metres
    power = 10.0 ** math.floor(math.log10(longest))
    length = max(step * power for step in (1, 2, 5) if step * power <= longest)
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    size = max(0.6, min(panel.width, 1.5 * panel.height) / PANEL)
    x, y = 24 * size, panel.height - 26 * size
    end = x + length / metres
    draw = ImageDraw.Draw(panel)
    for color, width, grow in (((0, 0, 0), 7, 1.5), ((255, 255, 255), 4, 0.0)):
        draw.line([(x - grow, y), (end + grow, y)], color, round(width * size))
    draw.text(
        (x, y - 18 * size), text, (255, 255, 255), _font(22 * size), anchor="lm", stroke_width=2, stroke_fill=(0, 0, 0)
    )


def _font(size: float) -> Any:
    return ImageFont.load_default(size)
