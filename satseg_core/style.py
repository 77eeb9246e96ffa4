"""How a legend looks: QGIS styles, GDAL category tables and colour tables, all as plain text or numbers.

Standard library only: QGIS imports this module in its own process.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from satseg_core.legend import NODATA, LandClass, Legend

CLASS_FIELD = "class"
"""Field of the polygons that the style tells them apart by."""

OUTLINE_MM = 0.1
"""Width of a polygon's outline, mm on screen or paper: closes the hairline that antialiasing leaves between areas."""

_HEAD = (
    "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    '<qgis version="3.22.0" styleCategories="Symbology">\n'
)

Rgba = tuple[int, int, int, int]

# GDAL's numbers for the type and the usage of an attribute table's columns (gdal_rat.h).
_INTEGER, _TEXT = 0, 2
_GENERIC, _NAME, _VALUE, _RED, _GREEN, _BLUE, _ALPHA = 0, 2, 5, 6, 7, 8, 9
_COLUMNS = (
    ("Value", _INTEGER, _VALUE),
    ("Class", _TEXT, _NAME),
    ("Description", _TEXT, _GENERIC),
    ("Red", _INTEGER, _RED),
    ("Green", _INTEGER, _GREEN),
    ("Blue", _INTEGER, _BLUE),
    ("Alpha", _INTEGER, _ALPHA),
)


def color_table(legend: Legend) -> dict[int, Rgba]:
    """Colour of every one of the 256 pixel values; those that are no class are transparent."""
    table: dict[int, Rgba] = dict.fromkeys(range(NODATA + 1), (0, 0, 0, 0))
    for land_class in legend:
        table[land_class.code] = (*land_class.color, 255)
    return table


def qml(legend: Legend) -> str:
    """One QGIS style for both kinds of map: palette of the raster, categories of the polygons.

    QGIS looks for ``MAP.qml`` beside ``MAP.tif`` and beside ``MAP.gpkg``; each layer type reads its own part.
    """
    return (
        f"{_HEAD}{_raster_part(legend)}{_vector_part(legend)}"
        "  <blendMode>0</blendMode>\n"
        "  <featureBlendMode>0</featureBlendMode>\n"
        "  <layerOpacity>1</layerOpacity>\n"
        "</qgis>\n"
    )


def is_own_style(content: bytes) -> bool:
    """Whether a file is a style as `qml` makes it; what QGIS saves over it, with somebody's changes, is none."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    return text.startswith(_HEAD) and "<rasterrenderer " in text and "<renderer-v2 " in text


def _raster_part(legend: Legend) -> str:
    entries = "".join(
        f'        <paletteEntry value="{c.code}" color="{c.hex_color}" alpha="255" label="{escape(c.title)}"/>\n'
        for c in legend
    )
    return (
        "  <pipe>\n"
        '    <provider><resampling enabled="false" zoomedInResamplingMethod="nearestNeighbour"'
        ' zoomedOutResamplingMethod="nearestNeighbour" maxOversampling="2"/></provider>\n'
        '    <rasterrenderer type="paletted" band="1" opacity="1" alphaBand="-1" nodataColor="">\n'
        f"      <colorPalette>\n{entries}      </colorPalette>\n"
        "    </rasterrenderer>\n"
        '    <brightnesscontrast brightness="0" contrast="0" gamma="1"/>\n'
        '    <huesaturation saturation="0" grayscaleMode="0" colorizeOn="0"/>\n'
        '    <rasterresampler maxOversampling="2"/>\n'
        "  </pipe>\n"
    )


def _vector_part(legend: Legend) -> str:
    categories = "".join(
        f'      <category render="true" symbol="{i}" value="{escape(c.name)}" label="{escape(c.title)}"/>\n'
        for i, c in enumerate(legend)
    )
    symbols = "".join(_symbol(i, c) for i, c in enumerate(legend))
    return (
        f'  <renderer-v2 type="categorizedSymbol" attr="{CLASS_FIELD}" symbollevels="0" enableorderby="0">\n'
        f"    <categories>\n{categories}    </categories>\n"
        f"    <symbols>\n{symbols}    </symbols>\n"
        "  </renderer-v2>\n"
    )


def _symbol(index: int, land_class: LandClass) -> str:
    """A plain fill whose outline has its own colour; ``prop`` is read by QGIS before 3.24, ``Option`` after."""
    color = "{},{},{},255".format(*land_class.color)
    values = (
        ("color", color),
        ("style", "solid"),
        ("joinstyle", "bevel"),
        ("outline_color", color),
        ("outline_style", "solid"),
        ("outline_width", str(OUTLINE_MM)),
        ("outline_width_unit", "MM"),
    )
    options = "".join(f'<Option name="{name}" type="QString" value="{value}"/>' for name, value in values)
    props = "".join(f'<prop k="{name}" v="{value}"/>' for name, value in values)
    return (
        f'      <symbol type="fill" name="{index}" alpha="1" clip_to_extent="1" force_rhr="0">\n'
        '        <layer class="SimpleFill" enabled="1" locked="0" pass="0">\n'
        f'          <Option type="Map">{options}</Option>\n'
        f"          {props}\n"
        "        </layer>\n"
        "      </symbol>\n"
    )


def aux_xml(legend: Legend) -> str:
    """GDAL's side file ``MAP.tif.aux.xml``: category names and the attribute table of band 1."""
    names = {c.code: c.title for c in legend}
    categories = "".join(
        f"      <Category>{escape(names.get(value, ''), quote=False)}</Category>\n" for value in range(max(names) + 1)
    )
    columns = "".join(
        f'      <FieldDefn index="{i}"><Name>{name}</Name><Type>{kind}</Type><Usage>{usage}</Usage></FieldDefn>\n'
        for i, (name, kind, usage) in enumerate(_COLUMNS)
    )
    rows = "".join(_row(i, (c.code, c.title, c.description, *c.color, 255)) for i, c in enumerate(legend))
    return (
        "<PAMDataset>\n"
        '  <PAMRasterBand band="1">\n'
        f"    <CategoryNames>\n{categories}    </CategoryNames>\n"
        f'    <GDALRasterAttributeTable tableType="thematic">\n{columns}{rows}    </GDALRasterAttributeTable>\n'
        "  </PAMRasterBand>\n"
        "</PAMDataset>\n"
    )


def is_own_table(content: bytes) -> bool:
    """Whether a GDAL side file is as `aux_xml` makes it; GDAL may have added statistics."""
    names = re.findall(r"<FieldDefn[^>]*>\s*<Name>([^<]*)", content.decode("utf-8", "replace"))
    return names == [name for name, _, _ in _COLUMNS]


def _row(index: int, values: Iterable[object]) -> str:
    cells = "".join(f"<F>{escape(str(value), quote=False)}</F>" for value in values)
    return f'      <Row index="{index}">{cells}</Row>\n'
