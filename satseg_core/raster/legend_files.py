"""Legends that are given for a map: a file of the user's, or one that SatSeg brings."""

from __future__ import annotations

import colorsys
import csv
import html
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Callable

from satseg_core.errors import ModelError, UsageError
from satseg_core.legend import Color, LandClass, Legend, from_hex

FOLDER = Path(__file__).resolve().parent.parent / "legends"
"""Legends of well-known maps, as .csv."""

_DELIMITERS = ",;\t"
"""Between the columns of tables; semicolons are what spreadsheets write where the comma is in numbers."""

_GOLDEN_TURN = 0.618033988749895
"""Hues this part of a turn apart never come close to one another, however many there are."""


def known_legends() -> tuple[str, ...]:
    """Names of the legends that SatSeg brings."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.csv")))


def read_legend_file(text: str) -> Legend:
    """A legend by name or file.

    Args:
        text: one of `known_legends`, or a .csv file with the columns ``code``, ``name`` and, if they are to be chosen,
            ``color`` (as #1a2b3c) and ``description``, or a .json file with a list of such classes, or a run record or
            model card that has it as ``legend``, or QGIS' style of a raster: a .qml file, or a .txt color map.

    Raises:
        UsageError: there is no such file, or it is not a legend.
    """
    path = FOLDER / f"{text}.csv" if text in known_legends() else Path(text)
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path.name} is not a text in UTF-8; save it in that encoding ('CSV UTF-8').") from error
    except OSError as error:
        names = ", ".join(known_legends())
        raise UsageError(
            f"There is no legend {text}; give a .csv, .json, .qml or .txt file, or one of {names}."
        ) from error
    try:
        classes = tuple(_READERS.get(path.suffix.lower(), _from_table)(content))
    except (ValueError, KeyError, TypeError, AttributeError, ModelError) as error:
        raise UsageError(f"{path.name} is not a legend: {_NEEDS.get(path.suffix.lower(), _TABLE_NEEDS)}.") from error
    try:
        return Legend(classes)
    except ModelError as error:
        raise UsageError(f"{path.name} cannot be used: {error}") from error


def _from_json(content: str) -> tuple[LandClass, ...]:
    value = json.loads(content)
    if isinstance(value, dict):
        value = value.get("legend") or value["model"]["legend"]
    return Legend.from_json(value).classes


def _from_table(content: str) -> Iterator[LandClass]:
    head = content.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.DictReader(io.StringIO(content, newline=""), delimiter=delimiter, skipinitialspace=True)
    for row in reader:
        cells = {(key or "").strip().lower(): (value or "").strip() for key, value in row.items() if key}
        if any(cells.values()):
            yield _from_row(cells)


def _from_row(cells: dict[str, str]) -> LandClass:
    number, name = float(cells["code"]), cells["name"]
    if number != int(number) or not name:
        raise ValueError(f"{cells['code']} {name} is no class")
    code, color = int(number), cells.get("color") or cells.get("colour")
    return LandClass(code, name, cells.get("description", ""), from_hex(color) if color else made_color(code))


_ENTRY = r"""<(?:paletteEntry|item)\s(?:[^>"']|"[^"]*"|'[^']*')*>"""
"""An element with a class; names such as *Trees > 60 %* have brackets of their own."""

_ATTRIBUTE = r"""(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')"""


def _from_qml(content: str) -> Iterator[LandClass]:
    """The entries of a raster's palette, or of the ramp of a single band."""
    for entry in re.findall(_ENTRY, content):
        said = {key: html.unescape(one or other) for key, one, other in re.findall(_ATTRIBUTE, entry)}
        if {"value", "color"} <= set(said):
            yield _styled(said["value"], said.get("label", ""), from_hex(said["color"]))


def _from_color_map(content: str) -> Iterator[LandClass]:
    """Lines of value, red, green, blue, alpha and label, as QGIS exports them."""
    for line in content.splitlines():
        cells = line.split(",", 5)
        if len(cells) == 6 and not line.startswith("#"):
            red, green, blue = (int(cell) for cell in cells[1:4])
            yield _styled(cells[0], cells[5], (red, green, blue))


def _styled(value: str, label: str, color: Color) -> LandClass:
    number = float(value)
    if number != int(number):
        raise ValueError(f"{value} is no code")
    return LandClass(int(number), label.strip() or f"class {int(number)}", "", color)


_READERS: dict[str, Callable[[str], Iterable[LandClass]]] = {
    ".json": _from_json,
    ".qml": lambda content: unlike(_from_qml(content)),
    ".txt": lambda content: unlike(_from_color_map(content)),
}
"""By the ending of the name; all others are tables."""

_TABLE_NEEDS = "it needs the columns code, name and color (as #1a2b3c), one line a class"
_NEEDS = {
    ".json": "it needs a list of classes with code, name and color (as #1a2b3c)",
    ".qml": "it needs the style of a raster whose values are whole and have a color each",
    ".txt": "it needs lines of value, red, green, blue, alpha and label, as QGIS exports a color map",
}


def unlike(classes: Iterable[LandClass]) -> Iterator[LandClass]:
    """The same classes; where two have one name, the later ones' code is added to it."""
    seen: set[str] = set()
    for land_class in classes:
        name = f"{land_class.name} ({land_class.code})" if land_class.name in seen else land_class.name
        seen.add(name)
        yield replace(land_class, name=name)


def made_color(code: int) -> Color:
    """A colour for a class that has none, unlike those of the codes around."""
    red, green, blue = colorsys.hsv_to_rgb(code * _GOLDEN_TURN % 1.0, 0.6, 0.9 if code % 2 else 0.7)
    return (round(red * 255), round(green * 255), round(blue * 255))
