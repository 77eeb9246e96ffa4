"""What a raster's attribute table says of its values: in the file or beside it, GDAL's or Esri's."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree  # nosec B405 # GDAL writes what is read here

import numpy as np
from pyogrio.raw import read
from rasterio.io import DatasetReader, MemoryFile
from rasterio.shutil import copy

from satseg_core.legend import HIGHEST_CODE, Color, from_hex

Rows = dict[int, tuple[str, "Color | None"]]
"""Name and colour by value."""

_GENERIC, _NAME, _MINIMUM, _MAXIMUM, _VALUE, _RED = 0, 2, 3, 4, 5, 6
"""GDAL's numbers for what a column is used for; green and blue follow red."""

_TEXT = 2
"""GDAL's number for columns of text."""

_VALUE_NAMES = ("value", "code", "gridcode", "grid_code", "class_code", "class_id", "dn")
"""What columns with values are called, where their use does not say it."""

_CLASS_NAMES = (
    "class_names", "class_name", "classname", "class", "name", "label", "land_cover", "landcover", "nlcd_land",
    "nlcd_land_cover_class", "label3", "label_3", "category", "description",
)  # fmt: skip
"""What columns with the names of classes are called, the likeliest first."""

_SHADES = ("red", "green", "blue")


@dataclass(frozen=True)
class _Column:
    """A column of a table; cells are text, empty where there is nothing."""

    name: str
    usage: int
    is_text: bool
    cells: Sequence[str]

    @property
    def plain_name(self) -> str:
        return self.name.strip().lower().replace(" ", "_")

    def numbers(self) -> list[float]:
        """NaN for what is no number."""
        return [_number(cell) for cell in self.cells]


def band_description(dataset: DatasetReader) -> ElementTree.Element | None:
    """What GDAL knows of band 1 besides its px, as in a ``.vrt``: rasterio gives neither category names nor tables.

    It is the same whether a file holds it (ERDAS' ``.img``), a format's own files (Esri's grids), or an ``.aux.xml``.
    """
    try:
        with MemoryFile(ext=".vrt") as memory:
            copy(dataset, memory.name, driver="VRT")
            described = ElementTree.fromstring(memory.read())  # nosec B314 # GDAL has just written it
            return described.find("VRTRasterBand[@band='1']")
    except Exception:  # noqa: BLE001 -- GDAL's own errors are no RasterioErrors here; without names a map is still one
        return None


def category_names(band: ElementTree.Element) -> dict[int, str]:
    """Names of values that occur once among GDAL's categories; see `band_description`."""
    listed = [(category.text or "").strip() for category in band.findall("CategoryNames/Category")]
    times = Counter(listed)
    return {value: name for value, name in enumerate(listed) if name and times[name] == 1}


def gdal_table(band: ElementTree.Element, rows_are_values: bool) -> Rows:
    """Of the attribute table in `band_description`; empty if there is none that names values.

    Args:
        band: see `band_description`.
        rows_are_values: the format counts its rows by value (ERDAS), unless a column has them.
    """
    table = band.find("GDALRasterAttributeTable")
    if table is None:
        return {}
    rows = [[(cell.text or "").strip() for cell in row.findall("F")] for row in table.findall("Row")]
    fields = table.findall("FieldDefn")
    rows = [row for row in rows if len(row) == len(fields)]
    columns = [
        _Column(
            field.findtext("Name", ""),
            int(field.findtext("Usage", "0")),
            int(field.findtext("Type", "0")) == _TEXT,
            [row[place] for row in rows],
        )
        for place, field in enumerate(fields)
    ]
    # Without any other number to tell the rows apart their place is all there is.
    others = any(column.usage == _GENERIC and not column.is_text for column in columns)
    if not (rows_are_values or "Row0Min" in table.attrib or not others):
        return _named(columns)
    first, step = float(table.get("Row0Min", 0)), float(table.get("BinSize", 1))
    return _named(columns, [first + step * place for place in range(len(rows))])


