"""Legends from elsewhere: a file of the user's, one that SatSeg brings, or the attribute table beside a raster."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pyogrio.raw import read

from satseg_core.errors import ModelError, UsageError
from satseg_core.legend import Color, Legend

FOLDER = Path(__file__).resolve().parent.parent / "legends"
"""Legends of well-known maps, as .csv."""

_NAME_USAGE, _RED_USAGE = 2, 6
"""GDAL's numbers for what a column of a raster attribute table is used for; green and blue follow red."""

_VALUE_USAGES = (5, 3, 0)
"""Columns that may hold a px' value: minimum and maximum in one, minimum, anything."""

Rows = dict[int, tuple[str, "Color | None"]]
"""Name and colour by value."""


def known_legends() -> tuple[str, ...]:
    """Names of the legends that SatSeg brings."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.csv")))


def read_legend_file(text: str) -> Legend:
    """A legend by name or file.

    Args:
        text: one of `known_legends`, or a .csv file with the columns ``code``, ``name`` and ``color`` (as #1a2b3c), or
            a .json file with a list of such classes, or a run record or model card that has it as ``legend``.

    Raises:
        UsageError: there is no such file, or it is not a legend.
    """
    path = FOLDER / f"{text}.csv" if text in known_legends() else Path(text)
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        names = ", ".join(known_legends())
        raise UsageError(f"There is no legend {text}; give a .csv or .json file, or one of {names}.") from error
    try:
        if path.suffix.lower() == ".json":
            return _from_json(json.loads(content))
        rows = list(csv.DictReader(content.splitlines(), skipinitialspace=True))
        return Legend.from_json([{**row, "code": int(row["code"])} for row in rows])
    except (ValueError, KeyError, TypeError, ModelError) as error:
        raise UsageError(
            f"{path.name} is not a legend: it needs the columns code, name and color (as #1a2b3c), one line a class."
        ) from error


def _from_json(value: object) -> Legend:
    if isinstance(value, dict):
        value = value.get("legend") or value["model"]["legend"]
    return Legend.from_json(value)


def attribute_table(raster: Path) -> Rows:
    """Names and colours of a raster's attribute table beside it: GDAL's ``.aux.xml`` or Esri's ``.vat.dbf``."""
    aux, vat = Path(f"{raster}.aux.xml"), Path(f"{raster}.vat.dbf")
    if aux.is_file():
        found = _from_gdal(aux.read_text("utf-8", errors="replace"))
        if found:
            return found
    return _from_esri(vat) if vat.is_file() else {}


def _from_gdal(text: str) -> Rows:
    section = re.search(r"<GDALRasterAttributeTable.*?</GDALRasterAttributeTable>", text, re.DOTALL)
    if not section:
        return {}
    usages = [int(n) for n in re.findall(r"<Usage>(\d+)</Usage>", section.group(0))]
    names = [html.unescape(n) for n in re.findall(r"<FieldDefn.*?<Name>(.*?)</Name>", section.group(0), re.DOTALL)]
    value = next((usages.index(usage) for usage in _VALUE_USAGES if usage in usages), None)
    label = usages.index(_NAME_USAGE) if _NAME_USAGE in usages else _likely_name(names)
    if value is None or label is None:
        return {}
    red = usages.index(_RED_USAGE) if {_RED_USAGE, _RED_USAGE + 1, _RED_USAGE + 2} <= set(usages) else None
    return dict(_gdal_rows(section.group(0), value, label, red, usages))


def _gdal_rows(
    section: str, value: int, label: int, red: int | None, usages: list[int]
) -> Iterator[tuple[int, tuple[str, Color | None]]]:
    for row in re.findall(r"<Row[^>]*>(.*?)</Row>", section, re.DOTALL):
        cells = [html.unescape(cell).strip() for cell in re.findall(r"<F>(.*?)</F>|<F */>", row, re.DOTALL)]
        if len(cells) == len(usages) and cells[label]:
            color = None
            if red is not None:
                channels = [float(cells[usages.index(_RED_USAGE + i)] or 0) for i in range(3)]
                color = (round(channels[0]), round(channels[1]), round(channels[2]))
            yield int(float(cells[value])), (cells[label], color)


def _from_esri(path: Path) -> Rows:
    try:
        meta, _, _, columns = read(path, read_geometry=False)
    except RuntimeError:  # pyogrio's errors are RuntimeErrors; a damaged side file is no reason to fail
        return {}
    by_name = {str(name).lower(): column for name, column in zip(meta["fields"], columns)}
    label = _likely_name(list(by_name))
    if "value" not in by_name or label is None:
        return {}
    names = list(by_name.values())[label]
    channels = [by_name.get(name) for name in ("red", "green", "blue")]
    found: Rows = {}
    for place, value in enumerate(by_name["value"]):
        color = None
        if all(channel is not None for channel in channels):
            shades = np.array([channel[place] for channel in channels if channel is not None], float)
            # Esri writes 0 to 1 or 0 to 255.
            scaled = [int(shade) for shade in np.rint(shades * (255 if shades.max(initial=0) <= 1 else 1))]
            color = (scaled[0], scaled[1], scaled[2])
        if names[place]:
            found[int(value)] = (str(names[place]), color)
    return found


def _likely_name(columns: list[str]) -> int | None:
    """The column that says what a class is called, from what such columns are called."""
    for wanted in (
        "class_name",
        "class",
        "name",
        "label",
        "land_cover",
        "landcover",
        "nlcd_land",
        "label3",
        "description",
    ):
        for place, column in enumerate(columns):
            if column.lower().replace(" ", "_") == wanted:
                return place
    return None
