"""What zones are called: by the values of a field, whatever its type, or by their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from satseg_core.errors import UsageError
from satseg_core.raster.polygon_file import Polygons

LISTED = 10
"""So many zones are named in a sentence."""

_EXACT = 2.0**53
"""From here on floats leave whole numbers out."""


def zone_names(polygons: Polygons, field: str | None) -> tuple[list[str], str | None]:
    """Names of zones, in their order, and a sentence on those that have none in the field.

    Those are called by their number in the layer, in words that no value of the field is likely to be.

    Raises:
        UsageError: the field has gaps beside whole numbers that are too great to be read with them.
    """
    numbers = polygons.numbers.tolist()
    if field is None:
        return list(map(str, numbers)), None
    kind, values = polygons.kinds[field], polygons.fields[field]
    if "int" in kind and values.dtype.kind == "f" and (np.abs(values) >= _EXACT).any():
        raise UsageError(
            f"The field {field} has gaps beside whole numbers of 16 digits and more, which cannot be read exactly;"
            " make it a field of text."
        )
    written = [_written(value, kind) for value in (values if values.dtype.kind == "M" else values.tolist())]
    names = [name or f"{number} (no {field})" for number, name in zip(numbers, written)]
    nameless = [full for full, name in zip(names, written) if not name]
    if not nameless:
        return names, None
    return names, f"Zones without {field} go by their number ({len(nameless)} of {len(names)}): {listing(nameless)}."


def listing(names: list[str]) -> str:
    """The first names of many."""
    return ", ".join(names[:LISTED]) + (", …" if len(names) > LISTED else "")


def _written(value: Any, kind: str) -> str:
    """A value as text; empty where there is none.

    Raises:
        UsageError: it is no text, number or time, nor a list of those.
    """
    if isinstance(value, (list, tuple, np.ndarray)):
        return ", ".join(_written(part, "") for part in np.asarray(value).tolist())
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise UsageError("The field with the names of the zones holds binary data; give one of text or numbers.")
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else str(value).removesuffix(".000")
    if value is None or value != value:  # noqa: PLR0124 (NaN)
        return ""
    if kind == "bool":
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return " ".join(str(value).split())  # on one line, as tables need it