def cf_flags(dataset: DatasetReader) -> Rows:
    """Of the flags that netCDF's Climate and Forecast conventions give to a map's values; empty if there are none."""
    tags = {key.lower(): text for key, text in dataset.tags(1).items()}
    values = [int(number) for number in re.findall(r"-?\d+", tags.get("flag_values", ""))]
    names = tags.get("flag_meanings", "").split()
    if not names or len(values) != len(names):
        return {}
    if dataset.dtypes[0] == "uint8":
        values = [value % 256 for value in values]  # netCDF's bytes have a sign
    shades = tags.get("flag_colors", "").split()
    colors = [from_hex(shade) for shade in shades if re.fullmatch("#[0-9a-fA-F]{6}", shade)]
    known = len(colors) == len(values) == len(shades)
    return {
        value: (name.replace("_", " "), colors[place] if known else None)
        for place, (value, name) in enumerate(zip(values, names))
    }


def esri_table(raster: Path) -> Rows:
    """Of the ``.vat.dbf`` beside a raster; empty if there is none."""
    path = Path(f"{raster}.vat.dbf")
    if not path.is_file():
        return {}
    try:
        meta, _, _, found = read(path, read_geometry=False)
    except RuntimeError:  # pyogrio's errors are RuntimeErrors; a damaged side file is no reason to fail
        return {}
    columns = [
        _Column(str(name), _GENERIC, values.dtype == object, [_cell(value) for value in values])
        for name, values in zip(meta["fields"], found)
    ]
    return _named(columns, shares=True)


def _cell(value: object) -> str:
    return "" if value is None else str(value).strip()


def _named(columns: Sequence[_Column], row_values: Sequence[float] | None = None, shares: bool = False) -> Rows:
    """Name and colour of each value that has a name.

    Args:
        columns: of the table.
        row_values: values of the rows where no column has them; None if they mean nothing.
        shares: colours may be shares of 1.
    """
    names = _names(columns)
    if names is None:
        return {}
    colors = _colors(columns, shares)
    found: Rows = {}
    for place, values in enumerate(_values(columns, row_values)):
        for value in values if names.cells[place] else ():
            found.setdefault(value, (names.cells[place], colors[place] if colors else None))
    return found


def _names(columns: Sequence[_Column]) -> _Column | None:
    """The column with the names of classes: the one used for it, or called so, or the only text."""
    texts = [column for column in columns if column.is_text and any(column.cells)]
    by_usage = [column for column in columns if column.usage == _NAME and any(column.cells)]
    by_name = sorted(
        (column for column in texts if column.plain_name in _CLASS_NAMES),
        key=lambda column: _CLASS_NAMES.index(column.plain_name),
    )
    likely = [column for column in texts if "name" in column.plain_name or "class" in column.plain_name]
    only = texts if len(texts) == 1 else []
    return next(iter([*by_usage, *by_name, *likely, *only]), None)


def _values(columns: Sequence[_Column], row_values: Sequence[float] | None) -> Iterator[range]:
    """The values that each row is about."""
    numeric = [column for column in columns if not column.is_text]
    used = {column.usage: column for column in reversed(numeric)}
    called = {column.plain_name: column for column in reversed(numeric)}
    value = used.get(_VALUE) or next((called[name] for name in _VALUE_NAMES if name in called), None)
    if value is not None:
        lowest = highest = value.numbers()
    elif _MINIMUM in used:
        lowest = used[_MINIMUM].numbers()
        highest = used[_MAXIMUM].numbers() if _MAXIMUM in used else lowest
    else:
        lowest = highest = list(row_values or ())
    return (_whole(low, high) for low, high in zip(lowest, highest))


def _whole(low: float, high: float) -> range:
    """The codes from one number to another; none if they are not numbers, or no codes."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return range(0)
    return range(max(math.ceil(low), 0), min(math.floor(high), HIGHEST_CODE) + 1)


def _colors(columns: Sequence[_Column], shares: bool) -> list[Color] | None:
    """Colours of the rows, from 0 to 255 or, if ``shares`` are possible, from 0 to 1 in the whole table."""
    by_usage = {column.usage - _RED: column for column in columns}
    by_name = {_SHADES.index(column.plain_name): column for column in columns if column.plain_name in _SHADES}
    for found in (by_usage, by_name):
        if {0, 1, 2} <= set(found):
            shades = np.array([found[place].numbers() for place in range(3)])
            shades = np.clip(np.nan_to_num(shades), 0, 255)
            if shares and shades.max(initial=0) <= 1:
                shades *= 255
            whole = np.rint(shades).astype(int).T.tolist()
            # GDAL makes whole numbers of shares, and all that is left of them is black.
            return [(red, green, blue) for red, green, blue in whole] if shades.max(initial=0) > 1 else None
    return None


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan
