"""Texts of vector files that do not say how they are encoded: Shapefiles without a ``.cpg``.

GDAL reads them as ISO-8859-1, so every byte is still known. UTF-8 is told from all other encodings by its bytes; the
others cannot be told from each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_AS_READ = "ISO-8859-1"
"""What pyogrio calls the encoding of what GDAL does not know."""

_GUESS = "cp1252"
"""What most of those are that are not UTF-8: it has all letters of ISO-8859-1, and more."""


def is_told(path: str) -> bool:
    """Whether a file beside a Shapefile says how its texts are encoded."""
    return any(Path(path).with_suffix(suffix).exists() for suffix in (".cpg", ".CPG"))


def decoded(
    names: Sequence[str], columns: Sequence[NDArray[Any]], encoding: str | None
) -> tuple[list[str], list[NDArray[Any]], frozenset[str]]:
    """Names and values of fields whose encoding nobody tells.

    Args:
        names: of the fields.
        columns: their values, ``(n,)`` each.
        encoding: that they were read with.

    Returns:
        Names and values, and names of the fields whose texts are a guess.
    """
    if encoding != _AS_READ:
        return list(names), list(columns), frozenset()
    read = [_texts([name], column) for name, column in zip(names, columns)]
    codec = "utf-8" if all(_fits(text, "utf-8") for texts in read for text in texts) else _GUESS
    plain = [all(text.isascii() for text in texts) for texts in read]
    new = [_read_as(name, codec) for name in names]
    values = [column if ascii_ else _column(column, codec) for column, ascii_ in zip(columns, plain)]
    guessed = () if codec == "utf-8" else (name for name, ascii_ in zip(new, plain) if not ascii_)
    return new, values, frozenset(guessed)


def _texts(more: Sequence[str], column: NDArray[Any]) -> list[str]:
    return [*more, *(value for value in (column.tolist() if column.dtype == object else ()) if isinstance(value, str))]


def _column(column: NDArray[Any], codec: str) -> NDArray[Any]:
    if column.dtype != object:
        return column
    found = np.empty(len(column), object)
    found[:] = [_read_as(value, codec) if isinstance(value, str) else value for value in column]
    return found


def _fits(text: str, codec: str) -> bool:
    try:
        text.encode(_AS_READ).decode(codec)
    except UnicodeError:
        return False
    return True


def _read_as(text: str, codec: str) -> str:
    """A text by its bytes; as it is where the encoding has no such bytes."""
    return text.encode(_AS_READ).decode(codec) if _fits(text, codec) else text
