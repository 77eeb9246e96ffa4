"""The legend of a classified raster: written into it, and found again in any."""

from __future__ import annotations

import colorsys
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from rasterio.io import DatasetReader

from satseg_core.errors import ModelError, RasterError
from satseg_core.legend import NODATA, Color, LandClass, Legend
from satseg_core.raster.labels import check_classified, code_blocks, open_classified
from satseg_core.raster.legend_files import attribute_table, read_legend_file
from satseg_core.raster.overrides import NO_OVERRIDES, Overrides
from satseg_core.style import Rgba

LEGEND_TAG = "SATSEG_LEGEND"
"""Dataset tag that carries the legend as JSON."""

_GOLDEN_TURN = 0.618033988749895
"""Hues this part of a turn apart never come close to one another, however many there are."""


def legend_text(legend: Legend) -> str:
    """What the tag `LEGEND_TAG` holds."""
    return json.dumps(legend.to_json())


def legend_of(path: Path, given: str | None = None, told: Overrides = NO_OVERRIDES) -> Legend:
    """The legend of a classified raster on disk.

    Args:
        path: the raster.
        given: a legend to take instead of the raster's own; see `read_legend_file`.
        told: what goes before what the raster's file says.

    Raises:
        RasterError: as `open_classified` and `read_legend`.
        UsageError: as `read_legend_file`.
    """
    if given:
        return read_legend_file(given)
    with open_classified(path, told) as dataset:
        return read_legend(dataset)


def read_legend(dataset: DatasetReader) -> Legend:
    """The legend of any classified raster.

    It comes from SatSeg's tag; in rasters from elsewhere it is made for the values that occur,
    with the names and colours that GDAL's category names and the colour table give them.

    Raises:
        RasterError: the raster is not one of classes, or has nothing but nodata and no legend.
    """
    check_classified(dataset)
    text = dataset.tags().get(LEGEND_TAG)
    return _from_tag(dataset.name, text) if text else _from_values(dataset)


def _from_tag(name: str, text: str) -> Legend:
    try:
        return Legend.from_json(json.loads(text))
    except (ValueError, ModelError) as error:
        raise RasterError(f"The legend inside {name} cannot be read ({error}); make the map again.") from error


def _from_values(dataset: DatasetReader) -> Legend:
    codes = _codes_found(dataset)
    if not codes:
        raise RasterError(f"{dataset.name} has no pixel with data, so there are no classes to work on.")
    names, colors = _category_names(dataset), _colors(dataset)
    for code, (name, color) in attribute_table(Path(dataset.name)).items():
        names.setdefault(code, name)
        if color is not None:
            colors.setdefault(code, color)
    return Legend(tuple(_unlike(_made_class(code, names.get(code), colors.get(code)) for code in codes)))


def _unlike(classes: Iterable[LandClass]) -> Iterator[LandClass]:
    """The same classes; where two have one name, the later ones' code is added to it."""
    seen: set[str] = set()
    for land_class in classes:
        name = f"{land_class.name} ({land_class.code})" if land_class.name in seen else land_class.name
        seen.add(name)
        yield replace(land_class, name=name)


def _codes_found(dataset: DatasetReader) -> list[int]:
    counts = np.zeros(NODATA + 1, np.int64)
    for _, codes in code_blocks(dataset):
        counts += np.bincount(codes.ravel(), minlength=NODATA + 1)
    return [int(code) for code in np.flatnonzero(counts[:NODATA])]


def _made_class(code: int, name: str | None, color: Color | None) -> LandClass:
    return LandClass(code, name or f"class {code}", f"Pixels of value {code}", color or _made_color(code))


def _made_color(code: int) -> Color:
    red, green, blue = colorsys.hsv_to_rgb(code * _GOLDEN_TURN % 1.0, 0.6, 0.9 if code % 2 else 0.7)
    return (round(red * 255), round(green * 255), round(blue * 255))


def _colors(dataset: DatasetReader) -> dict[int, Color]:
    """Colours of the colour table, if there is one that tells values apart."""
    try:
        table: dict[int, Rgba] = dataset.colormap(1)
    except ValueError:
        return {}
    return {value: (red, green, blue) for value, (red, green, blue, alpha) in table.items() if alpha}


def _category_names(dataset: DatasetReader) -> dict[int, str]:
    """Category names of band 1 in GDAL's side file, where each occurs once (rasterio does not give them)."""
    side_file = Path(f"{dataset.name}.aux.xml")
    if not side_file.is_file():
        return {}
    text = side_file.read_text("utf-8", errors="replace")
    section = re.search(r"<CategoryNames>(.*?)</CategoryNames>", text, re.DOTALL)
    found = re.findall(r"<Category>([^<]*)</Category>|<Category */>", section.group(1)) if section else []
    names = {value: html.unescape(name).strip() for value, name in enumerate(found)}
    listed = list(names.values())
    return {value: name for value, name in names.items() if name and listed.count(name) == 1}
