"""Pictures of a map and of its image, inside of the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from satseg_core.errors import SatSegError
from satseg_core.legend import Legend
from satseg_core.page.beside import Record, image_name, open_image
from satseg_core.page.images import data_uri, png
from satseg_core.page.markup import WIDTH, text
from satseg_core.picture import (
    Picture,
    Size,
    draw_scale_bar,
    drawn_metres,
    hatched,
    is_quick,
    picture_size,
    read_image,
    read_map,
)

_GAP = 16
_BESIDE: Size = ((WIDTH - _GAP) // 2, 620)
_BELOW: Size = (WIDTH, 480)
_ALONE: Size = (720, 620)
"""The most that a picture measures, px: one of two side by side, one of two below each other, the only one."""

_FLAT = 2.2
"""Pictures of maps this much wider than they are high go below each other."""

_MOST_BYTES = 220_000
_QUALITIES = (88, 75, 60, 40)
"""JPEG qualities that are tried, until a picture has no more than `_MOST_BYTES`."""


def map_pictures(map_path: Path, labels: DatasetReader, legend: Legend, record: Record | None) -> str:
    """HTML with the map, and with its image where the record names one that is there.

    Args:
        map_path: the map.
        labels: the same, opened; it is read at the size it is drawn, whatever its own.
        legend: its classes.
        record: of the run that made it.
    """
    flat = labels.width > _FLAT * labels.height
    image, note = None, ""
    if record is not None:
        image, note = _image(record, map_path, labels, picture_size(labels, _BELOW if flat else _BESIDE))
    most = _ALONE if image is None else _BELOW if flat else _BESIDE
    size = picture_size(labels, most)
    colors, no_data = read_map(labels, legend, size)
    drawn = Image.fromarray(hatched(colors, no_data))
    _mark_scale(labels, drawn if image is None else image)
    shown = [] if image is None else [(_jpeg(image), size, f"Image: {image_name(record or {})}")]
    shown.append((png(drawn), size, f"Map: {map_path.name}"))
    return _layout(shown, flat) + (_NO_DATA if no_data.any() else "") + note


def _image(record: Record, map_path: Path, labels: DatasetReader, size: Size) -> tuple[Image.Image | None, str]:
    """The image under a map, or else a sentence that says why there is none."""
    with open_image(record, map_path, labels) as image:
        if image is None:
            return None, _faint(f"The image that was mapped, {image_name(record)}, is not at its place any more.")
        if not is_quick(image, labels, size):
            return None, _faint(
                f"The image, {image_name(record)}, is large and not shown: it needs overviews for that."
            )
        try:
            return Image.fromarray(read_image(image, labels, size, _bands(record, image), _nodata(record))), ""
        except (RasterioError, OSError, ValueError, SatSegError):
            return None, _faint(f"The image that was mapped, {image_name(record)}, cannot be read.")


def _bands(record: Record, image: DatasetReader) -> Sequence[int]:
    """The bands that the model saw; none where the record does not tell."""
    bands = record["input"].get("bands")
    return bands if isinstance(bands, list) and all(band in image.indexes for band in bands) else ()


def _mark_scale(labels: DatasetReader, picture: Image.Image) -> None:
    metres = drawn_metres(labels, picture.size)
    if metres and picture.width >= 120 and picture.height >= 60:
        draw_scale_bar(picture, metres)


def _layout(shown: Sequence[tuple[str, Size, str]], flat: bool) -> str:
    pictures = [
        f'<td><img src="{source}" width="{size[0]}" height="{size[1]}" alt="{text(caption)}"></td>'
        for source, size, caption in shown
    ]
    captions = [f'<td class="faint">{text(caption)}</td>' for _, _, caption in shown]
    if flat:
        rows = [cell for pair in zip(pictures, captions) for cell in pair]
    else:
        rows = [f'<td width="{_GAP}"></td>'.join(cells) for cells in (pictures, captions)]
    lines = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table cellspacing="0" cellpadding="0">\n{lines}\n</table>\n'


def _faint(sentence: str) -> str:
    return f'<p class="faint">{text(sentence)}</p>'


def _jpeg(picture: Image.Image) -> str:
    """A photograph as JPEG, which has a quarter of the bytes of PNG."""
    for quality in _QUALITIES:
        uri = data_uri(picture, "jpeg", quality=quality)
        if len(uri) <= _MOST_BYTES:
            break
    return uri


def _swatch() -> Picture:
    return hatched(np.zeros((14, 28, 3), np.uint8), np.ones((14, 28), bool))


_NO_DATA = f'<p class="faint"><img src="{png(Image.fromarray(_swatch()))}" width="28" height="14" alt=""> No data</p>'


def _nodata(record: Record) -> Sequence[float]:
    """What the user called the value of px without data; none where the record does not tell."""
    told = record["input"].get("overrides")
    values = told.get("nodata") if isinstance(told, dict) else None
    try:
        return [float(value) for value in values or ()]
    except (TypeError, ValueError):
        return ()
