"""The legend of a classified raster: written into it, and found again in any."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from rasterio.io import DatasetReader

from satseg_core.errors import ModelError, RasterError
from satseg_core.events import Reporter
from satseg_core.legend import Color, LandClass, Legend
from satseg_core.raster.attribute_table import band_description, category_names, cf_flags, esri_table, gdal_table
from satseg_core.raster.labels import (
    LEGEND_TAG,
    check_classified,
    code_blocks,
    highest_code,
    made_name,
    open_classified,
)
from satseg_core.raster.legend_files import made_color, read_legend_file, unlike
from satseg_core.raster.overrides import NO_OVERRIDES, Overrides
from satseg_core.style import Rgba

MANY = 255
"""So many values without a legend may well be no classes."""


def legend_text(legend: Legend) -> str:
    """What the tag `LEGEND_TAG` holds."""
    return json.dumps(legend.to_json())


def legend_of(
    path: Path, given: str | None = None, told: Overrides = NO_OVERRIDES, reporter: Reporter | None = None
) -> Legend:
    """The legend of a classified raster on disk.

    Args:
        path: the raster.
        given: a legend to take instead of the raster's own; see `read_legend_file`.
        told: what goes before what the raster's file says.
        reporter: hears it where the values may be no classes.

    Raises:
        RasterError: as `open_classified` and `read_legend`.
        UsageError: as `read_legend_file`.
    """
    if given:
        return read_legend_file(given)
    with open_classified(path, told) as dataset:
        legend = read_legend(dataset)
    if reporter and len(legend) > MANY:
        reporter.warning(
            f"{path.name} has {len(legend):,} different values, each of which counts as a class; if it is a map of"
            " amounts, such as heights, sort them into classes first."
        )
    return legend


def read_legend(dataset: DatasetReader) -> Legend:
    """The legend of any classified raster.

    It comes from SatSeg's tag; in rasters from elsewhere it is made for the values that occur. Their names are those
    of GDAL's categories, else of the attribute table in the raster or beside it; their colours are those of the colour
    table, else of the attribute table.

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
    names, colors = _described(dataset)
    return Legend(tuple(unlike(_made_class(code, names.get(code), colors.get(code)) for code in codes)))


def _described(dataset: DatasetReader) -> tuple[Mapping[int, str], Mapping[int, Color]]:
    """Names and colours of values, as far as the raster or what lies beside it has any."""
    band = band_description(dataset)
    names, colors = {} if band is None else category_names(band), _colors(dataset)
    table = {} if band is None else gdal_table(band, rows_are_values=dataset.driver == "HFA")
    for code, (name, color) in (table or esri_table(Path(dataset.name)) or cf_flags(dataset)).items():
        names.setdefault(code, name)
        if color is not None:
            colors.setdefault(code, color)
    return names, colors


def _codes_found(dataset: DatasetReader) -> list[int]:
    found = np.zeros(highest_code(dataset) + 2, bool)
    for _, codes in code_blocks(dataset):
        found[codes] = True
    return np.flatnonzero(found[:-1]).tolist()


def _made_class(code: int, name: str | None, color: Color | None) -> LandClass:
    return LandClass(code, name or made_name(code), f"Pixels of value {code}", color or made_color(code))


def _colors(dataset: DatasetReader) -> dict[int, Color]:
    """Colours of the colour table, if there is one; what is transparent there has none."""
    try:
        table: dict[int, Rgba] = dataset.colormap(1)
    except ValueError:
        return {}
    return {value: (red, green, blue) for value, (red, green, blue, alpha) in table.items() if alpha}
