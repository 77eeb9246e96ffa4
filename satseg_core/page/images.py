"""Pictures inside of a page, as ``data:`` addresses."""

from __future__ import annotations

import base64
import functools
import io
from typing import Any

import numpy as np
from PIL import Image

from satseg_core.legend import Color

_FRAME: Color = (150, 154, 149)
_BAR_HEIGHT = 14
_SHORTEST = 3


def data_uri(picture: Image.Image, kind: str, **options: Any) -> str:
    """The address of a picture.

    Args:
        picture: of any size.
        kind: ``png`` or ``jpeg``.
        options: of Pillow's writer.
    """
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"


def png(picture: Image.Image) -> str:
    """The address of an RGB picture of few colours, as a PNG with a palette: exact, and small even for noise."""
    rgb = np.asarray(picture, np.uint32)
    colors, indices = np.unique(rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2], return_inverse=True)
    if len(colors) > 256:
        return data_uri(picture.quantize(256), "png", optimize=True)
    indexed = Image.fromarray(indices.reshape(rgb.shape[:2]).astype(np.uint8))
    indexed.putpalette(np.stack([colors >> 16, colors >> 8 & 255, colors & 255], axis=-1).astype(np.uint8).tobytes())
    return data_uri(indexed, "png", optimize=True)


def bar(length: float, color: Color) -> str:
    """HTML of a bar of a chart: a picture, since no width of a table's cell means the same to all viewers.

    Args:
        length: px; lengthened where it would be too short to be seen.
        color: of the bar.
    """
    return _bar(max(_SHORTEST, round(length)), color)


@functools.lru_cache(maxsize=4096)
def _bar(width: int, color: Color) -> str:
    """The same, kept: a page with many zones has few bars that differ."""
    picture = Image.new("RGB", (width, _BAR_HEIGHT), _FRAME)
    picture.paste(color, (1, 1, width - 1, _BAR_HEIGHT - 1))
    return f'<img src="{png(picture)}" width="{width}" height="{_BAR_HEIGHT}" alt="">'
