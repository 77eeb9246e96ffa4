"""Pictures inside of a page, as ``data:`` addresses."""

from __future__ import annotations

import base64
import io
from typing import Any

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


def bar(length: float, color: Color) -> str:
    """HTML of a bar of a chart: a picture, since no width of a table's cell means the same to all viewers.

    Args:
        length: px; lengthened where it would be too short to be seen.
        color: of the bar.
    """
    size = (max(_SHORTEST, round(length)), _BAR_HEIGHT)
    picture = Image.new("RGB", size, _FRAME)
    picture.paste(color, (1, 1, size[0] - 1, size[1] - 1))
    source = data_uri(picture.quantize(2), "png", optimize=True)
    return f'<img src="{source}" width="{size[0]}" height="{size[1]}" alt="">'
